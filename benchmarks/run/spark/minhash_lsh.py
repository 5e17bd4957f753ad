"""Near-duplicates with `pyspark.ml.feature`, as they are usually found on Spark.

Words, n-grams, hashed vectors, MinHashLSH, a similarity join, and the lowest id of each pair stays. The words
and shingles are ours, and so is the threshold.
"""

from pathlib import Path
from typing import Any, Final

from benchmarks.peers.near_duplicates.texts import SHINGLE, THRESHOLD
from benchmarks.run.spark.session import WITH_TEXT, session_for

# A word, or a character of Chinese, of which the planted corpora have some.
TOKEN: Final = r"(?U)[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+"
# As in Spark's documentation. Texts that share one of the hashes are compared: of pairs with a similarity of
# .8, this misses 1 in 3,000.
TABLES: Final = 5


def vectors(texts: Any) -> Any:  # noqa: ANN401
    """Return a data frame of `id` and the hashed set of shingles; texts with fewer words have none."""
    from pyspark.ml.feature import HashingTF, NGram, RegexTokenizer

    words = RegexTokenizer(inputCol="text", outputCol="words", pattern=TOKEN, gaps=False)
    shingles = NGram(n=SHINGLE, inputCol="words", outputCol="shingles")
    hashed = HashingTF(inputCol="shingles", outputCol="features", binary=True)
    found = shingles.transform(words.transform(texts)).where("size(shingles) > 0")
    return hashed.transform(found).select("id", "features")


def joined(hashes: Any, model: Any) -> Any:  # noqa: ANN401
    """Return the pairs of texts at the threshold: `earlier`, `later` and their distance."""
    from pyspark.sql import functions as F

    pairs = model.approxSimilarityJoin(hashes, hashes, 1 - THRESHOLD, "distance")
    earlier, later = F.col("datasetA.id"), F.col("datasetB.id")
    return pairs.where(earlier < later).select(earlier.alias("earlier"), later.alias("later"), "distance")


def lowest(pairs: Any) -> Any:  # noqa: ANN401
    """Return each text with an earlier near-duplicate, and the first of these."""
    from pyspark.sql import functions as F

    return pairs.groupBy(F.col("later").alias("id")).agg(F.min("earlier").alias("duplicate_of"))


def near_duplicates(texts: str, output: str, memory: str) -> None:
    """Find the near-duplicates of texts (Parquet); the output gets `gone` (id, duplicate_of) and the log."""
    from pyspark.ml.feature import MinHashLSH

    out = Path(output)
    pairs, gone = str(out / "pairs"), str(out / "gone")
    with session_for(out, memory) as steps:
        read = steps.session.read
        lsh = MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=TABLES, seed=1)
        with steps.step("shingles, hashes"):
            sets = vectors(read.parquet(texts).where(WITH_TEXT)).persist()
            model = lsh.fit(sets)
            hashes = model.transform(sets).persist()
            hashes.count()
        with steps.step("similarity join, write pairs"):
            joined(hashes, model).write.parquet(pairs)
        with steps.step("lowest id stays, write"):
            lowest(read.parquet(pairs)).write.parquet(gone)
