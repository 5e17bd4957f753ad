"""The body of an HTTP message as an archive stores it, to the bytes of the page.

Archives often store the decoded body with the headers that it was sent with. So a header is believed only
if the bytes bear it out.
"""

import zlib
from typing import Final

from detector.errors import PageError
from detector.text.compressed import LARGEST, unpacked_brotli

# Hexadecimal digits of the longest size of a chunk.
LONGEST_SIZE: Final = 16
BREAK: Final = b"\r\n"


def unchunked(body: bytes) -> bytes | None:
    """Return a body without the sizes of its chunks; None if it is not in chunks, or cut."""
    pieces, at = list[bytes](), 0
    while (end := body.find(BREAK, at, at + 1000)) >= 0:
        digits = body[at:end].split(b";", 1)[0].strip()
        if not 0 < len(digits) <= LONGEST_SIZE or digits.strip(b"0123456789abcdefABCDEF"):
            return None
        size, start = int(digits, 16), end + len(BREAK)
        if size == 0:
            return b"".join(pieces)
        if body[start + size : start + size + len(BREAK)] != BREAK:
            return None
        pieces.append(body[start : start + size])
        at = start + size + len(BREAK)
    return None


def _inflated(body: bytes) -> bytes | None:
    """Return what zlib or raw deflate packed; None if neither did."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        unpacker = zlib.decompressobj(bits)
        try:
            data = unpacker.decompress(body, LARGEST + 1)
        except zlib.error:
            continue
        if unpacker.eof and len(data) <= LARGEST:
            return data
    return None


def sent_page(body: bytes, transfer: str, content: str) -> bytes:
    """Return the bytes of a page; gzip and Zstandard stay, because pages are unpacked by their first bytes.

    Parameters
    ----------
    body
        As it is stored.
    transfer, content
        The headers `Transfer-Encoding` and `Content-Encoding`, or empty.
    """
    if "chunked" in transfer.lower():
        found = unchunked(body)
        body = body if found is None else found
    packed = content.lower().strip()
    if packed == "deflate":
        found = _inflated(body)
        return body if found is None else found
    if packed == "br":
        try:
            return unpacked_brotli(body)
        except PageError:
            return body
    return body
