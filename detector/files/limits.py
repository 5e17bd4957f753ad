"""What compressed content may unpack to: a few bytes can stand for any number of them."""

import errno
from pathlib import Path
from typing import Final, NamedTuple

# Bytes of a line, a row, a page. Longer ones are no pages: the largest real ones have a tenth of it.
LONGEST: Final = 100_000_000


_STEP: Final = 1 << 20


def bytes_of_file(path: Path, most: int) -> bytes:
    """Return what a file, a pipe or a device holds; raises `OSError` if that is more than `most` bytes."""
    pieces, left = list[bytes](), most
    with path.open("rb") as file:
        while piece := file.read(min(_STEP, left + 1)):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise OSError(errno.EOVERFLOW, f"it has more than {most:,} bytes", str(path))
    return b"".join(pieces)


class ReadLimits(NamedTuple):
    """What a record and a file may unpack to.

    record_bytes: of the largest record, page or text
    unpacked_ratio: a compressed file may hold so many times its size, or one record if that is more. Texts
        are packed to a third to a thirtieth, a thousand copies of one to less than a hundredth
    """

    record_bytes: int = LONGEST
    unpacked_ratio: int = 500

    def of_file(self, size: int) -> int:
        """Return the bytes that a compressed file of a size may hold."""
        return max(size * self.unpacked_ratio, self.record_bytes)


DEFAULT_LIMITS: Final = ReadLimits()


def too_large(what: str, most: int) -> OSError:
    """Return the error of content that unpacks to more than it may."""
    return OSError(
        f"{what} unpacks to more than {most:,} bytes (if that is right, raise unpacked_ratio or record_bytes "
        "in --rules)"
    )
