"""Data frames of PySpark in, data frames out: cleaning many pages on a cluster.

>>> from detector import spark                                           # doctest: +SKIP
>>> pages = session.read.parquet("s3a://crawl/")                         # doctest: +SKIP
>>> spark.clean(pages).write.parquet("s3a://clean/")                     # doctest: +SKIP

Spark reads, shuffles and writes. The functions that read, count, score and compare pages are those of a
corpus run on one machine, and give the same results. The driver holds nothing that grows with the corpus. See
docs/spark.md.
"""

from importlib import import_module
from typing import Any, Final

from detector.extras import need

__all__ = [
    "clean",
    "clean_corpus",
    "near_duplicates",
    "passages",
    "read_pages",
    "score",
    "site_counts",
    "without_passages",
]

_HOME: Final = {
    "clean": "detector.spark.cleaning",
    "clean_corpus": "detector.spark.corpus",
    "near_duplicates": "detector.spark.duplicates",
    "passages": "detector.spark.shared_passages",
    "read_pages": "detector.spark.reading",
    "score": "detector.spark.cleaning",
    "site_counts": "detector.spark.sites",
    "without_passages": "detector.spark.shared_passages",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    need("pyspark", "spark", "detector.spark")
    return getattr(import_module(_HOME[name]), name)
