"""Near-duplicates with `pyspark.ml.feature`, as they are usually found on Spark; the lowest id stays."""

from pathlib import Path
from typing import Any

from benchmarks.peers.near_duplicates.pyspark_minhash import hashing, joined, vectors
from benchmarks.run.spark.session import WITH_TEXT, session_for


def lowest(pairs: Any) -> Any:  # noqa: ANN401
    """Return each text with an earlier near-duplicate, and the first of these."""
    from pyspark.sql import functions as F

    return pairs.groupBy(F.col("later").alias("id")).agg(F.min("earlier").alias("duplicate_of"))


def near_duplicates(texts: str, output: str, memory: str) -> None:
    """Find the near-duplicates of texts (Parquet); the output gets `gone` (id, duplicate_of) and the log."""
    out = Path(output)
    pairs, gone = str(out / "pairs"), str(out / "gone")
    with session_for(out, memory) as steps:
        read = steps.session.read
        with steps.step("shingles, hashes"):
            sets = vectors(read.parquet(texts).where(WITH_TEXT)).persist()
            model = hashing().fit(sets)
            hashes = model.transform(sets).persist()
            hashes.count()
        with steps.step("similarity join, write pairs"):
            joined(hashes, model).write.parquet(pairs)
        with steps.step("lowest id stays, write"):
            lowest(read.parquet(pairs)).write.parquet(gone)
