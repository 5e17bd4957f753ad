"""Bytes to text: byte-order mark, declared charset, then detection.

turbohtml does it by the WHATWG standard, so that text and HTML decode as a browser
would; what browsers do not read or guess is added: UTF-16 without a mark, UTF-32 with one,
ISO-2022-JP and its relatives that are not declared, and UTF-7.
"""

import codecs
import re
from typing import Final, NamedTuple

REPLACEMENT: Final = "\ufffd"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# UTF-16 text of any script has line ends, spaces or digits: bytes of which every other
# one is NUL. In no 8-bit encoding are NULs frequent. Looked for in the first bytes only.
_PROBE: Final = 4096
_NUL_SHARE: Final = 0.1
# Evidence from which valid UTF-8 is no accident: a character of two bytes counts 1, of three bytes 3,
# of four bytes 5.
_UTF8_EVIDENCE: Final = 12
# Of so many continuation bytes one may be broken: pages are cut off, and comments garbled.
_UTF8_FAULTS: Final = 20
# Encodings of 7 bits that shift between alphabets by an escape.
_SHIFTED: Final = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_3", "iso2022_kr")
_UTF7_RUN: Final = re.compile(rb"(?<![A-Za-z0-9+/])[A-Za-z0-9/]*+(\+[A-Za-z0-9+/]{3,}+-)")
_UTF7_FEWEST: Final = 3
_UTF32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_WIDE_MARKS: Final = (*_UTF32_MARKS, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Decoded(NamedTuple):
    """A page's text, the encoding it was read in, and how many characters were lost.

    data: the bytes it was read from, where these are valid UTF-8
    """

    text: str
    encoding: str
    replaced: int
    data: bytes | None = None


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the UTF-16 byte order that unmarked bytes seem to have, if any."""
    probe = data[:_PROBE]
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if max(even, odd) < max(4, _NUL_SHARE * len(probe) / 2) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _plain_utf8(data: bytes) -> str | None:
    """Return the text of bytes that can only be UTF-8, and have no mark; most pages are so."""
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
    """Return the text of bytes that are UTF-8 whatever their declaration says.

    Crawlers save pages as UTF-8 and leave the old declaration in, and one broken byte
    makes no other encoding. Text in another encoding is nearly valid UTF-8 by accident
    only when it is a few characters long.
    """
    text = data.decode("utf-8", "replace")
    longer = len(data) - len(text)
    return text if longer >= _UTF8_EVIDENCE and text.count(REPLACEMENT) * _UTF8_FAULTS <= longer else None


def _seven_bits(data: bytes) -> tuple[str, str] | None:
    """Return the text and encoding of ASCII bytes that stand for other characters, if they do."""
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
    """Return whether a run of UTF-7 holds what needs it: no ASCII, and letters or signs only."""
    return all(one.isprintable() and not (one.isascii() and one.isalnum()) for one in text)


def is_wide(data: bytes) -> bool:
    """Return whether bytes are text of 16 or 32 bits a character."""
    return data.startswith(_WIDE_MARKS) or _utf16_without_mark(data) is not None


def _known(declared: str | None) -> str | None:
    """Return an encoding that is declared, if it is one that pages may have."""
    try:
        return declared and codecs.lookup(f"whatwg-{declared.strip().lower()}") and declared.strip().lower()
    except LookupError:
        return None


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a page; never fails: what cannot be read becomes U+FFFD and is counted.

    declared: the encoding that the server named, if it did; what the bytes plainly are comes first
    """
    if (b"\x1b" in data or b"+" in data) and data.isascii() and (found := _seven_bits(data)) is not None:
        return Decoded(*found, 0)
    if data.startswith(_UTF32_MARKS):
        return _count(data, data.decode("utf-32", "replace"), "utf-32")
    if b"\0" not in data and (text := _plain_utf8(data)) is not None:
        return Decoded(text, "utf-8", 0, data)
    if data.startswith(codecs.BOM_UTF8):
        return _count(data, data[3:].decode("utf-8", "replace"), "utf-8")
    encoding = (
        None if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _utf16_without_mark(data)
    )
    if encoding:
        return _count(data, data.decode(encoding, "replace"), encoding)
    from turbohtml.detect import detect  # text that is plainly UTF-8 does without the HTML parser

    label = (_known(declared) or detect(data).encoding or "utf-8").lower()
    if label in ("utf-8", "ascii"):
        return _count(data, data.decode("utf-8", "replace"), "utf-8")
    if (saved := _saved_as_utf8(data)) is not None:
        return _count(data, saved, "utf-8")
    text = data.decode(f"whatwg-{label}", "replace")
    return _count(data, text.removeprefix("\ufeff"), label)


def _count(data: bytes, text: str, encoding: str) -> Decoded:
    """Count the characters that decoding replaced, not those that stood in the page."""
    found = text.count(REPLACEMENT)
    if found and encoding == "utf-8":
        found -= data.count(REPLACEMENT.encode())
    return Decoded(text, encoding, max(found, 0))


def without_surrogates(text: str) -> str:
    """Return the text with each lone surrogate as U+FFFD, for the HTML parser."""
    return _SURROGATES.sub(REPLACEMENT, text)


def utf8(text: str) -> bytes:
    """Encode a text for scoring; lone surrogates pass through, as `text_of` lets them back."""
    return text.encode("utf-8", "surrogatepass")


def text_of(data: bytes) -> str:
    """Decode what `utf8` encoded, whole or in part."""
    return data.decode("utf-8", "surrogatepass")
