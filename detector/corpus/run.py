"""A corpus run: the only file that knows the order of its steps.

survey ─▶ count ─▶ merge ─▶ clean ─▶ sign ─▶ near-duplicates ─▶ passages ─▶ write ─▶ loss limit ─▶ publish

Each step skips finished work, so a stopped run continues where it stopped.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from filelock import FileLock, Timeout

from detector.corpus.earlier_runs import earlier_shards
from detector.corpus.first_records import refuse_wrong_columns
from detector.corpus.first_shard import FirstShard
from detector.corpus.folder_sites import with_sites
from detector.corpus.formats.documents import Shard
from detector.corpus.inputs import Input, inputs_of
from detector.corpus.manifest import PLAN, Surveyor, plan_for, run_id
from detector.corpus.output_column import with_output_column
from detector.corpus.plan_messages import ended, needed, planned
from detector.corpus.report.loss_limit import Loss, losses
from detector.corpus.report.since import since_report
from detector.corpus.report.summary import document_counts, report_of
from detector.corpus.run_folder import MANIFEST, read_json
from detector.corpus.run_log import LOG, RunLog
from detector.corpus.run_spec import Done, RunSpec, ShardTask
from detector.corpus.sample import SHARD_BYTES, Sample, drawn_sample, found_in_sample
from detector.corpus.steps.again import judge_again, shards_again
from detector.corpus.steps.clean import clean_shard
from detector.corpus.steps.count import count_shard
from detector.corpus.steps.merge import merge_shards
from detector.corpus.steps.near_duplicates import group, needs_room, sketch_shard
from detector.corpus.steps.passages import find_originals, passages_shard
from detector.corpus.steps.publish import publish, rejected_counts
from detector.corpus.steps.write import write_shard
from detector.corpus.survey import Survey, survey
from detector.corpus.task_times import expected_seconds, single_records
from detector.engines.engine import Engine
from detector.engines.in_process import InProcess
from detector.errors import SettingsError
from detector.progress import Progress, no_progress


class Outcome(NamedTuple):
    """The result of a run.

    report: see `summary.report_of`
    losses: sites and sources over the loss limit; if there are any, nothing is published
    shards: number in the corpus
    sample: what was found if only a sample was looked at
    """

    report: dict[str, Any]
    losses: list[Loss]
    published: bool
    shards: int
    sample: Sample | None = None


class Resources(NamedTuple):
    """The resources of a run.

    workers: processes; memory: bytes for all together; grouping: of these, for merging and near-duplicates
    """

    workers: int
    memory: int
    grouping: int


class _Step(NamedTuple):
    """A step over all shards: its name on the terminal, the folder of its results, its function."""

    title: str
    folder: str
    function: Callable[[RunSpec, Shard], Any]


COUNT: Final = _Step("counting lines", "count", count_shard)
CLEAN: Final = _Step("cleaning", "clean", clean_shard)
SIGN: Final = _Step("signing", "sketches", sketch_shard)
PASSAGES: Final = _Step("finding passages", "passages", passages_shard)
WRITE: Final = _Step("writing", "out", write_shard)
# For grouping a few documents, in bytes.
LITTLE_MEMORY: Final = 100_000_000
AGAIN: Final = _Step("judging earlier pages", "again", judge_again)


@dataclass(frozen=True)
class _SurveyTask:
    """Surveys a file, and returns its number too."""

    shard_bytes: int

    def __call__(self, item: tuple[int, Input]) -> tuple[int, Survey]:
        return item[0], survey(item[1], self.shard_bytes)


def _surveys(engine: Engine, shard_bytes: int, progress: Progress, inputs: Sequence[Input]) -> list[Survey]:
    """Survey all inputs."""
    sizes = [max(input.size, 0) for input in inputs]
    done = 0
    surveys: dict[int, Survey] = {}
    progress("looking at files", done, sum(sizes))
    for number, result in engine.run(_SurveyTask(shard_bytes), list(enumerate(inputs))):
        surveys[number] = result
        done += sizes[number]
        progress("looking at files", done, sum(sizes))
    return [surveys[number] for number in range(len(inputs))]


def _each(
    step: _Step, spec: RunSpec, shards: Sequence[Shard], engine: Engine, progress: Progress
) -> list[Done]:
    """Run a step on all shards that are not finished; return what its tasks took."""
    run = spec.folder()
    left = [shard for shard in shards if not run.of(step.folder, shard.number).is_dir()]
    total = sum(shard.bytes for shard in shards)
    done = total - sum(shard.bytes for shard in left)
    progress(step.title, done, total)
    tasks: list[Done] = []
    for task in engine.run(ShardTask(step.function, spec), left):
        done += task.bytes
        tasks.append(task)
        progress(step.title, done, total)
    return tasks


@contextmanager
def _alone(spec: RunSpec) -> Iterator[None]:
    """Lock the folder against a second run."""
    folder = spec.folder().path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise SettingsError(f"another run is writing to {spec.output}: wait for it, or stop it") from None
    except OSError as error:
        raise SettingsError(f"{spec.output} cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()


def _refuse_foreign(spec: RunSpec) -> None:
    """Raise `SettingsError` if the output folder holds other files."""
    run = spec.folder().path
    if spec.output.exists() and not (run / PLAN).exists():
        if not spec.output.is_dir():
            raise SettingsError(f"{spec.output} is a file: name a folder")
        if any(path.name not in (run.name, LOG) for path in spec.output.iterdir()):
            raise SettingsError(f"{spec.output} is not empty: name a new folder")


def _titles(spec: RunSpec) -> list[str]:
    """Return the steps of a run that take long."""
    wanted = {AGAIN: spec.since, SIGN: spec.corpus.duplicates, PASSAGES: spec.corpus.passages != "keep"}
    return [step.title for step in (COUNT, CLEAN, AGAIN, SIGN, PASSAGES, WRITE) if wanted.get(step, True)]


def _steps(
    spec: RunSpec,
    shards: Sequence[Shard],
    engine: Engine,
    memory: int,
    progress: Progress,
    counting: Engine | None = None,
) -> dict[str, list[Done]]:
    """Run all passes over all shards; return what the tasks of each took.

    counting: what runs the first pass, if that is not the engine
    """
    run = spec.folder()
    numbers = [shard.number for shard in shards]
    tasks = {COUNT.title: _each(COUNT, spec, shards, counting or engine, progress)}
    earlier = [shard.of(COUNT.folder) for shard in earlier_shards(spec.since)]
    counted = [run.of(COUNT.folder, number) for number in numbers]
    merge_shards(run.step("counts"), counted, memory, earlier)
    tasks[CLEAN.title] = _each(CLEAN, spec, shards, engine, progress)
    if spec.since:
        tasks[AGAIN.title] = _each(AGAIN, spec, shards_again(spec), engine, progress)
    if spec.corpus.duplicates:
        tasks[SIGN.title] = _each(SIGN, spec, shards, engine, progress)
    if spec.corpus.passages != "keep" or needs_room(spec, numbers, memory):
        engine.close()  # the workers give back their memory
    group(spec, numbers, memory, progress)
    if spec.corpus.passages != "keep":
        find_originals(spec, numbers, memory)
        tasks[PASSAGES.title] = _each(PASSAGES, spec, shards, engine, progress)
    tasks[WRITE.title] = _each(WRITE, spec, shards, engine, progress)
    engine.close()
    return tasks


def _steps_here(spec: RunSpec, shards: Sequence[Shard]) -> None:
    """Run all passes over a few records, in this process."""
    _steps(spec, shards, InProcess(), LITTLE_MEMORY, no_progress)


def _finished(spec: RunSpec, inputs: Sequence[Input], surveyor: Surveyor) -> Outcome:
    """Return the outcome if the folder holds this run, finished."""
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        elsewhere = spec._replace(output=Path(folder))
        elsewhere.folder().path.mkdir()
        plan = plan_for(elsewhere, inputs, surveyor)
    if read_json(spec.output / MANIFEST).get("run") != run_id(plan.manifest):
        raise SettingsError(
            f"{spec.output} has a finished run with other inputs or settings: name another --output"
        )
    # A run that was killed between its last two steps.
    shutil.rmtree(spec.folder().path, ignore_errors=True)
    count = len(plan.shards)
    return Outcome(read_json(spec.output / "report.json"), [], True, count)


def run(
    given: Sequence[str], spec: RunSpec, engine: Engine, resources: Resources, log: RunLog | None = None
) -> Outcome:
    """Clean a corpus into a folder, or continue a stopped run.

    given: files, folders and URLs
    Raises `SettingsError` for wrong inputs or folders, `ShardError` for a full disk or an unreadable input.
    """
    log = log or RunLog()
    inputs = with_sites(inputs_of(given, spec.output), spec.corpus.folder_sites)
    spec = with_output_column(inputs, spec)
    surveyor = partial(_surveys, engine, spec.corpus.shard_bytes, log)
    if (spec.output / MANIFEST).is_file():
        return _finished(spec, inputs, surveyor)
    _refuse_foreign(spec)
    if not (spec.folder().path / PLAN).exists():  # a run that goes on has read its inputs
        refuse_wrong_columns(inputs, spec.columns, limits=spec.corpus.limits())
    with _alone(spec), log.to(spec.output, _titles(spec), resources.workers):
        spec.folder().sweep()
        shards, manifest = plan_for(spec, inputs, surveyor)
        log.write(planned(shards, resources.workers, resources.memory, spec.output), tell=True)
        counting = FirstShard(
            engine,
            spec,
            shards,
            _titles(spec),
            resources.workers,
            _steps_here,
            lambda needs: log.write(needed(needs, spec.output), tell=True),
        )
        _steps(spec, shards, engine, resources.grouping, log, counting)
        report = report_of(spec, len(shards), rejected_counts(spec, shards)) | since_report(spec)
        lost = losses(document_counts(spec, len(shards)), spec.corpus)
        if not lost:
            counts = {name: report[name] for name in ("total", "lines", "rejected", "sites")}
            publish(
                spec, shards, report, {"run": run_id(manifest), **manifest, "counts": counts, "seed": None}
            )
        log.write(ended(report, lost))
    return Outcome(report, lost, not lost, len(shards))


def look(
    given: Sequence[str],
    spec: RunSpec,
    engine: Engine,
    resources: Resources,
    pages: int,
    log: RunLog | None = None,
) -> Outcome:
    """Run everything except publishing on a sample of this many pages, in a temporary folder."""
    log = log or RunLog()
    inputs = with_sites(inputs_of(given, spec.output), spec.corpus.folder_sites)
    spec = with_output_column(inputs, spec)
    refuse_wrong_columns(inputs, spec.columns, limits=spec.corpus.limits())
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        spec = spec._replace(
            output=Path(folder) / "sample", lines="sidecar" if spec.lines == "none" else spec.lines
        )
        spec.folder().path.mkdir(parents=True)
        drawn = drawn_sample(spec, inputs, pages, engine, partial(_surveys, engine, SHARD_BYTES, log))
        tasks = _steps(spec, drawn.shards, engine, resources.grouping, log)
        count = len(drawn.shards)
        report = report_of(spec, count, rejected_counts(spec, drawn.shards)) | since_report(spec)
        lost = losses(document_counts(spec, count), spec.corpus)
        alone = spec._replace(output=Path(folder) / "single", since=())
        alone.folder().path.mkdir(parents=True)
        single = _steps(alone, single_records(drawn.shards), InProcess(), resources.grouping, no_progress)
        seconds = expected_seconds(tasks, single, drawn.input_bytes, drawn.input_shards, resources.workers)
        found = found_in_sample(spec, drawn, inputs, seconds)
    return Outcome(report, lost, False, count, found)
