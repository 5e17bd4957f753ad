"""Finds the next record of a damaged web archive that can be read."""

import zlib
from typing import BinaryIO, Final

from detector.text.compressed import GZIP

# What reading a damaged archive raises.
DAMAGE: Final = (OSError, EOFError, zlib.error, ValueError)
# The beginning of a record, and of one after another record.
RECORD: Final = b"WARC/"
AFTER_RECORD: Final = b"\r\n\r\n" + RECORD
BLOCK: Final = 1 << 20
# How many bytes of a member show how its contents begin.
HEAD: Final = 4096


def next_record(file: BinaryIO, after: int) -> int:
    """Return the first byte from here on at which a record begins; -1 if there is none.

    In a compressed archive, a record is a gzip member of its own. The time is linear in the bytes.
    """
    file.seek(0)
    is_packed = file.read(len(GZIP)) == GZIP
    sought = GZIP if is_packed else AFTER_RECORD
    at = after if is_packed else max(after - (len(sought) - len(RECORD)), 0)
    while True:
        found = _find(file, sought, at)
        if found < 0 or not is_packed:
            return found if found < 0 else found + len(sought) - len(RECORD)
        if _is_record(file, found):
            return found
        at = found + 1


def _find(file: BinaryIO, sought: bytes, at: int) -> int:
    """Return where some bytes are, from a place on; -1 if they are not there."""
    file.seek(at)
    block = file.read(BLOCK)
    while len(block) >= len(sought):
        if (found := block.find(sought)) >= 0:
            return at + found
        kept = len(sought) - 1
        at += len(block) - kept
        block = block[-kept:] + file.read(BLOCK)
        if len(block) == kept:
            break
    return -1


def _is_record(file: BinaryIO, at: int) -> bool:
    """Tell whether the gzip member that begins here has a record in it."""
    file.seek(at)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(file.read(HEAD), len(RECORD)) == RECORD
    except zlib.error:
        return False
