"""A corpus run: the only file that knows the order of its steps.

survey ─▶ count ─▶ merge ─▶ clean ─▶ sign ─▶ near-duplicates ─▶ write ─▶ guard ─▶ publish

Each step looks at what is done; a run that was stopped goes on where it was.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detector.corpus.formats.documents import Shard
from detector.corpus.manifest import run_id, shards_for
from detector.corpus.report.loss_limit import Loss, losses
from detector.corpus.report.summary import document_counts, report_of
from detector.corpus.run_folder import read_json
from detector.corpus.run_spec import Job, Task
from detector.corpus.shards import Input, Survey, inputs_of, survey
from detector.corpus.steps.clean import clean_shard
from detector.corpus.steps.count import count_shard
from detector.corpus.steps.merge import merge_shards
from detector.corpus.steps.near_duplicates import group, sketch_shard
from detector.corpus.steps.publish import MANIFEST, publish, rejected_counts
from detector.corpus.steps.write import write_shard
from detector.engines.engine import Engine
from detector.errors import SettingsError
from detector.near_duplicates.workspace import Progress

# Shards that a dry run looks at, and how large they are.
SAMPLED: Final = 16
SAMPLE_BYTES: Final = 4_000_000


class Outcome(NamedTuple):
    """What a run did. report: see `report.report_of`; losses: what the guard stopped it for."""

    report: dict[str, Any]
    losses: list[Loss]
    published: bool
    shards: int
    looked_at: int


@dataclass(frozen=True)
class _Surveyor:
    """Surveys a file, and says where it stands among the others."""

    shard_bytes: int

    def __call__(self, item: tuple[int, Input]) -> tuple[int, Survey]:
        return item[0], survey(item[1], self.shard_bytes)


def _look(engine: Engine, shard_bytes: int, progress: Progress, inputs: Sequence[Input]) -> list[Survey]:
    total, done = sum(input.size for input in inputs), 0
    found: dict[int, Survey] = {}
    progress("looking at files", done, total)
    for number, result in engine.run(_Surveyor(shard_bytes), list(enumerate(inputs))):
        found[number] = result
        done += inputs[number].size
        progress("looking at files", done, total)
    return [found[number] for number in range(len(inputs))]


def _each(
    step: str,
    function: Callable[[Job, Shard], Any],
    job: Job,
    shards: Sequence[Shard],
    by: tuple[Engine, Progress],
) -> None:
    """Run a step on every shard."""
    engine, progress = by
    total, done = sum(shard.bytes for shard in shards), 0
    progress(step, done, total)
    for size, _ in engine.run(Task(function, job), shards):
        done += size
        progress(step, done, total)


@contextmanager
def _alone(job: Job) -> Iterator[None]:
    """Keep a second run off the folder while this one lives."""
    folder = job.folder().path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise SettingsError(f"{job.output} cannot be written: {error.strerror}") from None
    try:
        _lock(handle, job)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, job: Job) -> None:
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise SettingsError(f"another run is writing to {job.output}: wait for it, or stop it") from None


def _refuse_foreign(job: Job) -> None:
    """Raise `SettingsError` for an output folder that holds something else."""
    run = job.folder().path
    if job.output.exists() and not (run / "plan.json").exists():
        if not job.output.is_dir():
            raise SettingsError(f"{job.output} is a file: name a folder")
        if any(path.name != run.name for path in job.output.iterdir()):
            raise SettingsError(f"{job.output} is not empty: name a new folder")


def _steps(job: Job, shards: Sequence[Shard], engine: Engine, memory: int, progress: Progress) -> None:
    """Take all shards through the passes."""
    run, by = job.folder(), (engine, progress)
    numbers = [shard.number for shard in shards]
    _each("counting lines", count_shard, job, shards, by)
    merge_shards(run.step("counts"), [run.of("count", number) for number in numbers], memory)
    _each("cleaning", clean_shard, job, shards, by)
    if job.corpus.duplicates:
        _each("signing", sketch_shard, job, shards, by)
    # Workers hold what they have loaded; near-duplicates need the memory.
    engine.close()
    group(job, numbers, memory, progress)
    _each("writing", write_shard, job, shards, by)
    engine.close()


def _finished(job: Job, inputs: Sequence[Input], look: Callable[[Sequence[Input]], list[Survey]]) -> Outcome:
    """Return the outcome of a run that was finished before, if it is this one."""
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        elsewhere = job._replace(output=Path(folder))
        elsewhere.folder().path.mkdir()
        shards, identity = shards_for(elsewhere, inputs, look)
    if read_json(job.output / MANIFEST).get("run") != run_id(identity):
        raise SettingsError(
            f"{job.output} holds a finished run over other inputs or with other settings: "
            "name another --output"
        )
    return Outcome(read_json(job.output / "report.json"), [], True, len(shards), len(shards))


def run(given: Sequence[str], job: Job, engine: Engine, memory: int, progress: Progress) -> Outcome:
    """Clean a corpus into a folder, or go on with a run that was stopped.

    given: files, folders and URLs; memory: bytes for what is merged and grouped
    Raises `SettingsError` for wrong inputs or folders, `ShardError` for a disk that is full.
    """
    inputs = inputs_of(given)
    look = partial(_look, engine, job.corpus.shard_bytes, progress)
    if (job.output / MANIFEST).is_file():
        return _finished(job, inputs, look)
    _refuse_foreign(job)
    with _alone(job):
        job.folder().sweep()
        shards, identity = shards_for(job, inputs, look)
        _steps(job, shards, engine, memory, progress)
        rejected = rejected_counts(job, shards)
        report = report_of(job, len(shards), rejected)
        lost = losses(document_counts(job, len(shards)), job.corpus)
        if not lost:
            manifest = {"run": run_id(identity), **identity, "counts": _counts(report), "seed": None}
            publish(job, shards, report, manifest)
    return Outcome(report, lost, not lost, len(shards), len(shards))


def _counts(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("total", "lines", "rejected", "sites")}


def dry_run(given: Sequence[str], job: Job, engine: Engine, memory: int, progress: Progress) -> Outcome:
    """Do all but publishing on shards drawn evenly over the corpus, in a temporary folder."""
    inputs = inputs_of(given)
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        job = job._replace(output=Path(folder))
        job.folder().path.mkdir()
        look = partial(_look, engine, SAMPLE_BYTES, progress)
        small = replace(job.corpus, shard_bytes=SAMPLE_BYTES)
        shards, _ = shards_for(job._replace(corpus=small), inputs, look)
        drawn = np.unique(np.linspace(0, len(shards) - 1, min(SAMPLED, len(shards))).astype(int)).tolist()
        sample = [shards[at]._replace(number=number) for number, at in enumerate(drawn)]
        _steps(job, sample, engine, memory, progress)
        report = report_of(job, len(sample), rejected_counts(job, sample))
        lost = losses(document_counts(job, len(sample)), job.corpus)
    return Outcome(report, lost, False, len(shards), len(sample))
