"""Which engine, and how many workers fit into the memory; a corpus run in one call."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detector.corpus.formats.documents import Columns, Lines
from detector.corpus.run import Outcome, run
from detector.corpus.run_spec import Engine, Job
from detector.engines.in_process import InProcess
from detector.engines.memory import MemoryWatch
from detector.errors import SettingsError
from detector.near_duplicates.find import no_progress
from detector.settings import CorpusSettings, Settings
from detector.text.formats import Format

# Bytes that a worker holds: the interpreter, compiled kernels, the model, a shard's arrays.
WORKER: Final = 320_000_000
# What this process holds beside them.
PARENT: Final = 320_000_000
# The least that near-duplicates are sought in.
LEAST_GROUPING: Final = 100_000_000
NAMES: Final = ("auto", "process", "joblib", "spark")


class EngineSettings(NamedTuple):
    """Who does the work of a corpus run.

    name: "auto", "process", "joblib", "spark", or a backend of joblib (`engine_of`)
    memory: bytes, of all processes together; workers: processes, as many as cores by default
    """

    name: str = "auto"
    memory: int = 4_000_000_000
    workers: int | None = None


class RecordSettings(NamedTuple):
    """How the records of a corpus are read, scored and written.

    columns: names of the fields that mean something; format: "html" or "text", found out if not given
    model: a folder with a model, instead of the one that ships
    to: "jsonl", "parquet" and so on, or "same" as the input
    lines: where the lines' scores go: `documents.LINES`; `detector restore` needs them
    """

    columns: Columns = Columns()
    format: Format | None = None
    model: str | Path | None = None
    to: str = "same"
    lines: Lines = "sidecar"


def workers_for(memory: int, wished: int | None) -> int:
    """Return how many workers to start: a core each, as many as the memory holds."""
    cores = wished or os.cpu_count() or 1
    return max(min(cores, (memory - PARENT) // WORKER), 1)


def engine_of(name: str, memory: int, workers: int | None) -> Engine:
    """Return an engine by its name: "process", "joblib", "spark", or a backend of joblib.

    "auto" is joblib when more than one worker fits into the memory.
    """
    count, watch = workers_for(memory, workers), MemoryWatch(memory)
    if name == "process" or (name in ("auto", "joblib") and count == 1):
        return InProcess(watch)
    if name == "spark":
        from detector.engines.spark import Spark

        return Spark(count)
    from detector.engines.processes import Processes

    if not name.isidentifier():
        raise SettingsError(f"{name!r} is no engine: {', '.join(NAMES)}, or a backend of joblib")
    if name in ("auto", "joblib"):
        return Processes(count, "loky", watch)
    return Processes(count, name)


def grouping_memory(memory: int) -> int:
    """Return how much of a run's memory is for working arrays."""
    return max((memory - PARENT) // 2, LEAST_GROUPING)


def clean_corpus(
    inputs: Sequence[str | Path],
    output: str | Path,
    settings: Settings | None = None,
    corpus: CorpusSettings | None = None,
    records: RecordSettings | None = None,
    engine: EngineSettings | None = None,
) -> Outcome:
    """Clean a corpus into a folder, as `detector clean` does; see docs/corpus.md.

    inputs: files, folders and URLs; settings: what decides on lines; corpus: what a run does beside
    records: how records are read and written; engine: who does the work
    Returns the report, and the losses that the guard stopped the run for (nothing is
    published then). Raises `SettingsError` for wrong inputs or folders, `ShardError` for a
    disk that is full or a worker that was ended.
    """
    records, engine = records or RecordSettings(), engine or EngineSettings()
    job = Job(
        Path(output).absolute(),
        records.columns,
        settings or Settings(),
        corpus or CorpusSettings(),
        None if records.model is None else Path(records.model),
        records.format,
        records.to,
        records.lines,
    )
    chosen = engine_of(*engine)
    try:
        memory = grouping_memory(engine.memory)
        return run([str(path) for path in inputs], job, chosen, memory, no_progress)
    finally:
        chosen.close()
