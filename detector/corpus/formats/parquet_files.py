"""Parquet: one document per row."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from detector.corpus.formats.documents import Part, Records
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.files import size_and_time, stored_part
from detector.extras import need
from detector.files.limits import ReadLimits, too_large
from detector.files.parquet_footer import Column, row_groups
from detector.settings import Columns

# The number of rows to decode at once. A page may have megabytes.
ROWS: Final = 8
# The number of rows of the other columns, which are small; fewer if they are large, such as HTML that is
# kept.
ROWS_OF_FIELDS: Final = 256
BYTES_OF_FIELDS: Final = 16_000_000


def parquet() -> ModuleType:
    """Return pyarrow's Parquet module; raises `MissingExtraError` without pyarrow."""
    need("pyarrow", "parquet", "Parquet")
    import pyarrow.parquet

    return pyarrow.parquet  # type: ignore[no-any-return]


@contextmanager
def arrow_errors() -> Iterator[None]:
    """Raise `OSError` for types that Arrow does not know, as for other files that cannot be read."""
    need("pyarrow", "parquet", "Parquet")
    import pyarrow

    try:
        yield
    except MemoryError:
        raise
    except pyarrow.ArrowException as error:
        raise OSError(str(error)) from error


class _FieldsFile:
    """A file in Arrow's format with all columns of a Parquet part, one of them null; or no file.

    null: the column that the clean texts go to
    """

    def __init__(self, path: Path | None, schema: Any, null: str) -> None:  # noqa: ANN401
        import pyarrow

        self._arrow, self._schema, self._null = pyarrow, schema, null
        self._held: list[Any] = []
        self._rows = self._bytes = 0
        self._file: Any = None
        if path is not None:
            options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
            self._file = pyarrow.ipc.new_file(str(path), schema, options=options)

    def add(self, batch: Any) -> None:  # noqa: ANN401
        """Add some rows."""
        if self._file is None:
            return
        columns = [
            self._arrow.nulls(batch.num_rows, field.type) if field.name == self._null else batch.column(at)
            for at, field in enumerate(self._schema)
        ]
        self._held.append(self._arrow.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows += batch.num_rows
        self._bytes += self._held[-1].nbytes
        if self._rows >= ROWS_OF_FIELDS or self._bytes >= BYTES_OF_FIELDS:
            self._flush()

    def _flush(self) -> None:
        self._file.write_table(self._arrow.Table.from_batches(self._held, self._schema).combine_chunks())
        self._held, self._rows, self._bytes = [], 0, 0

    def close(self) -> None:
        """Write the last rows."""
        if self._file is not None:
            self._flush()
            self._file.close()


def _wanted(names: Iterable[str | None], there: Sequence[str]) -> list[str]:
    """Return the fields that a file has; for `page.html`, also the column `page`."""
    found = ((name if name in there else name.split(".")[0]) for name in names if name is not None)
    return list(dict.fromkeys(name for name in found if name in there))


def _refuse_repeated(names: Sequence[str]) -> None:
    """Raise `OSError` for columns with the same name, because one of them would be lost."""
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise OSError(f"it has several columns called {repeated[0]!r}: rename them")


def _refuse_large(groups: Iterable[Sequence[Column]], names: Sequence[str], limits: ReadLimits) -> None:
    """Raise `OSError` for row groups with a column that takes far more memory than its bytes justify."""
    for group in groups:
        for at, column in enumerate(group):
            most = limits.of_file(max(column.packed, 0))
            if column.unpacked > most:
                name = names[at] if len(names) == len(group) else str(at + 1)
                raise too_large(f"the column {name!r}", most)


def _size(value: Any) -> int:  # noqa: ANN401
    return len(value) if isinstance(value, str | bytes) else 1


def read_parquet(
    part: Part,
    columns: Columns,
    limits: ReadLimits,
    fields_file: Path | None = None,
    whole: bool = False,
) -> Records:
    """Yield the rows of a range of row groups: the columns with a meaning, or all.

    If `fields_file` is given, all columns except the one for the clean text go there; `CopiedFields` reads
    it.
    """
    with arrow_errors(), stored_part(part) as file:
        table = parquet().ParquetFile(file)
        schema = table.schema_arrow
        _refuse_repeated(schema.names)
        groups = list(range(part.start, table.num_row_groups if part.end < 0 else part.end))
        wanted = schema.names if whole else _wanted(columns, schema.names)
        places = {name: schema.names.index(name) for name in wanted}
        has_text = _wanted((columns.text,), schema.names)
        number = part.first
        columns_of = row_groups(file, table.num_row_groups)
        _refuse_large([columns_of[group] for group in groups], schema.names, limits)
        # A dictionary or a run of one value encodes in a few bytes what no page size shows.
        most = left = limits.of_file(size_and_time(part.path)[0] if part.size < 0 else part.size)
        with closing(_FieldsFile(fields_file, schema, columns.target())) as fields:
            # An error in a thread of Arrow ends the process.
            for batch in table.iter_batches(ROWS, row_groups=groups, use_threads=False):
                fields.add(batch)
                for at in range(batch.num_rows):
                    if has_text:
                        # One row at a time, because Python's values take as much memory again.
                        row = {name: _value(batch.column(place), at) for name, place in places.items()}
                    else:
                        row = dict.fromkeys(schema.names)
                    left -= sum(map(_size, row.values()))
                    if left < 0:
                        raise too_large("it", most)
                    yield document_of(row, part, number, columns, limits)
                    number += 1


def _readable(type: Any) -> Any:  # noqa: ANN401
    """Return an Arrow type with timestamps as texts and durations as numbers, as Python lacks nanoseconds."""
    import pyarrow

    if pyarrow.types.is_timestamp(type) or pyarrow.types.is_time(type):
        return pyarrow.string()
    if pyarrow.types.is_duration(type):
        return pyarrow.int64()
    if pyarrow.types.is_list(type):
        return pyarrow.list_(_readable(type.value_type))
    if pyarrow.types.is_map(type):
        return pyarrow.map_(_readable(type.key_type), _readable(type.item_type))
    if pyarrow.types.is_struct(type):
        return pyarrow.struct([(field.name, _readable(field.type)) for field in type])
    return type


def _values(column: Any) -> list[Any]:  # noqa: ANN401
    """Return the values of a column."""
    try:
        return list(column.to_pylist())
    except ValueError:
        return list(column.cast(_readable(column.type)).to_pylist())


def _value(column: Any, at: int) -> Any:  # noqa: ANN401
    """Return one value of a column."""
    try:
        return column[at].as_py()
    except ValueError:
        return _values(column.slice(at, 1))[0]


class CopiedFields:
    """The rows of a Parquet part that `read_parquet` stored, with null texts. Must be closed."""

    def __init__(self, path: Path) -> None:
        import pyarrow

        self._arrow = pyarrow
        self._source = pyarrow.OSFile(str(path), "rb")
        self._file = pyarrow.ipc.open_file(self._source)
        self.schema = self._file.schema
        self._next = 0
        # The batches that rows were taken from last, and the number of the first row in them.
        self._held: list[Any] = []
        self._first = self._end = 0

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield all rows as Python values."""
        names = self.schema.names
        for number in range(self._file.num_record_batches):
            batch = self._file.get_batch(number)
            columns = [_values(batch.column(at)) for at in range(len(names))]
            for row in zip(*columns, strict=True):
                yield dict(zip(names, row, strict=True))

    def take(self, rows: Sequence[int]) -> Any:  # noqa: ANN401
        """Return some rows as a table; their numbers increase from call to call."""
        while self._end <= rows[-1]:
            self._held.append(self._file.get_batch(self._next))
            self._end += self._held[-1].num_rows
            self._next += 1
            while self._first + self._held[0].num_rows <= rows[0] and len(self._held) > 1:
                self._first += self._held.pop(0).num_rows
        table = self._arrow.Table.from_batches(self._held, self.schema)
        return table.take([row - self._first for row in rows])

    def close(self) -> None:
        """Close the file."""
        self._source.close()
