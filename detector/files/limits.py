"""Limits for decompressed content, because a few bytes can decompress to any number."""

import errno
import os
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

# The most bytes of a line, a row or a page. The largest real pages have a tenth of it.
LONGEST: Final = 100_000_000
_STEP: Final = 1 << 20


def _longer(name: str, most: int) -> OSError:
    return OSError(errno.EOVERFLOW, f"it has more than {most:,} bytes", name)


def bytes_of_stream(file: BinaryIO, most: int, name: str) -> bytes:
    """Read an open file to its end; raises `OSError` if it has more than `most` bytes."""
    pieces, left = list[bytes](), most
    while piece := file.read(min(_STEP, left + 1)):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise _longer(name, most)
    return b"".join(pieces)


def bytes_of_file(path: Path, most: int) -> bytes:
    """Read a file, a pipe or a device; raises `OSError` if it has more than `most` bytes."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise _longer(str(path), most)
        return bytes_of_stream(file, most, str(path))


class ReadLimits(NamedTuple):
    """Limits for the decompressed sizes of records and files.

    record_bytes: of the largest record, page or text
    unpacked_ratio: a compressed file may decompress to this many times its size, and at least to one record.
    Texts compress to between a third and a thirtieth, a thousand copies of one to less than a hundredth
    """

    record_bytes: int = LONGEST
    unpacked_ratio: int = 500

    def of_file(self, size: int) -> int:
        """Return the most bytes that a compressed file of this size may decompress to."""
        return max(size * self.unpacked_ratio, self.record_bytes)


DEFAULT_LIMITS: Final = ReadLimits()


def too_large(what: str, most: int) -> OSError:
    """Return the error for content that decompresses to more than it may."""
    return OSError(
        f"{what} unpacks to more than {most:,} bytes (if that is right, raise unpacked_ratio or record_bytes "
        "in --rules)"
    )
