"""Files with holes: parts that were never written, and that read as zeros.

A download that was stopped can leave a file of a terabyte with nothing in it. No line, page or table has so
many zeros, so nothing that can be read is refused.
"""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from detector.files.limits import LONGEST

# The most bytes of holes in a file. It is the length of the longest line.
MOST_HOLES: Final = LONGEST


def _bytes_of_holes(file: int, size: int) -> int:
    """Return how many bytes of an open file are holes, or a part of them that is too many."""
    place = found = 0
    while found <= MOST_HOLES:
        begin = os.lseek(file, place, os.SEEK_HOLE)
        if begin >= size:
            break
        try:
            place = os.lseek(file, begin, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            place = size  # nothing but a hole up to its end
        found += place - begin
    return found


def fault_of_holes(path: Path | str) -> str:
    """Return why a file with many holes is not read; empty if it has few, or the system does not tell.

    Pipes and devices are not opened. Raises `OSError` if a large file cannot be opened.
    """
    found = os.stat(path)  # noqa: PTH116
    if not stat.S_ISREG(found.st_mode) or found.st_size <= MOST_HOLES or not hasattr(os, "SEEK_HOLE"):
        return ""
    with open(path, "rb") as file:  # noqa: PTH123
        try:
            if _bytes_of_holes(file.fileno(), found.st_size) <= MOST_HOLES:
                return ""
        except OSError:  # a file system that does not tell
            return ""
    return (
        f"it has {found.st_size:,} bytes, but more than {MOST_HOLES:,} of them were never written "
        "(a sparse file): copy or download it again"
    )


def refuse_holes(path: Path | str) -> None:
    """Raise `OSError` for a file with many holes."""
    if fault := fault_of_holes(path):
        raise OSError(errno.EINVAL, fault, str(path))
