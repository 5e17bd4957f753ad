"""`detector.clean_corpus`: a corpus run in one call."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, get_args

from detector.corpus.document_numbers import refuse_unknown_page_kinds
from detector.corpus.earlier_runs import earlier_runs
from detector.corpus.formats.kinds import ENDINGS, is_remote
from detector.corpus.manifest import settings_of
from detector.corpus.run import Outcome, Resources, look, run
from detector.corpus.run_log import RunLog, Tell, no_word
from detector.corpus.run_spec import RunSpec
from detector.corpus.sample import PAGES
from detector.corpus.token_counts import TokenCounter
from detector.engines.choice import PARENT, engine_of, workers_for
from detector.engines.engine import NAMES
from detector.errors import SettingsError
from detector.progress import Progress, progress_of
from detector.settings import CorpusSettings, EngineSettings, Lines, RecordSettings, Settings
from detector.text.read import FORMATS
from detector.text.series import refuse_one

# The least memory for finding near-duplicates, in bytes.
LEAST_GROUPING: Final = 100_000_000


def resources_of(engine: EngineSettings) -> Resources:
    """Return the resources of a run."""
    workers = workers_for(engine.memory, 1 if engine.name == "process" else engine.workers)
    grouping = max((engine.memory - PARENT) // 2, LEAST_GROUPING)
    return Resources(workers, engine.memory, grouping)


def _refuse_wrong(records: RecordSettings, engine: EngineSettings) -> None:
    """Raise `SettingsError` for values that these settings cannot have."""
    choices = (("to", ("same", *ENDINGS)), ("lines", get_args(Lines)), ("format", (None, *FORMATS)))
    for name, known in choices:
        if (value := getattr(records, name)) not in known:
            raise SettingsError(f"{name} is one of {', '.join(map(str, known))}, not {value!r}")
    for name, least in (("workers", 1), ("memory", 1)):
        value = getattr(engine, name)
        if value is not None and (not isinstance(value, int) or value < least):
            raise SettingsError(f"{name} is a whole number of at least {least}, not {value!r}")


def _engine_settings(engine: EngineSettings | str | None) -> EngineSettings:
    """Return the settings of an engine, which may be given by its name; raises `SettingsError` if not."""
    found = EngineSettings(engine) if isinstance(engine, str) else engine or EngineSettings()
    if not isinstance(found, EngineSettings):
        names = f"{', '.join(NAMES)}, a backend of joblib"
        raise SettingsError(f"engine is EngineSettings or a name ({names}), not {type(found).__name__}")
    return found


def _refuse_urls(output: str | Path, since: str | Path | None) -> None:
    """Raise `SettingsError` for a folder at a URL, which would be taken for a local one."""
    if is_remote(str(output)):
        raise SettingsError(
            f"{output} is a URL: write to a local folder and copy that, or use detector.spark.clean_corpus"
        )
    if since is not None and is_remote(str(since)):
        raise SettingsError(f"{since} is a URL: copy the earlier run to this machine, and name its folder")


def clean_corpus(
    inputs: Sequence[str | Path],
    output: str | Path,
    settings: Settings | None = None,
    corpus: CorpusSettings | None = None,
    records: RecordSettings | None = None,
    engine: EngineSettings | str | None = None,
    *,
    since: str | Path | None = None,
    sample: bool | int = False,
    progress: bool | Progress = False,
    tell: Tell = no_word,
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
    engine : EngineSettings or str, optional
        What runs the tasks; a name such as "spark" is short for `EngineSettings("spark")`.
    since : str or Path, optional
        The folder of a finished run, whose pages count as evidence and whose documents stay. Give new pages
        only; nothing in that folder changes.
    sample : bool or int
        Only look at this many pages, spread over the inputs, and write nothing, like `--sample`; True means
        1,000. See `Outcome.sample`.
    progress : bool or callable
        True shows a bar. A function is called with the name of a step, the work done, and the total work.
    tell : callable, optional
        Called with messages for the user: the plan of the run, and every minute how long the rest will take.
        The file `log.txt` in the output folder has more.

    Returns
    -------
    Outcome
        The report, and the sites and sources over the loss limit. If there are any, nothing is published.

    Raises
    ------
    SettingsError
        If inputs, folders or settings are wrong, or the earlier run is damaged or has other settings.
    ShardError
        If the disk is full, an input cannot be read, or a worker was killed. Finished work is kept.
    """
    refuse_one(inputs, "inputs")
    _refuse_urls(output, since)
    records, engine = records or RecordSettings(), _engine_settings(engine)
    _refuse_wrong(records, engine)
    corpus = corpus or CorpusSettings()
    refuse_unknown_page_kinds(corpus.filters)
    if corpus.tokenizer is not None:
        TokenCounter(corpus.tokenizer)  # before the work begins
        corpus = replace(corpus, tokenizer=str(Path(corpus.tokenizer).absolute()))
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
    resources, given = resources_of(engine), [str(path) for path in inputs]
    try:
        with progress_of(progress) as shown:
            log = RunLog(shown, tell)
            if sample:
                return look(given, spec, workers, resources, PAGES if sample is True else sample, log)
            return run(given, spec, workers, resources, log)
    finally:
        workers.close()
