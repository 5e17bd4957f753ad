"""CSV, also with tabs or semicolons: one document per row."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, Final, TextIO

from detector.corpus.formats.documents import Part, Records, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.files import opened
from detector.corpus.formats.kinds import plain_name
from detector.files.limits import ReadLimits
from detector.settings import Columns
from detector.text.decoding import decode

# The number of bytes by which the encoding is detected.
ENCODING_BYTES: Final = 1 << 18
# What surrogateescape produces for bytes that are not UTF-8.
_NOT_UTF8: Final = dict.fromkeys(range(0xDC80, 0xDD00))
# Possible separators besides the comma.
_DELIMITERS: Final = ";\t|"
# A line by which Excel names the separator, before that with the names of columns. Programs may fill it up.
_NAMED: Final = re.compile(r'"?sep=([,;\t|])"?\1*[\r\n]*', re.IGNORECASE)
_BREAKS: Final = ("\n", "\r")
_STEP: Final = 1 << 20


class _Lines:
    """The lines of a file; records when there are no more.

    longest: characters of the longest line; of longer ones, no more than this is held in memory
    """

    def __init__(self, file: TextIO, longest: int) -> None:
        self._file, self._longest = file, longest
        self.at_end = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._longest)
        if not line:
            self.at_end = True
            raise StopIteration
        if len(line) < self._longest or line.endswith(_BREAKS):
            return line
        while (more := self._file.readline(_STEP)) and not more.endswith(_BREAKS):
            pass
        raise csv.Error(f"a line of more than {self._longest:,} characters")


def _header(names: Sequence[str]) -> list[str]:
    """Return the names of columns; repeated names get a number."""
    found: dict[str, int] = {}  # and the last number of each
    for name in names:
        again = name
        while again in found:
            found[name] += 1
            again = f"{name}.{found[name]}"
        found[again] = 0
    return list(found)


class _Replayed(io.RawIOBase):
    """A file whose beginning has been read: the beginning, and then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        view = memoryview(buffer)
        read = self._head.read(len(view)) or self._rest.read(len(view))
        view[: len(read)] = read
        return len(read)


def _encoding(head: bytes) -> str:
    """Return the encoding of a file, by its beginning; whole lines, so that no character is cut."""
    found = decode(head[: head.rfind(b"\n") + 1] or head).encoding or "utf-8"
    try:
        return "utf-8-sig" if found == "utf-8" else codecs.lookup(found).name
    except LookupError:  # an encoding that only browsers know: its rows are set aside
        return "utf-8-sig"


def has_tabs(name: str) -> bool:
    """Tell whether a file has tabs as separators, by its name."""
    return plain_name(name.lower()).endswith(".tsv")


def _delimiter(name: str, header: str) -> str:
    """Return the separator of a file, by its name and its first line."""
    if has_tabs(name):
        return "\t"
    if "," in header:
        return ","
    return max(_DELIMITERS, key=header.count) if any(sign in header for sign in _DELIMITERS) else ","


def _first_line(lines: Iterator[str]) -> tuple[str, str]:
    """Return the line with the names of columns, and the separator if a line above it names it."""
    separator = ""
    for line in lines:
        text = line.removeprefix("\ufeff")  # the mark of UTF-16
        if named := _NAMED.fullmatch(text):
            separator = named[1]
        elif text.strip():
            return text, separator
    return "", separator


def _row_fault(row: Sequence[str], columns: int, never_closed: bool) -> str:
    """Return what is wrong with a row of CSV; empty if it is valid."""
    if never_closed:
        return "a quote that is never closed: this and all that follows is one row"
    if len(row) != columns:
        return f"{len(row)} cells, but {columns} columns"
    if any(not cell.isascii() and cell.translate(_NOT_UTF8) != cell for cell in row):
        return "bytes that are not UTF-8"
    return ""


def read_csv(part: Part, columns: Columns, limits: ReadLimits) -> Records:
    """Yield the rows of a CSV file with a header. The first line shows the separator."""
    # This applies to the whole process, so it is never reduced.
    csv.field_size_limit(max(csv.field_size_limit(), limits.record_bytes))
    with opened(part, limits) as raw:
        head = raw.read(ENCODING_BYTES)
        whole = io.BufferedReader(_Replayed(head, raw))
        text = io.TextIOWrapper(whole, _encoding(head), errors="surrogateescape", newline="")
        lines = _Lines(text, limits.record_bytes)
        try:
            first, separator = _first_line(lines)
        except csv.Error as error:
            yield Rejected(part.name, 0, f"not CSV: {error}, the first line should name the columns")
            return
        delimiter = separator or _delimiter(part.name, first)
        rows = csv.reader(chain([first], lines), delimiter=delimiter)
        header: list[str] | None = None
        number = -1
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield Rejected(part.name, number, f"not CSV: {error}")
                continue
            if header is None:
                header = _header(row)
                continue
            number += 1
            # A row ends with its line, so only a row with an open quote has asked for more lines.
            if row and (fault := _row_fault(row, len(header), lines.at_end)):
                yield Rejected(part.name, number, fault)
            elif row:
                yield document_of(dict(zip(header, row, strict=True)), part, number, columns, limits)
