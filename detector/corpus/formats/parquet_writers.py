"""Clean documents to Parquet: with the columns of a Parquet source, or with inferred columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from detector.corpus.formats.parquet_files import CopiedFields, parquet
from detector.corpus.formats.writers import Cleaned
from detector.corpus.line_records import PIECE
from detector.files.json_lines import json_bytes
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.settings import Columns
from detector.text.decoding import without_surrogates

# The number of rows in a row group, or fewer if their texts have this many characters.
ROW_GROUP: Final = 10_000
CHARACTERS: Final = 100_000_000
# Integers up to this are exact as floating-point numbers.
EXACT: Final = 1 << 53
# The errors of pyarrow for values without a common type.
_MIXED: Final = (ValueError, TypeError, NotImplementedError, OverflowError)

Row = Mapping[str, Any]


def lines_type() -> Any:  # noqa: ANN401
    """Return the Arrow type of a document's lines: see `line_records.PIECE`."""
    import pyarrow

    kinds = {str: pyarrow.string(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    return pyarrow.list_(pyarrow.struct([(name, kinds[kind]) for name, kind in PIECE.items()]))


def _valid(value: Any) -> Any:  # noqa: ANN401
    """Return a value whose texts are valid UTF-8."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, dict):
        return {_valid(name): _valid(one) for name, one in value.items()}
    return [_valid(one) for one in value] if isinstance(value, list) else value


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if len(group) == ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _as_json(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else json_bytes(value).decode()


class Columnar(Protocol):
    """The source of a document's columns, except for the results of cleaning."""

    schema: Any

    def table(self, documents: Sequence[Cleaned]) -> Any:  # noqa: ANN401
        """Return the columns of some documents, in the schema; the text may be anything."""
        ...

    def close(self) -> None:
        """Close open files."""
        ...


class SourceColumns:
    """The columns of the Parquet file that the documents are from, unchanged."""

    def __init__(self, fields_file: Path, first_record: int) -> None:
        self._fields, self._first = CopiedFields(fields_file), first_record
        self.schema = self._fields.schema

    def table(self, documents: Sequence[Cleaned]) -> Any:  # noqa: ANN401
        """Return the columns of some documents."""
        return self._fields.take([one.document.number - self._first for one in documents])

    def close(self) -> None:
        """Close the file."""
        self._fields.close()


class FoundColumns:
    """All columns that any document has, each with a type that holds all its values.

    Values without a common type (a number here, a text there), or without a Parquet type (integers of more
    than 64 bits, objects without a field), are written as JSON in a column of texts.
    """

    def __init__(self, documents: Iterable[Cleaned], columns: Columns) -> None:
        import pyarrow

        self._arrow = pyarrow
        self._json: set[str] = set()
        self._large: set[str] = set()
        self._types: dict[str, Any] = {}
        for rows in _groups(document.document.fields for document in documents):
            for name in dict.fromkeys(name for row in rows for name in row):
                self._learn(name, [row.get(name) for row in rows])
        target = columns.target()
        types = {**self._types, target: pyarrow.string()}
        types |= dict.fromkeys(self._json - {target}, pyarrow.string())
        self._target = target
        self.schema = pyarrow.schema([(_valid(name), kind) for name, kind in types.items()])

    def _learn(self, name: str, values: list[Any]) -> None:
        """Record the type of some values of a column."""
        known = self._types.setdefault(name, self._arrow.null())
        if name in self._json:
            return
        try:
            found = self._arrow.array([_valid(value) for value in values])
            fields = (self._arrow.schema([("x", known)]), self._arrow.schema([("x", found.type)]))
            both = self._arrow.unify_schemas(fields, promote_options="permissive").field("x").type
        except _MIXED:
            self._json.add(name)
            return
        if self._arrow.types.is_integer(found.type) and any(abs(value or 0) > EXACT for value in values):
            self._large.add(name)
        inexact = self._arrow.types.is_floating(both) and name in self._large
        if inexact or self._has_empty_struct(both):
            self._json.add(name)
        self._types[name] = both

    def _has_empty_struct(self, kind: Any) -> bool:  # noqa: ANN401
        if self._arrow.types.is_struct(kind) and not kind.num_fields:
            return True
        return any(self._has_empty_struct(kind.field(at).type) for at in range(kind.num_fields))

    def table(self, documents: Sequence[Cleaned]) -> Any:  # noqa: ANN401
        """Return the columns of some documents."""
        rows = [self._row(document.document.fields) for document in documents]
        return self._arrow.Table.from_pylist(rows, schema=self.schema)

    def _row(self, fields: Row) -> Row:
        return {
            _valid(name): _as_json(value) if name in self._json and name != self._target else _valid(value)
            for name, value in fields.items()
        }

    def close(self) -> None:
        """Do nothing: no file is open."""


class Parquet:
    """One row per document.

    lines: whether there is a column for them; numbers: columns of numbers, and their types.
    """

    def __init__(
        self, path: Path, source: Columnar, columns: Columns, lines: bool, numbers: Mapping[str, type]
    ) -> None:
        import pyarrow

        self._arrow, self._source, self._lines = pyarrow, source, lines
        types = {str: pyarrow.string(), float: pyarrow.float64(), int: pyarrow.int64()}
        self._numbers = tuple(numbers)
        self._kinds = {VERDICT: pyarrow.string(), CONTENT_SHARE: pyarrow.float64()}
        self._kinds |= {name: types[kind] for name, kind in numbers.items()}
        if lines:
            self._kinds[LINES_COLUMN] = lines_type()
        target = columns.target()
        if target != columns.text:
            self._kinds = {target: pyarrow.string(), **self._kinds}
        self._target = target
        self._others = [name for name in source.schema.names if name not in self._kinds]
        schema = source.schema
        for name, kind in self._kinds.items():
            if name in schema.names:
                schema = schema.remove(schema.get_field_index(name))
            schema = schema.append(pyarrow.field(name, kind))
        self._schema = schema
        self._file = parquet().ParquetWriter(path, schema, compression="zstd")
        self._held: list[Cleaned] = []
        self._characters = 0

    def write(self, cleaned: Cleaned) -> None:
        """Write one document."""
        self._held.append(cleaned)
        self._characters += len(cleaned.text)
        if len(self._held) == ROW_GROUP or self._characters >= CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        table = self._source.table(self._held).select(self._others)
        found: dict[str, list[Any]] = {
            VERDICT: [one.verdict for one in self._held],
            CONTENT_SHARE: [round(one.share, 3) for one in self._held],
        }
        for name in self._numbers:
            found[name] = [(one.numbers or {})[name] for one in self._held]
        if self._lines:
            found[LINES_COLUMN] = [_valid(one.lines) for one in self._held]
        field = self._schema.field(self._target)
        texts = [without_surrogates(one.text) for one in self._held]
        if self._target in self._others:
            at = self._others.index(self._target)
            table = table.set_column(at, field, self._arrow.array(texts, field.type))
        else:
            found = {self._target: texts, **found}
        for name, values in found.items():
            table = table.append_column(name, self._arrow.array(values, self._kinds[name]))
        self._file.write_table(table.cast(self._schema).combine_chunks())
        self._held, self._characters = [], 0

    def close(self) -> None:
        """Write the last rows, and close."""
        if self._held:
            self._flush()
        self._file.close()
        self._source.close()
