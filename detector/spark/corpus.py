"""A whole corpus on Spark: read, cleaned, without near-duplicates, and written wherever Spark can write."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from detector.corpus.token_counts import TOKENS
from detector.errors import SettingsError
from detector.records import Format
from detector.settings import Columns, CorpusSettings, KeepDocument, Settings
from detector.spark.cleaning import clean
from detector.spark.duplicates import Keep, near_duplicates
from detector.spark.left_out import fates, filter_counts, left_out
from detector.spark.reading import read_pages
from detector.spark.rows import EMPTY, FAULT, FILTER, FILTER_VALUE, KEEP_VALUE, KEPT_LINES
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
) -> dict[str, Any]:
    """Clean a corpus into Parquet, at any location that Spark can write to.

    `OUTPUT/pages` has all records with their clean texts, `OUTPUT/duplicates` which of them are
    near-duplicates of which, and `OUTPUT/data` the clean documents. They are called by `file` and `number`.
    `OUTPUT/left_out` has a row with the reason for each record that is not in `OUTPUT/data`. With passages,
    `OUTPUT/passages` has those that are also on another page.

    Parameters
    ----------
    session : SparkSession
        The session.
    inputs : sequence of str or Path
        The inputs for `read_pages`.
    output : str
        A new folder or URL of Hadoop, such as `s3a://clean`.
    columns, settings, rules, format, model, lines, group_pages
        See `clean` and `CorpusSettings`. The loss limit is not used; near-duplicates are compared by Jaccard
        similarity only.

    Returns
    -------
    dict
        The numbers of `documents`, `kept`, `empty`, `duplicates` and `rejected`; with passages, `passages`,
        and with a tokenizer, `tokens` (of documents that are kept). With filters, `filtered` has the number
        of `documents` for each filter, and up to ten `examples`.

    Raises
    ------
    SettingsError
        If there is nothing to read, or near-duplicates are to be found by containment.
    AnalysisException
        If the output exists.
    """
    rules = _possible(rules or CorpusSettings())
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
    with_text = pages.where(F.col(FAULT).isNull() & F.col(EMPTY).isNull())
    _gone(with_text, rules).write.parquet(f"{output}/duplicates")
    gone = session.read.parquet(f"{output}/duplicates")
    staying = with_text.join(gone, ["file", "number"], "left_anti").drop(FAULT, KEEP_VALUE)
    if rules.passages != "keep":
        _repeated(staying).write.parquet(f"{output}/passages")
        staying = _left(staying, session.read.parquet(f"{output}/passages"), settings, rules)
    staying = staying.persist(StorageLevel.DISK_ONLY)
    passing = staying.where(F.col(EMPTY).isNull())
    if rules.filters.are_there():
        passing = passing.where(F.col(FILTER).isNull()).drop(FILTER, FILTER_VALUE)
    passing.drop(EMPTY).write.parquet(f"{output}/data")
    left_out(pages, gone, staying, rules).write.parquet(f"{output}/left_out")
    staying.unpersist()
    return _counts(session, output, rules)


def _counts(session: SparkSession, output: str, rules: CorpusSettings) -> dict[str, Any]:
    """Return the numbers of documents of a corpus that is written."""
    data, gone = (session.read.parquet(f"{output}/{name}") for name in ("data", "left_out"))
    kept, found = data.count(), fates(gone)
    counts: dict[str, Any] = {"kept": kept, **found}
    filtered = filter_counts(gone) if rules.filters.are_there() else {}
    if rules.filters.are_there():
        counts["filtered"] = filtered
    if rules.passages != "keep":
        counts["passages"] = session.read.parquet(f"{output}/passages").count()
    if rules.tokenizer is not None:
        counts["tokens"] = sum(row[0] or 0 for row in data.agg(F.sum(TOKENS)).collect())
    went = found["empty"] + found["duplicates"] + sum(row["documents"] for row in filtered.values())
    return {"documents": kept + went, **counts}


def _repeated(pages: DataFrame) -> DataFrame:
    """Return the passages of documents that stay: `file` and `number` of the page, and of the original."""
    found = passages(pages.withColumn(KEY, F.struct("file", "number")), id=KEY)
    original = (F.col(f"original.{name}").alias(f"original_{name}") for name in ("file", "number"))
    return found.select("id.*", "first_line", "lines", "words", *original)


def _left(
    pages: DataFrame, repeated: DataFrame, settings: Settings | None, rules: CorpusSettings
) -> DataFrame:
    """Return the documents, without their passages if the rules want that."""
    if rules.passages == "mark":
        return pages.drop(KEPT_LINES)
    key = F.struct("file", "number")
    left = without_passages(
        pages.withColumn(KEY, key),
        repeated.select(key.alias("id"), "first_line", "lines"),
        id=KEY,
        settings=settings,
        rules=rules,
    )
    return left.drop(KEY)


def _possible(rules: CorpusSettings) -> CorpusSettings:
    """Return the rules; raises `SettingsError` if data frames cannot follow one."""
    if rules.duplicates and rules.near_duplicates == "containment":
        raise SettingsError(
            'near_duplicates="containment" is for corpus runs on one machine only: on Spark, use "jaccard", '
            'or passages="drop" for articles inside archive pages'
        )
    return rules


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
