"""Which texts stay: each in the order of the keep policy, unless one that stays is a near-duplicate of it.

`keep_policy.twins_of` takes texts one after another. Here it is rounds: in each, the texts of which nothing
earlier is undecided stay, and their later near-duplicates go. The rounds end when no pair is left, after as
many as the longest chain of texts that depend on each other; groups of near-duplicates take one or two.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def representatives(pairs: DataFrame) -> DataFrame:
    """Return the texts that go.

    Parameters
    ----------
    pairs : DataFrame
        Near-duplicates: `earlier`, `later` and `similarity`; `rank` is the place of the earlier one.

    Returns
    -------
    DataFrame
        `later`, and of those that stay the most similar (then the first) as `earlier`, with `similarity`.
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
    """Return a frame computed once: in the checkpoint folder, if the session has one, or in the executors."""
    reliable = frame.sparkSession.sparkContext.getCheckpointDir() is not None
    return frame.checkpoint() if reliable else frame.localCheckpoint()


def _linked(pairs: DataFrame, gone: DataFrame) -> DataFrame:
    """Return for each text that goes the one that stays for it."""
    stays = pairs.join(gone.select(F.col("later").alias("earlier")), "earlier", "left_anti")
    best = F.min_by(F.struct("earlier", "similarity"), F.struct(-F.col("similarity"), F.col("rank")))
    return (
        stays.join(gone, "later", "left_semi")
        .groupBy("later")
        .agg(best.alias("best"))
        .select("later", "best.*")
    )
