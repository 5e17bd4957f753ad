"""Bytes to text: byte-order mark, declared charset, then detection.

turbohtml does it by the WHATWG standard, so that text and HTML decode as a browser
would; the one addition is UTF-16 without a mark, which browsers do not read.
"""

import codecs
import re
from typing import Final, NamedTuple

from turbohtml.detect import detect

REPLACEMENT: Final = "\ufffd"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
# UTF-16 text of any script has line ends, spaces or digits: bytes of which every other
# one is NUL. In no 8-bit encoding are NULs frequent. Looked for in the first bytes only.
_PROBE: Final = 4096
_NUL_SHARE: Final = 0.1


class Decoded(NamedTuple):
    """A page's text, the encoding it was read in, and how many characters were lost."""

    text: str
    encoding: str
    replaced: int


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the UTF-16 byte order that unmarked bytes seem to have, if any."""
    probe = data[:_PROBE]
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    if max(even, odd) < max(4, _NUL_SHARE * len(probe) / 2) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def decode(data: bytes) -> Decoded:
    """Decode a page; never fails: what cannot be read becomes U+FFFD and is counted."""
    if data.startswith(codecs.BOM_UTF8):
        return _count(data, data[3:].decode("utf-8", "replace"), "utf-8")
    encoding = None if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _utf16_without_mark(data)
    if encoding:
        return _count(data, data.decode(encoding, "replace"), encoding)
    label = (detect(data).encoding or "utf-8").lower()
    if label in ("utf-8", "ascii"):
        return _count(data, data.decode("utf-8", "replace"), "utf-8")
    text = data.decode(f"whatwg-{label}", "replace")
    return _count(data, text.removeprefix("\ufeff"), label)


def _count(data: bytes, text: str, encoding: str) -> Decoded:
    """Count the characters that decoding replaced, not those that stood in the page."""
    found = text.count(REPLACEMENT)
    if found and encoding == "utf-8":
        found -= data.count(REPLACEMENT.encode())
    return Decoded(text, encoding, max(found, 0))


def without_surrogates(text: str) -> str:
    """Return the text as it is scored: each lone surrogate as U+FFFD, which is as long."""
    return _SURROGATES.sub(REPLACEMENT, text)


def scored_bytes(text: str) -> bytes:
    """Encode a text for scoring."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return without_surrogates(text).encode()
