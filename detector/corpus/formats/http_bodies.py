"""From the body of an HTTP message, as stored in an archive, to the bytes of the page.

Archives often store the decoded body with the original headers. So a header is used only if the bytes confirm
it.
"""

import zlib
from typing import Final

from detector.errors import PageError
from detector.text.compressed import LARGEST, unpacked_brotli

# The most hexadecimal digits of a chunk size.
LONGEST_SIZE: Final = 16
BREAK: Final = b"\r\n"


def unchunked(body: bytes) -> bytes | None:
    """Return a body without chunk sizes; None if it is not chunked, or truncated."""
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
    """Return data decompressed by zlib or raw deflate; None if neither works."""
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
    """Return the bytes of a page.

    gzip and Zstandard are kept, because pages are decompressed later, by their first bytes.

    Parameters
    ----------
    body
        The body as it is stored.
    transfer, content
        The headers `Transfer-Encoding` and `Content-Encoding`, or empty strings.
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
