"""From bytes to text: byte-order mark, declared charset, then detection.

turbohtml decodes text and HTML by the WHATWG standard, like a browser. Added here is what browsers do not
read or guess: UTF-16 and UTF-32 without a mark, undeclared ISO-2022-JP and its relatives, and UTF-7.
"""

import codecs
import re
import unicodedata
from typing import Final, NamedTuple

REPLACEMENT: Final = "\ufffd"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# Most UTF-16 text has line ends, spaces or digits, in which every other byte is NUL. No 8-bit encoding has
# many NULs. Only the first bytes are searched.
_PROBE: Final = 4096
_NUL_SHARE: Final = 0.1
# Text of an alphabet above Latin-1 has few NULs in UTF-16, but as bytes it has control characters.
_CONTROLS: Final = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_FEWEST_WIDE: Final = 80  # bytes
# Categories of Unicode that text does not have: not assigned, private, or a control character.
_NO_LETTERS: Final = ("Cn", "Co", "Cc", "Cs")
# The evidence needed to trust valid UTF-8: a character of two bytes counts 1, of three bytes 3, of four
# bytes 5.
_UTF8_EVIDENCE: Final = 12
# One in this many continuation bytes may be broken: pages are cut off, and comments garbled.
_UTF8_FAULTS: Final = 20
# 7-bit encodings that switch between alphabets with an escape.
_SHIFTED: Final = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr")
_UTF7_RUN: Final = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9/]*+(\+[A-Za-z0-9+/]{3,}+-)")
_UTF7_FEWEST: Final = 3
_UTF32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_WIDE_MARKS: Final = (*_UTF32_MARKS, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Decoded(NamedTuple):
    """The text of a page, its encoding, and how many characters were lost.

    data: the original bytes, if they are valid UTF-8
    """

    text: str
    encoding: str
    replaced: int
    data: bytes | None = None


def _wide_without_mark(data: bytes) -> str | None:
    """Return the encoding in 16 or 32 bits that bytes without a mark seem to have, if any."""
    probe = data[:_PROBE]
    if len(probe.translate(None, _CONTROLS)) == len(probe) or data.startswith(_WIDE_MARKS):
        return None
    if len(data) % 4 == 0 and (found := _of_characters(probe, ("utf-32-le", "utf-32-be"))):
        return found
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if max(even, odd) >= max(4, _NUL_SHARE * len(probe) / 2) and min(even, odd) * 10 <= max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    # Characters of one script have the same first byte more often than the same second byte.
    orders = ("utf-16-le", "utf-16-be") if len(set(probe[1::2])) < len(set(probe[::2])) else ("utf-16-be",)
    return _of_characters(probe, orders)


def _of_characters(probe: bytes, encodings: tuple[str, ...]) -> str | None:
    """Return the first encoding in which the bytes are characters that texts have, and enough of them."""
    for encoding in encodings if len(probe) >= _FEWEST_WIDE else ():
        text = probe.decode(encoding, "replace")[:-1]  # the last character may be cut
        if REPLACEMENT not in text and all(map(_is_written, text)):
            return encoding
    return None


def _is_written(char: str) -> bool:
    return char in "\t\n\r\f" or unicodedata.category(char) not in _NO_LETTERS


def _plain_utf8(data: bytes) -> str | None:
    """Return the text of bytes without a mark that can only be UTF-8, like most pages."""
    if data.startswith(codecs.BOM_UTF8):
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    longer = len(data) - len(text)
    if longer == 0 or longer >= _UTF8_EVIDENCE:
        return text
    characters = len(text) - len(text.encode("ascii", "ignore"))
    return text if 2 * longer - characters >= _UTF8_EVIDENCE else None


def _saved_as_utf8(data: bytes) -> str | None:
    """Return the text of bytes that are UTF-8, whatever they declare.

    Crawlers save pages as UTF-8 with the old declaration, and one broken byte does not make it another
    encoding. Only very short text in another encoding is nearly valid UTF-8 by accident.
    """
    text = data.decode("utf-8", "replace")
    longer = len(data) - len(text)
    return text if longer >= _UTF8_EVIDENCE and text.count(REPLACEMENT) * _UTF8_FAULTS <= longer else None


def _seven_bits(data: bytes) -> tuple[str, str] | None:
    """Return the text and encoding of ASCII bytes that encode other characters, if they do."""
    if b"\x1b$" in data:
        for encoding in _SHIFTED[-1:] if b"\x1b$)C" in data else _SHIFTED:
            try:
                return data.decode(encoding), encoding.replace("_", "-").replace("iso2022", "iso-2022")
            except UnicodeDecodeError:
                continue
    runs = _UTF7_RUN.findall(data)
    if len(runs) >= _UTF7_FEWEST:
        try:
            text = data.decode("utf-7")
            are_words = all(_is_words(run.decode("utf-7")) for run in runs)
        except UnicodeDecodeError:
            return None
        return (text, "utf-7") if are_words else None
    return None


def _is_words(text: str) -> bool:
    """Return whether a run of UTF-7 has only characters that need it: letters and signs outside ASCII."""
    return all(one.isprintable() and not (one.isascii() and one.isalnum()) for one in text)


def is_wide(data: bytes) -> bool:
    """Return whether bytes are text in 16 or 32 bits per character."""
    return data.startswith(_WIDE_MARKS) or _wide_without_mark(data) is not None


def _known(declared: str | None) -> str | None:
    """Return a declared encoding, if it is one that pages may have."""
    try:
        return declared and codecs.lookup(f"whatwg-{declared.strip().lower()}") and declared.strip().lower()
    except LookupError:
        return None


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a page. Never fails: what cannot be decoded becomes U+FFFD and is counted.

    declared: the encoding named by the server, if any; clear evidence in the bytes overrides it
    """
    if (b"\x1b" in data or b"+" in data) and data.isascii() and (found := _seven_bits(data)) is not None:
        return Decoded(*found, 0)
    if data.startswith(_UTF32_MARKS):
        return _count(data, data.decode("utf-32", "replace"), "utf-32")
    if (encoding := _wide_without_mark(data)) is not None:
        return _count(data, data.decode(encoding, "replace"), encoding)
    if b"\0" not in data and (text := _plain_utf8(data)) is not None:
        return Decoded(text, "utf-8", 0, data)
    if data.startswith(codecs.BOM_UTF8):
        return _count(data, data[3:].decode("utf-8", "replace"), "utf-8")
    from turbohtml.detect import detect  # text that is clearly UTF-8 does not need the HTML parser

    label = (_known(declared) or detect(data).encoding or "utf-8").lower()
    if label in ("utf-8", "ascii"):
        return _count(data, data.decode("utf-8", "replace"), "utf-8")
    if (saved := _saved_as_utf8(data)) is not None:
        return _count(data, saved, "utf-8")
    text = data.decode(f"whatwg-{label}", "replace")
    return _count(data, text.removeprefix("\ufeff"), label)


def _count(data: bytes, text: str, encoding: str) -> Decoded:
    """Count the characters that decoding replaced, not those that were already in the page."""
    found = text.count(REPLACEMENT)
    if found and encoding == "utf-8":
        found -= data.count(REPLACEMENT.encode())
    return Decoded(text, encoding, max(found, 0))


def without_surrogates(text: str) -> str:
    """Replace lone surrogates by U+FFFD, for the HTML parser."""
    return _SURROGATES.sub(REPLACEMENT, text)


def utf8(text: str) -> bytes:
    """Encode a text for scoring. Lone surrogates are encoded too; `text_of` decodes them again."""
    return text.encode("utf-8", "surrogatepass")


def text_of(data: bytes) -> str:
    """Decode the output of `utf8`, or a part of it."""
    return data.decode("utf-8", "surrogatepass")
