"""How many pages of each site have each line: what a corpus run counts in its first pass.

Lines are counted in every task, and the counts are added up in a shuffle. A line gives one row per task that
has it, however many pages have it, so a very large site costs no more than many small ones.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, MapType, StructType

from detector.corpus.parsed_shards import ParsedBatch
from detector.corpus.steps.count import counts_of, is_alone
from detector.errors import SettingsError
from detector.records import Format, Integers
from detector.settings import Columns, CorpusSettings, Settings
from detector.sites.names import LONE, site_name
from detector.sites.recurrence import merge, site_line_keys
from detector.spark.rows import PageSpec, batches_of
from detector.text.keys import KEYS_VERSION, line_keys, site_id

# A line of a site, and the number of pages that have it; or a site (with its own key), and its number of
# pages.
SCHEMA: Final = "site long, key long, pages int, is_site boolean"
NAMES: Final = ["site", "key", "pages", "is_site"]
# The version of the keys: counts of another version say nothing about lines of this one.
VERSION: Final = "keys_version"
AGAIN: Final = "another version of detector counted differently. Count the earlier pages again"
# The number of batches whose counts a task adds up before it passes them on.
TOGETHER: Final = 32
LEAST_PAGES: Final = 2


def site_counts(
    pages: DataFrame,
    columns: Columns | None = None,
    *,
    rules: CorpusSettings | None = None,
    format: Format | None = None,
    single: bool = False,
) -> DataFrame:
    """Count the lines of each site.

    Parameters
    ----------
    pages : DataFrame
        One page per row.
    columns : Columns, optional
        The names of the columns with the text, the URL and the site.
    rules : CorpusSettings, optional
        Its `record_bytes`, the largest text, is used.
    format : {"text", "html"}, optional
        The format of all pages; detected for each by default.
    single : bool
        Whether to count lines that are on a single page. `clean(since=...)` needs them, because a new page
        may have the same line.

    Returns
    -------
    DataFrame
        `site` and `key` (the hash of a line of a site, int64), `pages`, and `is_site`: in such rows, `pages`
        is the number of pages of the site. Counts of different pages can be added up. `keys_version` is the
        version of the keys: `clean(since=...)` refuses another one.

    Raises
    ------
    SettingsError
        If there is no column with the text.
    """
    columns = columns or Columns()
    refuse_absent(pages, columns)
    spec = PageSpec(columns, Settings(), rules or CorpusSettings(), format, lines=False)
    counts = added_up(counted(pages, spec), 1 if single else LEAST_PAGES)
    return counts.withColumn(VERSION, F.lit(KEYS_VERSION))


def refuse_absent(pages: DataFrame, columns: Columns) -> None:
    """Raise `SettingsError` if a data frame lacks the text, or another named column."""
    for name, default in ((columns.text, ""), (columns.url, Columns().url), (columns.site, Columns().site)):
        if name != default and name not in pages.columns and not _is_nested(pages.schema, name):
            raise SettingsError(f"there is no column {name!r}; there are: {', '.join(_paths(pages.schema))}")


def _is_nested(kind: DataType | None, name: str) -> bool:
    """Tell whether a type has a field with this name; `page.html` is the field `html` of `page`."""
    for part in name.split("."):
        if isinstance(kind, MapType):
            kind = kind.valueType
        elif isinstance(kind, StructType) and part in kind.names:
            kind = kind[part].dataType
        else:
            return False
    return True


def _paths(schema: StructType, above: str = "") -> Iterator[str]:
    """Yield the names of all fields, with those inside structs."""
    for field in schema.fields:
        if isinstance(field.dataType, StructType):
            yield from _paths(field.dataType, f"{above}{field.name}.")
        else:
            yield above + field.name


def column_of(pages: DataFrame, name: str) -> Column:
    """Return a column by its name, or a nested field; null if there is none."""
    if name in pages.columns:
        return F.col(f"`{name}`")
    return F.col(name) if name.split(".", 1)[0] in pages.columns else F.lit(None)


def site_of_rows(pages: DataFrame, columns: Columns) -> Column:
    """Return the site of each row, int64; null for a page without a site."""

    def number(url: str | None, site: str | None) -> int | None:
        name = site_name(site, url or None, "", "")
        return None if name == LONE else site_id(name)

    url, site = (column_of(pages, name).cast("string") for name in (columns.url, columns.site))
    return F.udf(number, "long", useArrow=True)(url, site)


def counted(pages: DataFrame, spec: PageSpec) -> DataFrame:
    """Return the counts of every task, not yet added up."""

    def count(tables: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        found: list[ParsedBatch] = []
        for table in tables:
            for batch in batches_of(pyarrow.Table.from_batches([table]), spec):
                # A page without a site is a site of its own within its batch.
                found.append(batch.without(is_alone))
                if len(found) >= TOGETHER:
                    yield _counts(found)
                    found = []
        yield _counts(found)

    return pages.mapInArrow(count, SCHEMA)


class KeysOfLines(NamedTuple):
    """One kind of keys of the lines of some pages.

    positions: the documents of the batch; page, site, key: of each line, its page among these, its site and
    its key
    """

    positions: Sequence[int]
    page: Integers
    site: Integers
    key: Integers


def keys_of(batch: ParsedBatch) -> Iterator[KeysOfLines]:
    """Yield the keys of the lines of a batch."""
    for positions, read in batch.parts:
        page = np.repeat(np.arange(len(positions)), np.diff(read.batch.page_segment()))
        site = batch.site_ids(positions)[page]
        for key in site_line_keys(site, line_keys(read.words)):
            yield KeysOfLines(positions, page, site, key)


def rows_of(batches: Sequence[ParsedBatch], found: Sequence[KeysOfLines]) -> pyarrow.RecordBatch:
    """Return the counts of some pages, and of the keys of all their lines, as rows of `SCHEMA`."""
    counts, none = merge([part for batch in batches for part in counts_of(batch)]), np.zeros(0, np.int64)
    keys, first = np.unique(np.concatenate([none, *(one.key for one in found)]), return_index=True)
    sites = np.concatenate([none, *(one.site for one in found)])[first]
    site = sites[np.searchsorted(keys, counts.key)]
    columns = (
        np.concatenate((site, counts.site)),
        np.concatenate((counts.key, counts.site)),
        np.concatenate((counts.pages, counts.site_pages)),
        np.repeat([False, True], [site.size, counts.site.size]),
    )
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(one) for one in columns], NAMES)


def _counts(batches: Sequence[ParsedBatch]) -> pyarrow.RecordBatch:
    return rows_of(batches, [keys for batch in batches for keys in keys_of(batch)])


def refuse_other_counts(counts: DataFrame) -> None:
    """Raise `SettingsError` if a data frame does not have the counts of `site_counts`, of this version."""
    if absent := [name for name in NAMES if name not in counts.columns]:
        raise SettingsError(
            f"since has no column {absent[0]!r}: it takes the counts of spark.site_counts(pages, single=True)"
        )
    if VERSION not in counts.columns:
        raise SettingsError(f"since has no column {VERSION!r}: {AGAIN}")
    # A job that reads one column.
    if other := counts.where(~F.col(VERSION).eqNullSafe(KEYS_VERSION)).select(VERSION).head():
        raise SettingsError(
            f"since has counts with keys of version {other[0]}, this is version {KEYS_VERSION}: {AGAIN}"
        )


def added_up(counts: DataFrame, least_pages: int = LEAST_PAGES) -> DataFrame:
    """Return the counts of all tasks as one, without lines on fewer pages."""
    total = counts.groupBy("site", "key", "is_site").agg(F.sum("pages").cast("int").alias("pages"))
    return total.where(F.col("is_site") | (F.col("pages") >= least_pages)).select(NAMES)
