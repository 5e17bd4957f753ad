"""`detector.clean_corpus`: a corpus run in one call."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from detector.corpus.document_numbers import refuse_unknown_page_kinds
from detector.corpus.earlier_runs import earlier_runs
from detector.corpus.manifest import settings_of
from detector.corpus.run import Outcome, dry_run, run
from detector.corpus.run_spec import RunSpec
from detector.engines.choice import PARENT, engine_of
from detector.progress import Progress, progress_of
from detector.settings import CorpusSettings, EngineSettings, RecordSettings, Settings

# The least memory for finding near-duplicates, in bytes.
LEAST_GROUPING: Final = 100_000_000


def _grouping_memory(memory: int) -> int:
    """Return the bytes of a run's memory for working arrays of near-duplicates."""
    return max((memory - PARENT) // 2, LEAST_GROUPING)


def clean_corpus(
    inputs: Sequence[str | Path],
    output: str | Path,
    settings: Settings | None = None,
    corpus: CorpusSettings | None = None,
    records: RecordSettings | None = None,
    engine: EngineSettings | None = None,
    *,
    since: str | Path | None = None,
    sample: bool = False,
    progress: bool | Progress = False,
) -> Outcome:
    """Clean a corpus into a folder, as `detector clean` does; see docs/corpus.md.

    Parameters
    ----------
    inputs : sequence of str or Path
        Files, folders and URLs.
    output : str or Path
        A new folder, or the folder of an interrupted run to resume.
    settings : Settings, optional
        Which lines of a page to keep.
    corpus : CorpusSettings, optional
        Rules, near-duplicates, the loss limit.
    records : RecordSettings, optional
        How to read and write records.
    engine : EngineSettings, optional
        What runs the tasks.
    since : str or Path, optional
        The folder of a finished run, whose pages count as evidence and whose documents stay. Give new pages
        only; nothing in that folder changes.
    sample : bool
        Only process a sample and write nothing, like `--dry-run`.
    progress : bool or callable
        True shows a bar. A function is called with the name of a step, the work done, and the total work.

    Returns
    -------
    Outcome
        The report, and the sites and sources over the loss limit. If there are any, nothing is published.

    Raises
    ------
    SettingsError
        If inputs, folders or settings are wrong, or the earlier run is damaged or was made with others.
    ShardError
        If the disk is full, an input cannot be read, or a worker was killed. Finished work is kept.
    """
    records, engine = records or RecordSettings(), engine or EngineSettings()
    corpus = corpus or CorpusSettings()
    refuse_unknown_page_kinds(corpus.filters)
    spec = RunSpec(
        output=Path(output).absolute(),
        columns=records.columns,
        settings=corpus.applied_to(settings or Settings()),
        corpus=corpus,
        model=None if records.model is None else Path(records.model),
        format=records.format,
        to=records.to,
        lines=records.lines,
        csv_safe=records.csv_safe,
    )
    if since is not None:
        before = earlier_runs(Path(since).absolute(), settings_of(spec), spec.output)
        spec = spec._replace(since=before)
    workers = engine_of(engine.name, memory=engine.memory, workers=engine.workers)
    begin = dry_run if sample else run
    try:
        with progress_of(progress) as shown:
            return begin(
                [str(path) for path in inputs], spec, workers, _grouping_memory(engine.memory), shown
            )
    finally:
        workers.close()
