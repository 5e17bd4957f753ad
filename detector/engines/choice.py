"""Chooses the engine, and how many workers fit into memory."""

import os
from typing import Final

from detector.engines.engine import NAMES, Engine
from detector.engines.in_process import InProcess
from detector.engines.memory import MemoryWatch
from detector.errors import SettingsError

# Bytes of a worker: the interpreter, the model, the arrays of a shard.
WORKER: Final = 320_000_000
# Bytes of this process.
PARENT: Final = 320_000_000


def workers_for(memory: int, wished: int | None) -> int:
    """Return how many workers to start: one per core, as many as fit into memory."""
    cores = wished or os.cpu_count() or 1
    return max(min(cores, (memory - PARENT) // WORKER), 1)


def engine_of(name: str, memory: int, workers: int | None) -> Engine:
    """Return an engine by name: "process", "joblib", "spark", or a backend of joblib.

    "auto" is joblib if more than one worker fits into memory.
    """
    count, watch = workers_for(memory, workers), MemoryWatch(memory)
    if name == "process" or (name in ("auto", "joblib") and count == 1):
        return InProcess(watch)
    if name == "spark":
        from detector.engines.spark import Spark

        return Spark(count)
    from detector.engines.processes import Processes

    if not name.isidentifier():
        raise SettingsError(f"{name!r} is not an engine: {', '.join(NAMES)}, or a backend of joblib")
    if name in ("auto", "joblib"):
        return Processes(count, "loky", watch)
    return Processes(count, name)
