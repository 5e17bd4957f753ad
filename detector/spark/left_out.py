"""Every record that does not stay, with the reason, and how many there are of each kind."""

from functools import reduce
from typing import Any, Final

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from detector.corpus.steps.write import EXAMPLES, LONGEST_SHOWN
from detector.settings import CorpusSettings
from detector.spark.rows import EMPTY, FAULT, FILTER, FILTER_VALUE

# What became of a record.
REJECTED: Final = "rejected"
GONE: Final = "empty"
DUPLICATE: Final = "duplicate"
FILTERED: Final = "filtered"


def left_out(pages: DataFrame, gone: DataFrame, staying: DataFrame, rules: CorpusSettings) -> DataFrame:
    """Return all records that do not stay.

    pages: all records, cleaned; gone: near-duplicates; staying: the others with text, without passages
    Columns: `file`, `number`, `id`, `fate`, `reason`, `value` (of a filter), and the beginning of the `text`
    """
    duplicates = pages.join(gone, ["file", "number"])
    kept_instead = F.concat(F.lit("a near-duplicate of "), "stays_file", F.lit("#"), "stays_number")
    found = [
        _rows(pages.where(F.col(FAULT).isNotNull()), REJECTED, F.col(FAULT)),
        _rows(pages.where(F.col(EMPTY).isNotNull()), GONE, F.col(EMPTY)),
        _rows(duplicates, DUPLICATE, kept_instead),
        _rows(staying.where(F.col(EMPTY).isNotNull()), GONE, F.col(EMPTY)),
    ]
    if rules.filters.are_there():
        filtered = staying.where(F.col(FILTER).isNotNull())
        found.append(_rows(filtered, FILTERED, F.col(FILTER), F.col(FILTER_VALUE)))
    return reduce(DataFrame.unionAll, found)


def _rows(records: DataFrame, fate: str, reason: Column, value: Column | None = None) -> DataFrame:
    columns = {
        "fate": F.lit(fate),
        "reason": reason,
        "value": F.lit(None).cast("string") if value is None else value,
        "text": F.left("text", F.lit(LONGEST_SHOWN)),
    }
    return records.select("file", "number", "id", *(column.alias(name) for name, column in columns.items()))


def fates(found: DataFrame) -> dict[str, int]:
    """Return how many records are empty, near-duplicates and rejected."""
    counts: dict[str, int] = dict(found.groupBy("fate").count().collect())
    names = {"empty": GONE, "duplicates": DUPLICATE, "rejected": REJECTED}
    return {name: counts.get(fate, 0) for name, fate in names.items()}


def filter_counts(found: DataFrame) -> dict[str, Any]:
    """Return how many documents each filter left out, with examples, as in the report of a corpus run."""
    filtered = found.where(F.col("fate") == FILTERED)
    drawn = Window.partitionBy("reason").orderBy(F.xxhash64("id"), "file", "number")
    numbered = filtered.withColumn("drawn", F.row_number().over(drawn))
    rows = numbered.where(F.col("drawn") <= EXAMPLES).collect()
    counts: dict[str, int] = dict(filtered.groupBy("reason").count().orderBy("reason").collect())
    return {
        name: {
            "documents": count,
            "examples": [
                {"id": row["id"], "value": row["value"], "text": row["text"]}
                for row in sorted(rows, key=lambda row: row["drawn"])
                if row["reason"] == name
            ],
        }
        for name, count in counts.items()
    }
