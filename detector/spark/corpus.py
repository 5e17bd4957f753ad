"""A whole corpus on Spark: read, cleaned, without near-duplicates, and written wherever Spark can write."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from detector.records import Format
from detector.settings import Columns, CorpusSettings, KeepDocument, Settings
from detector.spark.cleaning import clean
from detector.spark.duplicates import Keep, near_duplicates
from detector.spark.reading import read_pages
from detector.spark.rows import FAULT, FILTER, KEEP_VALUE, KEPT_LINES, LISTING
from detector.spark.shared_passages import passages, without_passages

# The names of the policies in `near_duplicates`; the others compare a column.
POLICY: Final[Mapping[KeepDocument, Keep]] = {
    "article": "best",
    "first": "first",
    "longest": "longest",
    "best": "best",
}
# The name of a document, while passages are found: its file and number.
KEY: Final = "_detector_key"
# A text with something else than white space; for Java.
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

    `OUTPUT/pages` has all records with their clean texts, `OUTPUT/duplicates` which of them are
    near-duplicates of which, and `OUTPUT/data` the clean documents. They are called by `file` and `number`.
    With passages, `OUTPUT/passages` has those that are also on another page.

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
        The numbers of `documents`, `kept`, `empty`, `duplicates` and `rejected`; with filters, `filtered`,
        and with passages, `passages`.

    Raises
    ------
    SettingsError
        If there is nothing to read.
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
        read,
        settings=settings,
        rules=rules,
        format=format,
        model=model,
        lines=lines,
        keep_value=_compares_values(rules),
        group_pages=group_pages,
    )
    cleaned.write.parquet(f"{output}/pages")
    read.unpersist()
    pages = session.read.parquet(f"{output}/pages")
    documents = pages.where(f"{FAULT} is null")
    with_text = documents.where(F.col("text").rlike(WITH_TEXT))
    _gone(with_text, rules).write.parquet(f"{output}/duplicates")
    gone = session.read.parquet(f"{output}/duplicates")
    staying = with_text.join(gone, ["file", "number"], "left_anti").drop(FAULT, KEEP_VALUE)
    counts = {"documents": documents.count(), "duplicates": gone.count()}
    if rules.passages != "keep":
        _repeated(staying).write.parquet(f"{output}/passages")
        repeated = session.read.parquet(f"{output}/passages")
        counts["passages"] = repeated.count()
        staying = _left(staying, repeated, settings, rules)
    staying = staying.persist(StorageLevel.DISK_ONLY)
    passing = staying.where(F.col(FILTER).isNull()).drop(FILTER) if filtered else staying
    passing.write.parquet(f"{output}/data")
    counts["kept"] = session.read.parquet(f"{output}/data").count()
    if filtered:
        counts["filtered"] = staying.where(F.col(FILTER).isNotNull()).count()
    staying.unpersist()
    here = sum(counts.get(name, 0) for name in ("duplicates", "kept", "filtered"))
    counts["empty"] = counts["documents"] - here
    return {**counts, "rejected": pages.count() - counts["documents"]}


def _repeated(pages: DataFrame) -> DataFrame:
    """Return the passages of documents that stay: `file` and `number` of the page, and of the original."""
    found = passages(pages.withColumn(KEY, F.struct("file", "number")), id=KEY)
    original = (F.col(f"original.{name}").alias(f"original_{name}") for name in ("file", "number"))
    return found.select("id.*", "first_line", "lines", "words", *original)


def _left(
    pages: DataFrame, repeated: DataFrame, settings: Settings | None, rules: CorpusSettings
) -> DataFrame:
    """Return the documents that have text; passages are left out if the rules want that."""
    if rules.passages == "mark":
        return pages.drop(KEPT_LINES, LISTING)
    key = F.struct("file", "number")
    left = without_passages(
        pages.withColumn(KEY, key),
        repeated.select(key.alias("id"), "first_line", "lines"),
        id=KEY,
        settings=settings,
        rules=rules,
    )
    return left.drop(KEY).where(F.col("text").rlike(WITH_TEXT))


def _compares_values(rules: CorpusSettings) -> bool:
    """Tell whether near-duplicates are looked for, and the one to keep is found by a number."""
    return bool(rules.duplicates) and POLICY[rules.keep] == "best"


def _gone(pages: DataFrame, rules: CorpusSettings) -> DataFrame:
    """Return `file` and `number` of near-duplicates and of the kept documents, and the similarity."""
    empty = "file string, number long, stays_file string, stays_number long, similarity double"
    if not rules.duplicates:
        return pages.sparkSession.createDataFrame([], empty)
    by = KEEP_VALUE if _compares_values(rules) else None
    texts = pages.select(F.struct("file", "number").alias("id"), "text", *filter(None, [by]))
    found = near_duplicates(texts, rules.duplicates, keep=POLICY[rules.keep], by=by)
    stays = (F.col(f"duplicate_of.{name}").alias(f"stays_{name}") for name in ("file", "number"))
    return found.select("id.*", *stays, "similarity")
