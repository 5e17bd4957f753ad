"""The records of web archives, also of those that are compressed as a whole, such as `a.warc.xz`.

Mostly each record is compressed on its own, with gzip or Zstandard, and fastwarc unpacks it. An archive that
is compressed with xz, bzip2 or Brotli is unpacked to a temporary file. With gzip and Zstandard, this is done
only after a fault: the records that follow it can be found in the unpacked bytes alone.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, Final, cast

from detector.corpus.formats.archive_records import Found, intact_records
from detector.corpus.formats.documents import Part
from detector.corpus.formats.files import BUFFER, opened, stored_part
from detector.corpus.formats.intact_records import DAMAGE
from detector.errors import ShardError
from detector.files.limits import ReadLimits
from detector.text.compressed import GZIP, ZSTD

# Compressions that fastwarc does not unpack, and those that it does.
_TO_UNPACK: Final = (".xz", ".bz2", ".br")
_UNPACKED: Final = (".gz", ".zst")


@contextmanager
def opened_archive(part: Part, limits: ReadLimits) -> Iterator[BinaryIO]:
    """Open an archive, or a range of its bytes, so that fastwarc can read it.

    If its compressed contents are damaged, the error is raised after what stands before.
    """
    if part.path.lower().endswith(_TO_UNPACK):
        with _unpacked_copy(part, limits) as copy:
            yield copy
    else:
        with stored_part(part) as file:
            yield file


def records_of(
    file: BinaryIO, part: Part, wants: Callable[[Any], bool], limits: ReadLimits
) -> Iterator[Found]:
    """Yield the records of an opened archive, and damage; see `intact_records`."""
    most, count = limits.record_bytes + 1, 0
    last: Found | None = None
    error: Exception | None = None
    try:
        for found in intact_records(file, part.start, part.end, wants, most):
            if last is not None:
                yield last
                count += 1
            last = found
    except DAMAGE as damage:
        error = damage
    is_faulty = error is not None or (last is not None and last.is_short)
    if is_faulty and _may_hold_others(file, part, 0 if last is None else last.start):
        with _unpacked_copy(part, limits) as copy:
            yield from islice(intact_records(copy, 0, -1, wants, most), count, None)
        return
    if last is not None:
        yield last
    if error is not None:
        raise error


def _may_hold_others(file: BinaryIO, part: Part, start: int) -> bool:
    """Tell whether records may follow in a faulty one, because it is not compressed on its own."""
    if part.start or part.end >= 0 or not part.path.lower().endswith(_UNPACKED):
        return False
    file.seek(start)
    return start == 0 or not file.read(len(ZSTD)).startswith((GZIP, ZSTD))


@contextmanager
def _unpacked_copy(part: Part, limits: ReadLimits) -> Iterator[BinaryIO]:
    """Unpack a file to a temporary one; an error is raised after what stands before has been read."""
    with _on_disk(part):
        copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (closed below)
    with copy:
        error = _fill(copy, part, limits)
        copy.seek(0)
        yield copy
    if error is not None:
        raise error


def _fill(copy: BinaryIO, part: Part, limits: ReadLimits) -> Exception | None:
    """Write the unpacked contents of a file; return the error at which they end, if any."""
    with opened(part, limits) as file:
        while True:
            try:
                piece = cast(Any, file).read1(BUFFER)
            except DAMAGE as error:
                return error
            if not piece:
                return None
            with _on_disk(part):
                copy.write(piece)
                copy.flush()


@contextmanager
def _on_disk(part: Part) -> Iterator[None]:
    """Turn an error of the temporary file into a `ShardError`: nothing is wrong with the input."""
    try:
        yield
    except OSError as error:
        raise ShardError(
            f"{part.path} cannot be unpacked to a temporary file: {error.strerror or error}. "
            "Set TMPDIR to a folder with more room, and run the same command again"
        ) from None
