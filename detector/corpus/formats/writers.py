"""Clean documents to files, in every format that is read."""

import csv
import gzip
import io
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, cast

import zstandard

from detector.corpus.formats.documents import Document, Kind, Shard
from detector.corpus.formats.files import stored
from detector.corpus.formats.json_lines import json_line
from detector.corpus.formats.tables import parquet
from detector.corpus.formats.web_archives import fastwarc
from detector.corpus.line_records import PIECE
from detector.settings import Columns
from detector.text.decoding import without_surrogates

ENDINGS: Final[Mapping[str, Kind]] = {
    "jsonl": "jsonl",
    "jsonl.gz": "jsonl",
    "jsonl.zst": "jsonl",
    "csv": "csv",
    "csv.gz": "csv",
    "csv.zst": "csv",
    "parquet": "parquet",
    "warc.gz": "warc",
    "text": "page",
}
GZIP_LEVEL: Final = 6
ZSTD_LEVEL: Final = 3
# Rows that become one row group of Parquet.
ROW_GROUP: Final = 10_000
VERDICT: Final = "detector_verdict"
CONTENT_SHARE: Final = "detector_content_share"
LINES_COLUMN: Final = "detector_lines"
# Outputs that have columns.
TABLES: Final = ("jsonl", "csv", "parquet")
_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"\\|?*]')


class Cleaned(NamedTuple):
    """A document and what is left of it; its lines for a column (`sidecar.pieces`), or None."""

    document: Document
    text: str
    verdict: str
    share: float
    lines: list[dict[str, Any]] | None = None

    def fields(self, columns: Columns) -> dict[str, Any]:
        """Return the record with its text clean, and what was found of the page."""
        found: dict[str, Any] = {VERDICT: self.verdict, CONTENT_SHARE: round(self.share, 3)}
        if self.lines is not None:
            found[LINES_COLUMN] = self.lines
        return {**self.document.fields, columns.text: self.text, **found}


class Writer(Protocol):
    """Writes documents in order."""

    def write(self, cleaned: Cleaned) -> None:
        """Write one."""
        ...

    def close(self) -> None:
        """Write what is still held, and close."""
        ...


def compressing(path: Path, stack: ExitStack) -> BinaryIO:
    """Open a file to write, compressed as its name says; the same bytes whenever it is done."""
    raw = stack.enter_context(path.open("wb"))
    if path.name.endswith(".gz"):
        zipped = gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0)
        return cast(BinaryIO, stack.enter_context(zipped))
    if path.name.endswith(".zst"):
        return cast(BinaryIO, stack.enter_context(zstandard.ZstdCompressor(ZSTD_LEVEL).stream_writer(raw)))
    return raw


class JsonLines:
    """An object a line."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stack, self._columns = ExitStack(), columns
        self._file = compressing(path, self._stack)

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        self._file.write(json_line(cleaned.fields(self._columns)))

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


class Csv:
    """A row a document, the columns of the first; lines are JSON in a cell."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._stack, self._columns = ExitStack(), columns
        self._file = compressing(path, self._stack)
        self._writer: csv.DictWriter[str] | None = None

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        fields = cleaned.fields(self._columns)
        if cleaned.lines is not None:
            fields[LINES_COLUMN] = json_line(cleaned.lines).decode().rstrip("\n")
        row = io.StringIO(newline="")
        writer = csv.DictWriter(row, list(fields) if self._writer is None else self._writer.fieldnames)
        if self._writer is None:
            self._writer = writer
            writer.writeheader()
        writer.writerow(fields)
        self._file.write(row.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


def _without_surrogates(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: without_surrogates(value) if isinstance(value, str) else value for name, value in fields.items()
    }


class Parquet:
    """A row a document, in the schema of the input if that is Parquet too."""

    def __init__(self, path: Path, columns: Columns, source: str | None, lines: bool) -> None:
        import pyarrow

        self._arrow, self._path, self._columns = pyarrow, path, columns
        self._found = {VERDICT: pyarrow.string(), CONTENT_SHARE: pyarrow.float64()}
        if lines:
            self._found[LINES_COLUMN] = self._lines_type()
        self._rows: list[dict[str, Any]] = []
        self._file: Any = None
        self._schema: Any = None
        if source is not None:
            with stored(source) as file:
                self._schema = self._with_findings(parquet().ParquetFile(file).schema_arrow)

    def _lines_type(self) -> Any:  # noqa: ANN401
        """Return the Arrow type of a document's lines: see `sidecar.PIECE`."""
        kinds = {str: self._arrow.string(), float: self._arrow.float64(), bool: self._arrow.bool_()}
        return self._arrow.list_(self._arrow.struct([(name, kinds[kind]) for name, kind in PIECE.items()]))

    def _with_findings(self, schema: Any) -> Any:  # noqa: ANN401
        for name, kind in self._found.items():
            if name in schema.names:
                schema = schema.remove(schema.get_field_index(name))
            schema = schema.append(self._arrow.field(name, kind))
        return schema

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        row = _without_surrogates(cleaned.fields(self._columns))
        if cleaned.lines is not None:
            row[LINES_COLUMN] = [_without_surrogates(line) for line in cleaned.lines]
        self._rows.append(row)
        if len(self._rows) == ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._schema is None and self._rows:
            self._schema = self._with_findings(self._arrow.Table.from_pylist(self._rows).schema)
        if self._schema is None:
            self._schema = self._with_findings(
                self._arrow.schema([(self._columns.text, self._arrow.string())])
            )
        table = self._arrow.Table.from_pylist(self._rows, schema=self._schema)
        if self._file is None:
            self._file = parquet().ParquetWriter(self._path, self._schema, compression="zstd")
        self._file.write_table(table)
        self._rows = []

    def close(self) -> None:
        """Write the last rows, and close."""
        if self._rows or self._file is None:
            self._flush()
        self._file.close()


class WebArchive:
    """WARC conversion records, as WET files have them."""

    def __init__(self, path: Path, columns: Columns) -> None:
        self._warc, self._stack = fastwarc(), ExitStack()
        self._raw = self._stack.enter_context(path.open("wb"))
        self._zip = path.name.endswith(".gz")

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
        # A member a record, as readers of .warc.gz expect.
        data = plain.getvalue()
        self._raw.write(gzip.compress(data, GZIP_LEVEL, mtime=0) if self._zip else data)

    def close(self) -> None:
        """Close the file."""
        self._stack.close()


class Pages:
    """A file of text a page."""

    def __init__(self, folder: Path, names: Mapping[str, str]) -> None:
        self._folder, self._names = folder, names

    def write(self, cleaned: Cleaned) -> None:
        """Write one page."""
        document = cleaned.document
        path = self._folder / (self._names.get(document.file) or f"{document.file}/{document.number:08d}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((cleaned.text + "\n").encode("utf-8", "replace"))

    def close(self) -> None:
        """Have nothing to close."""


def writer_of(folder: Path, shard: Shard, kind: Kind, columns: Columns, lines: bool) -> Writer:
    """Return the writer of a shard's output; lines: whether it gets a column of them."""
    name, inputs = shard.output, shard.parts
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "page":
        return Pages(folder, {part.name: part.output for part in inputs if part.output})
    if kind == "parquet":
        return Parquet(path, columns, inputs[0].path if inputs[0].kind == "parquet" else None, lines)
    if kind == "warc":
        return WebArchive(path, columns)
    return Csv(path, columns) if kind == "csv" else JsonLines(path, columns)
