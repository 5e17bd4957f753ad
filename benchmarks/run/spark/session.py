"""A Spark session on this machine, and the time of each step in it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SECONDS: Final = "seconds.json"
EVENTS: Final = "events"
# Rows with no text have no near-duplicates.
WITH_TEXT: Final = r"text rlike '(?U)\\S'"


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


class Steps:
    """The steps of a session, each under its own name in Spark's log; their seconds are in the folder."""

    def __init__(self, session: Any, out: Path) -> None:  # noqa: ANN401
        self.session, self._file = session, out / SECONDS
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step. A run that is stopped later has the seconds of the finished ones."""
        self.session.sparkContext.setJobGroup(name, name)
        began = time.perf_counter()
        yield
        self._seconds[name] = round(time.perf_counter() - began, 1)
        self._file.write_text(json.dumps(self._seconds))


@contextmanager
def session_for(out: Path, memory: str) -> Iterator[Steps]:
    """Give a session on two cores that logs to a new folder."""
    from pyspark.sql import SparkSession

    (out / EVENTS).mkdir(parents=True)
    builder = SparkSession.builder.master("local[2]").appName("detector")
    for name, value in settings(out, memory).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield Steps(session, out)
    session.stop()
