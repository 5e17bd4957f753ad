"""Which texts are kept: each in the order of the keep policy, unless it is a near-duplicate of a kept text.

`keep_policy.twins_of` visits texts one after another. Here this is done in rounds: in each, texts without an
undecided earlier near-duplicate are kept, and their later near-duplicates are removed. The rounds end when no
pair is left, after as many as the longest chain of dependent texts; groups of near-duplicates take one or
two.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def representatives(pairs: DataFrame) -> DataFrame:
    """Return the removed texts.

    Parameters
    ----------
    pairs : DataFrame
        Near-duplicates: `earlier`, `later` and `similarity`; `rank` is the position of the earlier one.

    Returns
    -------
    DataFrame
        `later`, and as `earlier` the most similar kept text (the first one if several), with `similarity`.
    """
    pairs = _computed(pairs)
    gone = pairs.select("later").limit(0)
    left = pairs.select("earlier", "later")
    while not left.isEmpty():
        staying = left.join(left.select(F.col("later").alias("earlier")), "earlier", "left_anti")
        going = _computed(staying.select("later").distinct())
        gone = gone.union(going)
        without = left.join(going, "later", "left_anti")
        without = without.join(going.select(F.col("later").alias("earlier")), "earlier", "left_anti")
        left = _computed(without)
    return _linked(pairs, gone)


def _computed(frame: DataFrame) -> DataFrame:
    """Return a frame that is computed once: in the checkpoint folder if there is one, or in the executors."""
    reliable = frame.sparkSession.sparkContext.getCheckpointDir() is not None
    return frame.checkpoint() if reliable else frame.localCheckpoint()


def _linked(pairs: DataFrame, gone: DataFrame) -> DataFrame:
    """Return for each removed text the text that is kept instead."""
    stays = pairs.join(gone.select(F.col("later").alias("earlier")), "earlier", "left_anti")
    best = F.min_by(F.struct("earlier", "similarity"), F.struct(-F.col("similarity"), F.col("rank")))
    return (
        stays.join(gone, "later", "left_semi")
        .groupBy("later")
        .agg(best.alias("best"))
        .select("later", "best.*")
    )
