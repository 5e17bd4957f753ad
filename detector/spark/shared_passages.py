"""Passages that stand on several pages of a site: found by a shuffle of the kept lines of clean pages.

clean pages ─▶ their order, by headlines ─▶ kept lines ─▶ the first page of each line
            ─▶ lines that another page has first ─▶ runs of them

See `corpus.steps.passages` for what a passage is, and `corpus.steps.originals` for which page keeps it.
"""

from collections.abc import Iterator
from typing import Final

import pyarrow
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from detector.corpus.steps.near_duplicates import ARTICLE
from detector.corpus.steps.originals import LISTED, VERSIONS
from detector.errors import SettingsError
from detector.model.page_kinds import KINDS
from detector.results.column_names import VERDICT
from detector.settings import CorpusSettings, Settings
from detector.spark.passage_rows import CUTS, ELSEWHERE, PAGES, digests_in, passages_in, without
from detector.spark.row_results import token_counter
from detector.spark.rows import KEPT_LINES, LISTING, RECORD

# The id of a page with passages, in a join.
PAGE: Final = "_detector_page"


def passages(pages: DataFrame, *, text: str = "text", id: str = "id", order: str | None = None) -> DataFrame:
    """Find the passages of clean pages that are also on another page of their site, word for word.

    A passage is a run of lines, at least 24 words with 8 in one line. It stays on a page that is no listing,
    then on an article rather than another kind of page, then on the page with the shorter clean text, then on
    the first. Of pages with the same headline, it stays on the longest.

    Parameters
    ----------
    pages : DataFrame
        What `clean` returns with `CorpusSettings(passages="mark")` or "drop", without the near-duplicates
        that go.
    text, id : str
        The columns with the clean text, and with the id. Ids are unique.
    order : str, optional
        The column that says which page is the first; by default the id.

    Returns
    -------
    DataFrame
        A row for each passage that is not on its original: `id` of its page, `first_line` (lines that are
        not blank, from 0), `lines`, `words`, and the id of the `original`.

    Raises
    ------
    SettingsError
        If there is no such column.
    """
    _refuse_absent(pages, (text, id, order, VERDICT, KEPT_LINES, LISTING))
    ours = pages.where(F.col(KEPT_LINES).isNotNull()).select(
        F.col(f"`{id}`").alias("id"),
        F.col(f"`{order or id}`").alias("place"),
        KEPT_LINES,
        F.col(LISTING).alias("listing"),
        (F.col(VERDICT) != KINDS[ARTICLE]).alias("other"),
        F.octet_length(F.col(f"`{text}`")).alias("size"),
        F.get(KEPT_LINES, F.lit(0))["key"].alias("headline"),
    )
    ours = _ranked(ours)
    lines = ours.select("rank", F.explode(KEPT_LINES).alias("line")).select(
        "rank", "line.key", "line.segment"
    )
    first = lines.groupBy("key").agg(F.min("rank").alias("first"), F.max("rank").alias("last"))
    shared = first.where(F.col("first") != F.col("last")).select("key", F.col("first.id").alias("original"))
    away = lines.join(shared, "key").where(F.col("rank.id") != F.col("original"))
    row = F.struct("segment", "original")
    found = away.groupBy(F.col("rank.id").alias("id")).agg(F.collect_list(row).alias(ELSEWHERE))
    schema = StructType([ours.schema["id"]])
    for name in ("first_line", "lines", "words"):
        schema = schema.add(name, "long")
    schema = schema.add("original", ours.schema["id"].dataType)
    return ours.select("id", KEPT_LINES).join(found, "id").mapInArrow(_found, schema)


