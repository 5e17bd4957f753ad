"""PySpark: shards are rows of a data frame, tasks run by `mapInArrow`.

All machines must see the inputs and the output folder under the same names (a shared file system). Submit
with `spark-submit`, or run in a program with an active session, which is then used.
"""

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from detector.errors import ShardError
from detector.extras import need

SCHEMA: Final = "result binary"
# Set by `spark-submit` for the program that it starts.
SUBMITTED: Final = "PYSPARK_GATEWAY_PORT"
# The error of a task in a message of Spark.
_OURS: Final = "detector.errors."


class Spark:
    """Return the active session, or a new one on this machine with this many workers."""

    def __init__(self, workers: int) -> None:
        need("pyspark", "spark", "the Spark engine")
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.appName("detector")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
        if SparkSession.getActiveSession() is None and SUBMITTED not in os.environ:
            # Workers on this machine must use this Python, and pyspark reads it only here.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.master(f"local[{workers}]")
            builder = builder.config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
        self._session = builder.getOrCreate()

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item; yield the results when all are ready."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        if not items:
            return
        # Pickled and unpickled by us within one run, without files.
        rows = [(bytearray(pickle.dumps((task, item))),) for item in items]
        frame = self._session.createDataFrame(rows, "item binary").repartition(len(rows))
        try:
            # All at once, because a local iterator computes one partition after another.
            for row in frame.mapInArrow(_work, SCHEMA).collect():
                yield pickle.loads(bytes(row["result"]))
        except (PySparkException, Py4JError) as error:
            text = str(error)
            at = text.find(_OURS)
            raise ShardError(text[at:].split("\n", 1)[0] if at >= 0 else text.split("\n", 1)[0]) from None

    def close(self) -> None:
        """Keep the session, because starting it takes longer than any step."""


def _work(batches: Iterator[Any]) -> Iterator[Any]:
    import pyarrow

    for batch in batches:
        results = []
        for row in batch.to_pylist():
            task, item = pickle.loads(row["item"])
            results.append(pickle.dumps(task(item)))
        yield pyarrow.RecordBatch.from_pydict({"result": pyarrow.array(results, pyarrow.binary())})
