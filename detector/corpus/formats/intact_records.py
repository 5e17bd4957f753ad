"""Finds the next record of a damaged web archive that can be read."""

import re
import zlib
from typing import BinaryIO, Final

from detector.files.zstd_files import ZstdError

# What reading a damaged file of any kind raises.
DAMAGE: Final = (OSError, EOFError, zlib.error, ZstdError, ValueError)
RECORD: Final = b"WARC/"
# Where a record may begin: at a gzip member, or after another record.
AFTER_RECORD: Final = b"\r\n\r\n"
BEGINS: Final = re.compile(rb"\x1f\x8b\x08|\r\n\r\nWARC/")
BLOCK: Final = 1 << 16
# How many bytes of a member show how its contents begin.
HEAD: Final = 4096


def next_record(file: BinaryIO, after: int) -> int:
    """Return the first byte from here on at which a record begins; -1 if there is none.

    In a compressed archive, a record is a gzip member of its own. The time is linear in the bytes.
    """
    at = max(after - len(AFTER_RECORD), 0)
    file.seek(at)
    data = file.read(BLOCK + HEAD)
    while True:
        is_last = len(data) < BLOCK + HEAD
        for found in BEGINS.finditer(data):
            if found.start() >= BLOCK and not is_last:
                break  # it is in the next block, too
            is_plain = found[0].endswith(RECORD)
            begin = found.start() + (len(AFTER_RECORD) if is_plain else 0)
            if at + begin >= after and (is_plain or _is_record(data[begin : begin + HEAD])):
                return at + begin
        if is_last:
            return -1
        at, data = at + BLOCK, data[BLOCK:] + file.read(BLOCK)


def _is_record(member: bytes) -> bool:
    """Tell whether a gzip member has a record in it."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(member, len(RECORD)) == RECORD
    except zlib.error:
        return False
