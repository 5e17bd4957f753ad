"""A corpus run in one call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.corpus.run import Outcome, dry_run, run
from detector.corpus.run_spec import RunSpec
from detector.engines.choice import PARENT, engine_of
from detector.near_duplicates.find import no_progress
from detector.near_duplicates.workspace import Progress
from detector.settings import CorpusSettings, EngineSettings, RecordSettings, Settings

# The least memory that near-duplicates are looked for in.
LEAST_GROUPING: Final = 100_000_000


def _grouping_memory(memory: int) -> int:
    """Return how much of a run's memory is for working arrays."""
    return max((memory - PARENT) // 2, LEAST_GROUPING)


def clean_corpus(
    inputs: Sequence[str | Path],
    output: str | Path,
    settings: Settings | None = None,
    corpus: CorpusSettings | None = None,
    records: RecordSettings | None = None,
    engine: EngineSettings | None = None,
    *,
    sample: bool = False,
    progress: Progress = no_progress,
) -> Outcome:
    """Clean a corpus into a folder, as `detector clean` does; see docs/corpus.md.

    Parameters
    ----------
    inputs : sequence of str or Path
        Files, folders and URLs.
    output : str or Path
        A new folder, or that of a run that was stopped, which goes on.
    settings : Settings, optional
        What is kept of a page.
    corpus : CorpusSettings, optional
        What a run does beside: rules, near-duplicates, the loss limit.
    records : RecordSettings, optional
        How records are read and written.
    engine : EngineSettings, optional
        Who does the work.
    sample : bool
        Look at a sample only and write nothing, as `--dry-run` does.
    progress : callable, optional
        Called with a step's name, how much of it is done, and how much there is.

    Returns
    -------
    Outcome
        The report, and what was over the loss limit: then nothing is published.

    Raises
    ------
    SettingsError
        For wrong inputs or folders.
    ShardError
        For a full disk, an input that cannot be read, or a worker that was ended. What is done is kept.
    """
    records, engine = records or RecordSettings(), engine or EngineSettings()
    spec = RunSpec(
        output=Path(output).absolute(),
        columns=records.columns,
        settings=settings or Settings(),
        corpus=corpus or CorpusSettings(),
        model=None if records.model is None else Path(records.model),
        format=records.format,
        to=records.to,
        lines=records.lines,
    )
    workers = engine_of(engine.name, memory=engine.memory, workers=engine.workers)
    begin = dry_run if sample else run
    try:
        return begin([str(path) for path in inputs], spec, workers, _grouping_memory(engine.memory), progress)
    finally:
        workers.close()
