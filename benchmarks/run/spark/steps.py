"""The steps of cleaning a corpus with data frames, one after another, each under its own name in Spark's log.

Run in a process of its own (`peers.environments.calling`).
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = "id string, url string, text string"
STEPS: Final = ("clean, write", "near-duplicates, write", "documents that stay, write")
SECONDS: Final = "seconds.json"
EVENTS: Final = "events"


def settings(out: Path, memory: str) -> dict[str, str]:
    """Return the settings of the session: two cores, a bound for the JVM, and a log of all tasks."""
    return {
        "spark.driver.memory": memory,
        "spark.local.dir": str(out / "shuffle"),
        "spark.sql.shuffle.partitions": "16",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
        # Snappy, the default, does not load where musl is installed beside glibc.
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (out / EVENTS).as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }


def run(pages: str, output: str, memory: str) -> None:
    """Clean a file of pages; the output gets clean pages, near-duplicates, documents, and the log."""
    from pyspark.sql import SparkSession

    from detector import spark

    out = Path(output)
    (out / EVENTS).mkdir(parents=True)
    builder = SparkSession.builder.master("local[2]").appName("detector")
    for name, value in settings(out, memory).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    clean, gone, data = (str(out / name) for name in ("pages", "gone", "data"))

    def write_clean() -> None:
        given = session.read.schema(SCHEMA).json(pages)
        spark.clean(given).write.parquet(clean)

    def write_gone() -> None:
        texts = session.read.parquet(clean).where(r"text rlike '(?U)\\S'")
        spark.near_duplicates(texts).write.parquet(gone)

    def write_data() -> None:
        texts = session.read.parquet(clean).where(r"text rlike '(?U)\\S'")
        texts.join(session.read.parquet(gone), "id", "left_anti").write.parquet(data)

    seconds: dict[str, Any] = {}
    steps: tuple[Callable[[], None], ...] = (write_clean, write_gone, write_data)
    for name, step in zip(STEPS, steps, strict=True):
        session.sparkContext.setJobGroup(name, name)
        began = time.perf_counter()
        step()
        seconds[name] = round(time.perf_counter() - began, 1)
    session.stop()
    (out / SECONDS).write_text(json.dumps(seconds))
