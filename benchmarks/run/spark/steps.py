"""Cleaning a corpus with data frames, and its near-duplicates alone.

Each function is run in a process of its own (`peers.environments.calling`).
"""

from pathlib import Path
from typing import Final

from benchmarks.run.spark.session import WITH_TEXT, session_for

SCHEMA: Final = "id string, url string, text string"


def run(pages: str, output: str, memory: str) -> None:
    """Clean a file of pages; the output gets clean pages, near-duplicates, documents, and the log."""
    from detector import spark

    out = Path(output)
    clean, gone, data = (str(out / name) for name in ("pages", "gone", "data"))
    with session_for(out, memory) as steps:
        read = steps.session.read
        with steps.step("clean, write"):
            spark.clean(read.schema(SCHEMA).json(pages)).write.parquet(clean)
        with steps.step("near-duplicates, write"):
            spark.near_duplicates(read.parquet(clean).where(WITH_TEXT)).write.parquet(gone)
        with steps.step("documents that stay, write"):
            texts = read.parquet(clean).where(WITH_TEXT)
            texts.join(read.parquet(gone), "id", "left_anti").write.parquet(data)


def near_duplicates(texts: str, output: str, memory: str) -> None:
    """Find the near-duplicates of texts (Parquet); the output gets `gone` (id, duplicate_of) and the log."""
    from detector import spark

    out = Path(output)
    with session_for(out, memory) as steps:
        # Returns when it is decided which texts stay.
        with steps.step("sketch, compare, decide"):
            gone = spark.near_duplicates(steps.session.read.parquet(texts).where(WITH_TEXT))
        with steps.step("write"):
            gone.write.parquet(str(out / "gone"))