def _ranked(pages: DataFrame) -> DataFrame:
    """Return pages with their `rank` in the order of originals; see `corpus.steps.originals.ranked`."""
    known = pages.select(F.col("headline").alias("key")).where("key is not null").distinct()
    lines = pages.select("id", "headline", F.explode(f"{KEPT_LINES}.key").alias("key"))
    others = lines.where("key != headline").select("id", "key").distinct().join(known, "key")
    listing = (
        others.groupBy("id").count().where(F.col("count") >= LISTED).select("id", F.lit(True).alias("lists"))
    )
    listed = _with_listings(pages, listing)
    found = _with_listings(listed, _digests(listed))
    alone = F.struct("listing", "other", "size", "place", "id")
    versions = ["headline", "listing"]
    groups = found.groupBy(versions).agg(F.min(alone).alias("group"), F.count("*").alias("pages"))
    groups = groups.where(F.col("pages") <= VERSIONS).drop("pages")
    rank = F.struct(
        F.coalesce("group", alone).alias("group"),
        "listing",
        "other",
        (-F.col("size")).alias("size"),
        "place",
        "id",
    )
    return found.join(groups, versions, "left").select("id", KEPT_LINES, rank.alias("rank"))


def _with_listings(pages: DataFrame, listings: DataFrame) -> DataFrame:
    """Return pages with `listing` true if they are in `listings`, too."""
    found = pages.join(listings, "id", "left")
    return found.withColumn("listing", F.col("listing") | F.coalesce("lists", F.lit(False))).drop("lists")


def _digests(pages: DataFrame) -> DataFrame:
    """Return the pages that list two others with the same headline; see `corpus.steps.originals.digests`."""
    versions = ["headline", "listing"]
    sizes = pages.where("headline is not null").groupBy(versions).agg(F.count("*").alias("pages"))
    several = sizes.where(F.col("pages").between(LISTED + 1, VERSIONS)).drop("pages")
    page = F.collect_list(F.struct("id", KEPT_LINES)).alias(PAGES)
    groups = pages.join(several, versions).groupBy(versions).agg(page)
    schema = StructType([pages.schema["id"]]).add("lists", "boolean")
    return groups.select("headline", PAGES).mapInArrow(_listings, schema)


def _listings(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    yield from map(digests_in, batches)


def _found(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    yield from map(passages_in, batches)


def without_passages(
    pages: DataFrame,
    passages: DataFrame,
    *,
    text: str = "text",
    id: str = "id",
    settings: Settings | None = None,
    rules: CorpusSettings | None = None,
) -> DataFrame:
    """Leave passages out of clean pages. A page with nothing of its own gets an empty text.

    Parameters
    ----------
    pages : DataFrame
        What `clean` returns with `CorpusSettings(passages="drop")`.
    passages : DataFrame
        What `passages` returns for these pages.
    text, id : str
        The columns with the clean text, and with the id.
    settings, rules
        Those that the pages were cleaned with: numbers and filters are found again.

    Returns
    -------
    DataFrame
        The rows in any order, without the columns that passages are found by.

    Raises
    ------
    SettingsError
        If there is no such column.
    """
    _refuse_absent(pages, (text, id, VERDICT, KEPT_LINES, RECORD))
    rules, join_lines = rules or CorpusSettings(), (settings or Settings()).join_lines
    cut = F.collect_list(F.struct("first_line", "lines")).alias(CUTS)
    cuts = passages.groupBy(F.col("id").alias(PAGE)).agg(cut)
    joined = pages.join(cuts, pages[id] == cuts[PAGE], "left").drop(PAGE)

    shared = pages.sparkSession.sparkContext.broadcast(token_counter(rules))

    def leave_out(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            table = pyarrow.Table.from_batches([batch])
            left = without(table, text, rules, join_lines=join_lines, counter=shared.value)
            yield from left.to_batches()

    return joined.mapInArrow(leave_out, pages.drop(KEPT_LINES, LISTING, RECORD).schema)


def _refuse_absent(pages: DataFrame, names: tuple[str | None, ...]) -> None:
    for name in names:
        if name is None or name in pages.columns:
            continue
        if name in (KEPT_LINES, LISTING, RECORD):
            passages = "drop" if name == RECORD else "mark"
            raise SettingsError(
                f"there is no column {name!r}: clean the pages with CorpusSettings(passages={passages!r})"
            )
        raise SettingsError(f"there is no column {name!r}; there are: {', '.join(pages.columns)}")
