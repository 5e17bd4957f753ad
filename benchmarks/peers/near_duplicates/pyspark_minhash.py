"""pyspark.ml: words, n-grams, hashed vectors, MinHashLSH and a similarity join, as usual on Spark.

The words and shingles are ours, and so is the threshold.
"""

import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.peers.near_duplicates.texts import SHINGLE, THRESHOLD, Corpus, Found, removed_by

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


def hashing() -> Any:  # noqa: ANN401
    """Return the estimator of the hashes."""
    from pyspark.ml.feature import MinHashLSH

    return MinHashLSH(inputCol="features", outputCol="hashes", numHashTables=TABLES, seed=1)


def find(corpus: Corpus) -> Found:
    """Find the pairs in a local session."""
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as folder:
        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        session = builder.config("spark.local.dir", str(Path(folder))).getOrCreate()
        texts = session.createDataFrame(list(enumerate(corpus.texts())), "id long, text string")
        sets = vectors(texts)
        model = hashing().fit(sets)
        rows = joined(model.transform(sets), model).collect()
        session.stop()
    pairs = [(row["earlier"], row["later"]) for row in rows]
    return Found(pairs, removed_by(pairs))
