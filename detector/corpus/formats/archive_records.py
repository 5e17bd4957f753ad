"""Reads the records of a web archive, and goes on at the next one after damage.

A record whose Content-Length is too large takes the records after it into itself. This shows where it ends:
no record begins there, or the file is over. Then only this record is set aside, and those in it are read.
"""

import io
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, BinaryIO, Final, NamedTuple

from detector.corpus.formats.intact_records import DAMAGE, next_record
from detector.errors import in_words
from detector.extras import need

# After so many records with a length that is too large, each record is read up to the next one only.
# Otherwise, the end of a hostile archive would be read as often as it has records.
MOST_OVERLONG: Final = 8


class Found(NamedTuple):
    """A record, or damage.

    start: its first byte in the file; record: None for damage
    body: None if it is not wanted; is_short: whether the archive ends before its Content-Length
    damage: what is wrong, and where reading goes on
    """

    start: int
    record: Any = None
    body: bytes | None = None
    is_short: bool = False
    damage: str = ""


class _Window(io.RawIOBase):
    """A range of a file's bytes, which keep their positions."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._at, self._end = file, start, end

    def readable(self) -> bool:
        """Tell that this is a readable file."""
        return True

    def tell(self) -> int:
        """Return the position in the file."""
        return self._at

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read some bytes, up to the end."""
        self._file.seek(self._at)
        found = self._file.read(min(len(buffer), max(self._end - self._at, 0)))
        self._at += len(found)
        buffer[: len(found)] = found
        return len(found)


def fastwarc() -> ModuleType:
    """Return fastwarc's WARC module; raises `MissingExtraError` without it."""
    need("fastwarc", "warc", "reading WARC and WET")
    import fastwarc.warc

    return fastwarc.warc


def records_in(file: Any, parse_http: bool) -> Iterator[Any]:  # noqa: ANN401
    """Yield the records of an archive, also damaged ones."""
    yield from fastwarc().ArchiveIterator(file, parse_http=parse_http, auto_decode="none")


class _Reading:
    """Reads records until one does not end where the next one begins.

    start: of the last record that was begun; held: this record, if its end is wrong; error: what was raised
    """

    def __init__(self, file: BinaryIO, start: int, wants: Callable[[Any], bool], most: int) -> None:
        self.file, self.start, self._wants, self._most = file, start, wants, most
        self.held: Found | None = None
        self.error: Exception | None = None

    def records(self, end: int) -> Iterator[Found]:
        """Yield the records in the file up to a position whose ends are right."""
        self.held = self.error = None
        try:
            for record in records_in(_Window(self.file, self.start, end), parse_http=True):
                if self.held is not None:
                    yield self.held
                    self.held = None
                self.start = int(record.stream_pos)
                body = record.reader.read(self._most) if self._wants(record) else None
                self.held = Found(self.start, record, body)
                if len(body or b"") + record.reader.consume() < record.content_length:
                    self.held = self.held._replace(is_short=True)
                    return
            if self.held is not None:
                yield self.held
            self.start, self.held = end, None
        except DAMAGE as error:
            self.error = error

    def is_overlong(self, end: int) -> bool:
        """Tell whether the last record says that it is longer than up to a position."""
        try:
            for record in records_in(_Window(self.file, self.start, end), parse_http=False):
                return bool(record.reader.consume() < record.content_length)
        except DAMAGE:
            pass
        return False


def intact_records(
    file: BinaryIO, start: int, end: int, wants: Callable[[Any], bool], most: int
) -> Iterator[Found]:
    """Yield the records in a range of a file, in order, and damage.

    end: where a record begins, or -1 for the end of the file
    wants: whether the body of a record is read, up to `most` bytes
    Raises one of `DAMAGE` if no record follows it.
    """
    last = sys.maxsize if end < 0 else end
    reading, overlong, damage = _Reading(file, start, wants, most), 0, ""
    while reading.start < last:
        following = _following(reading, last) if overlong >= MOST_OVERLONG else last
        for found in reading.records(following):
            if damage:
                yield _goes_on(damage, found.start)
            yield found
            damage = ""
        held, error = reading.held, reading.error
        if held is None and error is None:
            continue  # up to the next record, or to the end
        if damage and held is not None:
            yield _goes_on(damage, held.start)
            damage = ""
        following = _following(reading, last) if following == last else following
        if held is not None and following < sys.maxsize and reading.is_overlong(following):
            overlong += 1
            damage = "its Content-Length is too large"
        elif held is not None:
            yield held
        if following == sys.maxsize and error is not None:
            raise error
        damage = damage or (in_words(error) if error is not None else "")
        reading.start = following
    if damage and last < sys.maxsize:
        yield _goes_on(damage, last)


def _following(reading: _Reading, last: int) -> int:
    """Return where the record after the last one begins; `last` if there is none before it."""
    found = next_record(reading.file, reading.start + 1)
    return found if 0 <= found < last else last


def _goes_on(damage: str, at: int) -> Found:
    return Found(at, damage=f"{damage}; reading goes on at byte {at:,}")
