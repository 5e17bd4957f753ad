"""A corpus run in one call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.corpus.run import Outcome, run
from detector.corpus.run_spec import Job
from detector.engines.choice import PARENT, engine_of
from detector.near_duplicates.find import no_progress
from detector.settings import CorpusSettings, EngineSettings, RecordSettings, Settings

# The least that near-duplicates are sought in.
LEAST_GROUPING: Final = 100_000_000


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
