"""CSV and Parquet: a document a row."""

import csv
import io
from types import ModuleType
from typing import Final

from detector.corpus.formats.documents import Part, Records, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.files import opened, stored
from detector.corpus.formats.jsonl import LONGEST
from detector.errors import MissingExtraError
from detector.settings import Columns

# Rows of Parquet that are made Python values at once.
ROWS: Final = 256
# What surrogateescape makes of bytes that are not UTF-8.
_NOT_UTF8: Final = dict.fromkeys(range(0xDC80, 0xDD00))


def parquet() -> ModuleType:
    """Return pyarrow's Parquet module; raises `MissingExtraError` without pyarrow."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(
            "Parquet needs pyarrow: pip install 'boilerplate-detector[parquet]'"
        ) from None
    return pyarrow.parquet  # type: ignore[no-any-return]


def read_csv(part: Part, columns: Columns) -> Records:
    """Yield the rows of a CSV file with a header."""
    csv.field_size_limit(LONGEST)
    with opened(part.path) as raw:
        file = io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")
        rows = csv.reader(file)
        header = next(rows, [])
        number = -1
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield Rejected(part.name, number, f"not CSV: {error}")
                continue
            if not row:
                continue
            if len(row) != len(header):
                yield Rejected(part.name, number, f"{len(row)} cells, but {len(header)} columns")
            elif any(not cell.isascii() and cell.translate(_NOT_UTF8) != cell for cell in row):
                yield Rejected(part.name, number, "bytes that are not UTF-8")
            else:
                yield document_of(dict(zip(header, row, strict=True)), part, number, columns)


def read_parquet(part: Part, columns: Columns) -> Records:
    """Yield the rows of a run of row groups."""
    with stored(part.path) as file:
        table = parquet().ParquetFile(file)
        end = table.num_row_groups if part.end < 0 else part.end
        number = part.first
        for batch in table.iter_batches(ROWS, row_groups=list(range(part.start, end))):
            for row in batch.to_pylist():
                yield document_of(row, part, number, columns)
                number += 1
