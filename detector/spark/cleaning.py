"""Pages cleaned with the counts of their sites: each page is shuffled once, to the other pages of its site.

pages ─▶ site of each ─▶ pages a site ─┬─▶ small sites: whole in one group, counted and cleaned there
                                       └─▶ large sites: counted first (a shuffle), cut into many groups
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import StructField, StructType

from detector.corpus.document_numbers import refuse_unknown_page_kinds
from detector.corpus.token_counts import TokenCounter
from detector.errors import SettingsError
from detector.model.files import Model, model_of
from detector.records import Format
from detector.settings import Columns, CorpusSettings, Settings
from detector.spark.large_sites import CUTS, GROUP, SITE, counts_of_large, group_of
from detector.spark.row_results import cleaned, result_columns, token_counter
from detector.spark.rows import EARLIER, PageSpec, given_counts
from detector.spark.sites import (
    NAMES,
    added_up,
    column_of,
    refuse_absent,
    refuse_other_counts,
    site_of_rows,
)

# The most large sites that are broadcast to every executor, at about 30 bytes each.
MOST_BROADCAST: Final = 1_000_000
# Where the clean text of HTML goes.
TEXT: Final = Columns().text


def clean(
    pages: DataFrame,
    columns: Columns | None = None,
    *,
    settings: Settings | None = None,
    rules: CorpusSettings | None = None,
    format: Format | None = None,
    model: str | Path | None = None,
    lines: bool = False,
    keep_value: bool = False,
    group_pages: int = 1000,
    since: DataFrame | None = None,
) -> DataFrame:
    """Clean pages, with the lines of their sites counted.

    Parameters
    ----------
    pages : DataFrame
        One page per row.
    columns : Columns, optional
        The names of the columns with the text, the URL and the site, and of the one for the clean text. Clean
        text replaces the text; HTML from a column of another name than `text` stays.
    settings : Settings, optional
        Which lines of a page to keep.
    rules : CorpusSettings, optional
        Protected lines, template phrases, thresholds of sites, filters, numbers, tokenizer (a file on the
        driver), `passages` (whether to add the columns that `passages` and `without_passages` need), and
        `record_bytes`, the largest text; its other settings are not used.
    format : {"text", "html"}, optional
        The format of all pages; detected for each by default.
    model : str or Path, optional
        The folder of a model on the driver, instead of the default model.
    lines : bool
        Whether to add all lines with scores, decisions and reasons.
    keep_value : bool
        Whether to add `detector_keep_value`, the number by which `rules.keep` chooses among near-duplicates
        ("article" or "best"): give it to `near_duplicates(keep="best", by="detector_keep_value")`.
    group_pages : int
        The approximate number of pages that a task holds at a time. Larger sites are split into groups of
        this size.
    since : DataFrame, optional
        Counts of earlier pages, which are not among `pages`: `site_counts(earlier, single=True)`. They count
        as evidence.

    Returns
    -------
    DataFrame
        The rows in any order, with `detector_verdict`, `detector_content_share`, `detector_fault` (why a row
        is not a page; its clean text is null), `detector_empty` (why nothing is left of it; null if there is
        text) and, if requested, `detector_lines`. With filters, also `detector_filter`: the filter that a
        clean text does not pass, or null, and `detector_filter_value`, the number of the text.

    Raises
    ------
    SettingsError
        If there is no such column, a column would be lost, or `rules.keep` compares no number.
    """
    spec = _spec(pages, columns, settings, rules, format, lines, keep_value)
    if since is not None:
        refuse_other_counts(since)
        since = added_up(since, 1)
    placed = pages.withColumn(SITE, site_of_rows(pages, spec.columns))
    groups = max(-(-placed.count() // group_pages), 1)
    cuts = _cuts(placed, group_pages)
    # At most one row per group.
    placed = placed.join(F.broadcast(cuts) if groups <= MOST_BROADCAST else cuts, SITE, "left")
    text = F.xxhash64(column_of(pages, spec.columns.text))
    salt = F.coalesce(F.pmod(text, F.col(CUTS)), F.lit(0))
    placed = placed.withColumn(GROUP, group_of(F.coalesce(F.col(SITE), text), salt, groups))
    shared = _shared(pages, model, spec)

    def clean_group(rows: pyarrow.Table, counts: pyarrow.Table) -> pyarrow.Table:
        rows = rows.drop_columns([SITE, CUTS, GROUP])
        given = given_counts(counts.select([*NAMES, EARLIER]))
        return cleaned(rows, spec, shared.value.model, given, shared.value.counter)

    counts = counts_of_large(placed, cuts, spec, groups, since).withColumn(EARLIER, F.lit(False))
    if since is not None:
        counts = counts.unionByName(_earlier_of_small(placed, since, groups).withColumn(EARLIER, F.lit(True)))
    together = placed.groupBy(GROUP).cogroup(counts.groupBy(GROUP))
    return together.applyInArrow(clean_group, _schema(pages, spec))


def score(
    pages: DataFrame,
    columns: Columns | None = None,
    *,
    settings: Settings | None = None,
    rules: CorpusSettings | None = None,
    format: Format | None = None,
    model: str | Path | None = None,
    lines: bool = True,
) -> DataFrame:
    """Clean each page on its own: nothing is shuffled. Parameters and results are those of `clean`."""
    spec = _spec(pages, columns, settings, rules, format, lines)
    shared = _shared(pages, model, spec)

    def score_batches(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            rows = pyarrow.Table.from_batches([batch])
            yield from cleaned(rows, spec, shared.value.model, None, shared.value.counter).to_batches()

    return pages.mapInArrow(score_batches, _schema(pages, spec))


class _Shared(NamedTuple):
    """What all tasks need. counter: of tokens, if the rules name a tokenizer."""

    model: Model
    counter: TokenCounter | None


def _shared(pages: DataFrame, model: str | Path | None, spec: PageSpec) -> Any:  # noqa: ANN401
    """Return the model and the tokenizer as a broadcast variable, which is sent to each executor once."""
    shared = _Shared(model_of(model), token_counter(spec.rules))
    return pages.sparkSession.sparkContext.broadcast(shared)


def _cuts(placed: DataFrame, group_pages: int) -> DataFrame:
    """Return the large sites, and the number of groups that each is split into."""
    sizes = placed.where(F.col(SITE).isNotNull()).groupBy(SITE).count()
    large = sizes.where(F.col("count") > group_pages)
    return large.select(SITE, F.ceil(F.col("count") / group_pages).cast("int").alias(CUTS))


def _earlier_of_small(placed: DataFrame, since: DataFrame, groups: int) -> DataFrame:
    """Return the counts of earlier pages of small sites, for the group of each site with new pages."""
    small = placed.where(F.col(SITE).isNotNull() & F.col(CUTS).isNull())
    sites = small.select(F.col(SITE).alias("site"), GROUP).distinct()
    return since.select(NAMES).join(sites, "site").select(*NAMES, GROUP)


def _spec(
    pages: DataFrame,
    columns: Columns | None,
    settings: Settings | None,
    rules: CorpusSettings | None,
    format: Format | None,
    lines: bool,
    keep_value: bool = False,
) -> PageSpec:
    columns, rules = columns or Columns(), rules or CorpusSettings()
    refuse_absent(pages, columns)
    refuse_unknown_page_kinds(rules.filters)
    if columns.output is None:
        columns = columns._replace(output=TEXT)
        if columns.text != TEXT and TEXT in pages.columns:
            raise SettingsError(f"the column {TEXT!r} would be overwritten: use Columns(output=...)")
    if keep_value and rules.keep in ("first", "longest"):
        raise SettingsError(
            f"keep_value: the rule keep={rules.keep!r} compares no number; near_duplicates takes it as it is"
        )
    return PageSpec(columns, rules.applied_to(settings or Settings()), rules, format, lines, keep_value)


def _schema(pages: DataFrame, spec: PageSpec) -> StructType:
    """Return the columns of the result."""
    added = {spec.columns.target(): pyarrow.string(), **result_columns(spec)}
    fields = {field.name: field for field in pages.schema.fields}
    fields |= {name: StructField(name, from_arrow_type(kind)) for name, kind in added.items()}
    return StructType(list(fields.values()))
