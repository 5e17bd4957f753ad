"""A whole corpus on Spark: read, cleaned, without near-duplicates, and written wherever Spark can write."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from detector.corpus.steps.near_duplicates import ARTICLE, MOSTLY
from detector.model.page_kinds import KINDS
from detector.records import Format
from detector.results.column_names import CONTENT_SHARE, VERDICT
from detector.settings import Columns, CorpusSettings, KeepDocument, Settings
from detector.spark.cleaning import clean
from detector.spark.duplicates import near_duplicates
from detector.spark.reading import read_pages
from detector.spark.rows import FAULT, FILTER

# The names of the policies in `near_duplicates`; the others compare a column.
POLICY: Final[Mapping[KeepDocument, Literal["first", "longest", "best"]]] = {
    "article": "best",
    "first": "first",
    "longest": "longest",
    "best": "best",
}
# A text with something other than white space; for Java.
WITH_TEXT: Final = r"(?U)\S"


def clean_corpus(
    session: SparkSession,
    inputs: Sequence[str | Path],
    output: str,
    columns: Columns | None = None,
    *,
    settings: Settings | None = None,
    rules: CorpusSettings | None = None,
    format: Format | None = None,
    model: str | Path | None = None,
    lines: bool = False,
    group_pages: int = 1000,
) -> dict[str, int]:
    """Clean a corpus into Parquet, at any location that Spark can write to.

    `OUTPUT/pages` has all records with their clean texts, `OUTPUT/duplicates` the near-duplicates, and
    `OUTPUT/data` the clean documents. Rows are identified by `file` and `number`.

    Parameters
    ----------
    session : SparkSession
        The session.
    inputs : sequence of str or Path
        The inputs for `read_pages`.
    output : str
        A new folder or URL of Hadoop, such as `s3a://clean`.
    columns, settings, rules, format, model, lines, group_pages
        See `clean` and `CorpusSettings`. The loss limit is not used.

    Returns
    -------
    dict
        The numbers of `documents`, `kept`, `empty`, `duplicates` and `rejected`; with filters, `filtered`.

    Raises
    ------
    SettingsError
        If there is nothing to read, or the rules have passages.
    AnalysisException
        If the output exists.
    """
    rules = rules or CorpusSettings()
    filtered = rules.filters.are_there()
    # Pages are used more than once, but files are read only once.
    read = read_pages(
        session, inputs, columns, folder_sites=rules.folder_sites, limits=rules.limits()
    ).persist(StorageLevel.DISK_ONLY)
    cleaned = clean(
        read, settings=settings, rules=rules, format=format, model=model, lines=lines, group_pages=group_pages
    )
    cleaned.write.parquet(f"{output}/pages")
    read.unpersist()
    pages = session.read.parquet(f"{output}/pages")
    documents = pages.where(f"{FAULT} is null")
    with_text = documents.where(F.col("text").rlike(WITH_TEXT))
    _gone(with_text, rules).write.parquet(f"{output}/duplicates")
    gone = session.read.parquet(f"{output}/duplicates")
    staying = with_text.join(gone, ["file", "number"], "left_anti").drop(FAULT)
    passing = staying.where(F.col(FILTER).isNull()).drop(FILTER) if filtered else staying
    passing.write.parquet(f"{output}/data")
    counts = {"documents": documents.count(), "duplicates": gone.count()}
    counts["kept"] = session.read.parquet(f"{output}/data").count()
    counts["empty"] = counts["documents"] - with_text.count()
    if filtered:
        counts["filtered"] = counts["documents"] - sum(
            counts[name] for name in ("duplicates", "kept", "empty")
        )
    return {**counts, "rejected": pages.count() - counts["documents"]}


def _gone(pages: DataFrame, rules: CorpusSettings) -> DataFrame:
    """Return `file` and `number` of near-duplicates and of the kept documents, and the similarity."""
    empty = "file string, number long, stays_file string, stays_number long, similarity double"
    if not rules.duplicates:
        return pages.sparkSession.createDataFrame([], empty)
    article = (F.col(VERDICT) == KINDS[ARTICLE]).cast("int") + (F.col(CONTENT_SHARE) >= MOSTLY).cast("int")
    value = {"article": article, "best": F.col(CONTENT_SHARE)}.get(rules.keep, F.lit(0))
    texts = pages.select(F.struct("file", "number").alias("id"), "text", value.alias("value"))
    keep = POLICY[rules.keep]
    found = near_duplicates(texts, rules.duplicates, keep=keep, by="value" if keep == "best" else None)
    stays = (F.col(f"duplicate_of.{name}").alias(f"stays_{name}") for name in ("file", "number"))
    return found.select("id.*", *stays, "similarity")
