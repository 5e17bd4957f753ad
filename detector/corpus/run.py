"""A corpus run: the only file that knows the order of its steps.

survey ─▶ count ─▶ merge ─▶ clean ─▶ sign ─▶ near-duplicates ─▶ passages ─▶ write ─▶ loss limit ─▶ publish

Each step skips finished work, so a stopped run continues where it was.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from filelock import FileLock, Timeout

from detector.corpus.earlier_runs import earlier_shards
from detector.corpus.first_records import refuse_wrong_columns
from detector.corpus.folder_sites import with_sites
from detector.corpus.formats.documents import Shard
from detector.corpus.inputs import Input, Survey, inputs_of, survey
from detector.corpus.manifest import PLAN, Surveyor, plan_for, run_id
from detector.corpus.output_column import with_output_column
from detector.corpus.report.loss_limit import Loss, losses
from detector.corpus.report.since import since_report
from detector.corpus.report.summary import document_counts, report_of
from detector.corpus.run_folder import MANIFEST, read_json
from detector.corpus.run_spec import RunSpec, ShardTask
from detector.corpus.steps.again import judge_again, shards_again
from detector.corpus.steps.clean import clean_shard
from detector.corpus.steps.count import count_shard
from detector.corpus.steps.merge import merge_shards
from detector.corpus.steps.near_duplicates import group, sketch_shard
from detector.corpus.steps.passages import find_originals, passages_shard
from detector.corpus.steps.publish import publish, rejected_counts
from detector.corpus.steps.write import write_shard
from detector.engines.engine import Engine
from detector.errors import SettingsError
from detector.progress import Progress

# Number of shards in a dry run, and their size.
SAMPLED: Final = 16
SAMPLE_BYTES: Final = 4_000_000


class Outcome(NamedTuple):
    """The result of a run.

    report: see `summary.report_of`
    losses: sites and sources over the loss limit; if there are any, nothing is published
    shards: number in the corpus; sampled: number that a dry run processed, otherwise all
    """

    report: dict[str, Any]
    losses: list[Loss]
    published: bool
    shards: int
    sampled: int


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


def _each(step: _Step, spec: RunSpec, shards: Sequence[Shard], engine: Engine, progress: Progress) -> None:
    """Run a step on all shards that are not finished."""
    run = spec.folder()
    left = [shard for shard in shards if not run.of(step.folder, shard.number).is_dir()]
    total = sum(shard.bytes for shard in shards)
    done = total - sum(shard.bytes for shard in left)
    progress(step.title, done, total)
    for shard in engine.run(ShardTask(step.function, spec), left):
        done += shard.bytes
        progress(step.title, done, total)


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
        if any(path.name != run.name for path in spec.output.iterdir()):
            raise SettingsError(f"{spec.output} is not empty: name a new folder")


def _steps(spec: RunSpec, shards: Sequence[Shard], engine: Engine, memory: int, progress: Progress) -> None:
    """Run all passes over all shards."""
    run = spec.folder()
    numbers = [shard.number for shard in shards]
    _each(COUNT, spec, shards, engine, progress)
    earlier = [shard.of(COUNT.folder) for shard in earlier_shards(spec.since)]
    counted = [run.of(COUNT.folder, number) for number in numbers]
    merge_shards(run.step("counts"), counted, memory, earlier)
    _each(CLEAN, spec, shards, engine, progress)
    if spec.since:
        _each(AGAIN, spec, shards_again(spec), engine, progress)
    if spec.corpus.duplicates:
        _each(SIGN, spec, shards, engine, progress)
    # Close the workers: near-duplicates need their memory.
    engine.close()
    group(spec, numbers, memory, progress)
    if spec.corpus.passages != "keep":
        find_originals(spec, numbers, memory)
        _each(PASSAGES, spec, shards, engine, progress)
    _each(WRITE, spec, shards, engine, progress)
    engine.close()


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
    return Outcome(read_json(spec.output / "report.json"), [], True, count, count)


def run(given: Sequence[str], spec: RunSpec, engine: Engine, memory: int, progress: Progress) -> Outcome:
    """Clean a corpus into a folder, or continue a stopped run.

    given: files, folders and URLs; memory: bytes for merging and for near-duplicates
    Raises `SettingsError` for wrong inputs or folders, `ShardError` for a full disk or an unreadable input.
    """
    inputs = with_sites(inputs_of(given, spec.output), spec.corpus.folder_sites)
    spec = with_output_column(inputs, spec)
    surveyor = partial(_surveys, engine, spec.corpus.shard_bytes, progress)
    if (spec.output / MANIFEST).is_file():
        return _finished(spec, inputs, surveyor)
    _refuse_foreign(spec)
    if not (spec.folder().path / PLAN).exists():  # a run that goes on has read its inputs
        refuse_wrong_columns(inputs, spec.columns, limits=spec.corpus.limits())
    with _alone(spec):
        spec.folder().sweep()
        shards, manifest = plan_for(spec, inputs, surveyor)
        _steps(spec, shards, engine, memory, progress)
        report = report_of(spec, len(shards), rejected_counts(spec, shards)) | since_report(spec)
        lost = losses(document_counts(spec, len(shards)), spec.corpus)
        if not lost:
            counts = {name: report[name] for name in ("total", "lines", "rejected", "sites")}
            publish(
                spec, shards, report, {"run": run_id(manifest), **manifest, "counts": counts, "seed": None}
            )
    return Outcome(report, lost, not lost, len(shards), len(shards))


def dry_run(given: Sequence[str], spec: RunSpec, engine: Engine, memory: int, progress: Progress) -> Outcome:
    """Run everything but publishing, on evenly spaced shards, in a temporary folder."""
    inputs = with_sites(inputs_of(given, spec.output), spec.corpus.folder_sites)
    spec = with_output_column(inputs, spec)
    refuse_wrong_columns(inputs, spec.columns, limits=spec.corpus.limits())
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        spec = spec._replace(output=Path(folder))
        spec.folder().path.mkdir()
        surveyor = partial(_surveys, engine, SAMPLE_BYTES, progress)
        small = replace(spec.corpus, shard_bytes=SAMPLE_BYTES)
        shards = plan_for(spec._replace(corpus=small), inputs, surveyor).shards
        drawn = np.unique(np.linspace(0, len(shards) - 1, min(SAMPLED, len(shards))).astype(int)).tolist()
        sample = [shards[at]._replace(number=number) for number, at in enumerate(drawn)]
        _steps(spec, sample, engine, memory, progress)
        report = report_of(spec, len(sample), rejected_counts(spec, sample)) | since_report(spec)
        lost = losses(document_counts(spec, len(sample)), spec.corpus)
    return Outcome(report, lost, False, len(shards), len(sample))
