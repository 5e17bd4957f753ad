"""Pages from files that Spark does not read: web archives, folders of pages, JSON Lines with broken records.

The driver lists the files, as a corpus run does. Each task reads some of them, local or at a URL.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow
from pyspark.sql import DataFrame, SparkSession

from detector.corpus.first_records import refuse_wrong_columns
from detector.corpus.folder_sites import with_sites
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.kinds import is_remote
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import Input, inputs_of
from detector.corpus.shards import shards_of
from detector.corpus.survey import NOTHING_SEEN
from detector.files.limits import DEFAULT_LIMITS, ReadLimits
from detector.settings import Columns, FolderSites
from detector.spark.rows import FAULT, FORMAT
from detector.text.decoding import without_surrogates

# The origin of a page: its file and its record in it. The site of a page without a site is "page:...".
SCHEMA: Final = (
    "file string, number long, id string, source string, site string, url string, text string, "
    f"{FORMAT} string, {FAULT} string"
)
NAMES: Final = [column.split(" ")[0] for column in SCHEMA.split(", ")]
TYPES: Final = [pyarrow.int64() if name == "number" else pyarrow.string() for name in NAMES]
# The characters of texts that a task passes on together.
TOGETHER: Final = 4_000_000
# The local files whose first records are looked at for wrong columns; of files at URLs, it is one.
LOOKED_AT: Final = 20
# There is no output folder to skip: Spark writes elsewhere.
NO_OUTPUT: Final = Path("no output folder")


def read_pages(
    session: SparkSession,
    inputs: Sequence[str | Path],
    columns: Columns | None = None,
    *,
    folder_sites: FolderSites = "found",
    part_bytes: int = 32_000_000,
    limits: ReadLimits | None = None,
) -> DataFrame:
    """Read the inputs of a corpus run: folders of pages, JSON Lines, CSV, Parquet, WARC, WET, also at URLs.

    Each file is read by one task; a task may read several small files. Fields of records without a meaning
    are left out. If you need them, use Spark's own readers.

    Parameters
    ----------
    session : SparkSession
        The session.
    inputs : sequence of str or Path
        Files, folders and URLs of fsspec. All machines must see them under the same names.
    columns : Columns, optional
        Names of the fields with a meaning.
    folder_sites : {"found", "top", "folder", "one", "none"}
        See `CorpusSettings`.
    part_bytes : int
        The approximate bytes of files that a task reads.
    limits : ReadLimits, optional
        The largest size of a record and a file when unpacked: `CorpusSettings(record_bytes=...).limits()`.

    Returns
    -------
    DataFrame
        `file` and `number` (of the record in it), `id`, `source`, `site`, `url`, `text`, `detector_format`
        (null if it must be detected), and `detector_fault`: why a record is not a page.

    Raises
    ------
    SettingsError
        If there is nothing to read, or the first records of the first files lack a named column.
    """
    columns, limits = columns or Columns(), limits or DEFAULT_LIMITS
    found = with_sites(inputs_of([str(path) for path in inputs], NO_OUTPUT), folder_sites)
    _refuse_wrong_columns(found, columns, limits)
    shards = shards_of(found, [NOTHING_SEEN] * len(found), part_bytes, "same")
    rows = [(json.dumps(shard.parts),) for shard in shards]
    tasks = session.createDataFrame(session.sparkContext.parallelize(rows, len(rows)), "parts string")

    def read(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            for parts in batch.column("parts").to_pylist():
                yield from _batches([Part(*part) for part in json.loads(parts)], columns, limits)

    return tasks.mapInArrow(read, SCHEMA)


def _refuse_wrong_columns(found: Sequence[Input], columns: Columns, limits: ReadLimits) -> None:
    """Raise `SettingsError` if the first records of the first files do not have the named columns.

    The driver reads them, however many files there are.
    """
    first = found[: 1 if is_remote(found[0].path) else LOOKED_AT]
    options = "Columns(text=...)", "Columns({}=...)"
    refuse_wrong_columns(first, columns, options[0], limits, other_option=options[1], remote=True)


def _batches(parts: Sequence[Part], columns: Columns, limits: ReadLimits) -> Iterator[pyarrow.RecordBatch]:
    """Yield the records of files, in chunks."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    for part in parts:
        for record in read_part(part, columns, limits):
            rows.append(_row(record))
            size += len(record.text) if isinstance(record, Document) else 0
            if size >= TOGETHER:
                yield _batch(rows)
                rows, size = [], 0
    if rows:
        yield _batch(rows)


def _row(record: Document | Rejected) -> tuple[Any, ...]:
    if isinstance(record, Rejected):
        return (
            without_surrogates(record.file),
            record.record,
            *(None,) * 6,
            without_surrogates(record.reason),
        )
    texts = (record.id, record.source, record.site, record.url, record.text, record.format)
    named = (None if text is None else without_surrogates(text) for text in texts)
    return (without_surrogates(record.file), record.number, *named, None)


def _batch(rows: Sequence[tuple[Any, ...]]) -> pyarrow.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pyarrow.array(values, kind) for values, kind in zip(columns, TYPES, strict=True)]
    return pyarrow.RecordBatch.from_arrays(arrays, NAMES)
