"""Clean documents to files, in every format that can be read; `parquet_writers` has Parquet."""

import bz2
import csv
import gzip
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast

from detector.corpus.formats.archive_records import fastwarc
from detector.corpus.formats.csv_files import has_tabs
from detector.corpus.formats.documents import Document
from detector.files.json_lines import json_line
from detector.files.zstd_files import write_zstd
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.settings import Columns
from detector.text.decoding import without_surrogates

GZIP_LEVEL: Final = 6
ZSTD_LEVEL: Final = 3
# The beginnings of cells that spreadsheets read as formulas.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[-+]?\d{1,30}(?:[.,]\d{1,30})?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"\\|?*]')


class Cleaned(NamedTuple):
    """A document and its clean text.

    lines: for a column of them (`line_records.pieces`), or None; numbers: columns with numbers of the text
    """

    document: Document
    text: str
    verdict: str
    share: float
    lines: list[dict[str, Any]] | None = None
    numbers: Mapping[str, Any] | None = None

    def fields(self, columns: Columns) -> dict[str, Any]:
        """Return the record with its clean text, and the results for the page."""
        found: dict[str, Any] = {VERDICT: self.verdict, CONTENT_SHARE: round(self.share, 3)}
        found |= self.numbers or {}
        if self.lines is not None:
            found[LINES_COLUMN] = self.lines
        return {**self.document.fields, columns.target(): self.text, **found}


class Writer(Protocol):
    """Writes documents in order."""

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        ...

    def close(self) -> None:
        """Write everything that is buffered, and close."""
        ...


def compressing(path: Path, stack: ExitStack) -> BinaryIO:
    """Open a file to write, compressed according to its name; the bytes do not depend on the time."""
    raw, name = stack.enter_context(path.open("wb")), path.name.lower()
    if name.endswith(".gz"):
        zipped = gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0)
        return cast(BinaryIO, stack.enter_context(zipped))
    if name.endswith(".bz2"):
        return cast(BinaryIO, stack.enter_context(bz2.BZ2File(raw, "wb")))
    if name.endswith(".zst"):
        return stack.enter_context(write_zstd(raw, ZSTD_LEVEL))
    return raw


class JsonLines:
    """One object per line."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stack, self._columns = ExitStack(), columns
        self._file = compressing(path, self._stack)

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        self._file.write(json_line(cleaned.fields(self._columns)))

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


def column_names(documents: Iterable[Cleaned], columns: Columns) -> list[str]:
    """Return the columns of a table of these documents: all that any of them has, in order."""
    return list(dict.fromkeys(name for document in documents for name in document.fields(columns)))


def _safe(value: Any) -> Any:  # noqa: ANN401
    """Return a cell that a spreadsheet does not read as a formula; numbers stay."""
    if not isinstance(value, str) or not value.startswith(FORMULA) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


class Csv:
    """One row per document; lines are JSON in a cell, and missing values are empty.

    safe: whether texts that a spreadsheet would read as a formula get an apostrophe in front
    """

    def __init__(self, path: Path, columns: Columns, names: Sequence[str], safe: bool) -> None:
        self._stack, self._columns, self._names, self._safe = ExitStack(), columns, names, safe
        self._file = compressing(path, self._stack)
        self._delimiter = "\t" if has_tabs(path.name) else ","
        if names:
            self._write(dict(zip(names, names, strict=True)))

    def _write(self, fields: Mapping[str, Any]) -> None:
        cells = [fields.get(name, "") for name in self._names]
        row = io.StringIO(newline="")
        csv.writer(row, delimiter=self._delimiter).writerow(map(_safe, cells) if self._safe else cells)
        self._file.write(row.getvalue().encode("utf-8", "replace"))

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        fields = cleaned.fields(self._columns)
        if cleaned.lines is not None:
            fields[LINES_COLUMN] = json_line(cleaned.lines).decode().rstrip("\n")
        self._write(fields)

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


class WebArchive:
    """WARC conversion records, as in WET files."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._warc, self._stack = fastwarc(), ExitStack()
        self._raw = self._stack.enter_context(path.open("wb"))
        self._zip = path.name.lower().endswith(".gz")

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        document = cleaned.document
        record = self._warc.WarcRecord()
        headers = {
            "WARC-Type": "conversion",
            "WARC-Target-URI": document.url or f"urn:document:{document.id}",
            "WARC-Date": str(document.fields.get("date") or "1970-01-01T00:00:00Z"),
            "WARC-Record-ID": f"<urn:detector:{_UNSAFE.sub('_', document.id)}>",
            "WARC-Refers-To": _UNSAFE.sub("_", document.id),
            "Content-Type": "text/plain",
        }
        record.init_headers(record_type=self._warc.WarcRecordType.conversion)
        for name, value in headers.items():
            record.headers[name] = value
        record.set_bytes_content(without_surrogates(cleaned.text).encode())
        plain = io.BytesIO()
        record.write(plain)
        # One gzip member per record, as readers of .warc.gz expect.
        data = plain.getvalue()
        self._raw.write(gzip.compress(data, GZIP_LEVEL, mtime=0) if self._zip else data)

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


class Pages:
    """One text file per document."""

    def __init__(self, folder: Path, name: str, names: Mapping[str, str]) -> None:
        self._folder, self._name, self._names = folder, name, names

    def write(self, cleaned: Cleaned) -> None:
        """Write one page under its own name, or under its number in a folder named after its file."""
        document = cleaned.document
        path = self._folder / (self._names.get(document.file) or f"{self._name}/{document.number:08d}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((cleaned.text + "\n").encode("utf-8", "replace"))

    def close(self) -> None:
        """Do nothing: every page is a separate file."""
