"""What a run is, so that another is not taken for it: the plan file and the manifest."""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Final

from detector.corpus.formats.documents import Shard
from detector.corpus.formats.writers import TABLES
from detector.corpus.run_folder import RunFolder, read_json, write_json
from detector.corpus.run_spec import Job
from detector.corpus.shards import Input, Survey, as_json, from_json, shards_of
from detector.corpus.steps.write import output_kind
from detector.errors import SettingsError
from detector.text.keys import KEYS_VERSION
from detector.version import __version__

FORMAT: Final = 1
PLAN: Final = "plan.json"
# Versions that could change a score or an output's bytes.
PACKAGES: Final = ("numpy", "turbohtml", "zstandard", "publicsuffixlist")
# What may differ between the runs of one folder: it does not change a score.
_GUARD: Final = ("most_lost", "least_pages", "allow")


def settings_of(job: Job) -> dict[str, Any]:
    """Return everything that decides what comes out, the inputs apart."""
    corpus = {name: value for name, value in asdict(job.corpus).items() if name not in _GUARD}
    found = {
        "format": FORMAT,
        "detector": __version__,
        "model": job.detector().model.model_id,
        "keys": KEYS_VERSION,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "settings": asdict(job.settings),
        "corpus": corpus,
        "columns": job.columns._asdict(),
        "input_format": job.format,
        "to": job.to,
        "lines": job.lines,
    }
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def _listed(inputs: Sequence[Input], surveys: Sequence[Survey]) -> list[dict[str, Any]]:
    return [
        {"name": input.name, "bytes": input.size, "blake2b": found.hash}
        for input, found in zip(inputs, surveys, strict=True)
    ]


def _seen_before(path: RunFolder) -> dict[str, Any] | None:
    plan = path.path / PLAN
    return read_json(plan) if plan.is_file() else None


def _refuse_column(job: Job, inputs: Sequence[Input]) -> None:
    """Raise `SettingsError` if lines are to be a column of an output that has none."""
    for input in inputs if job.lines == "column" else ():
        kind = output_kind(job.to, input.kind)
        if kind not in TABLES:
            what = "a file of text" if kind == "page" else "a WET file"
            raise SettingsError(
                f"{input.name} becomes {what}, which has no columns: give --to jsonl, csv or parquet, "
                "or leave out --lines column"
            )


def shards_for(
    job: Job, inputs: Sequence[Input], look: Callable[[Sequence[Input]], list[Survey]]
) -> tuple[list[Shard], dict[str, Any]]:
    """Return the run's shards, and what identifies it; goes on with the plan of a stopped run.

    look: surveys files. Files whose size and time are those of the plan are not read again.
    Raises `SettingsError` when the folder holds another run, or an output has no columns for lines.
    """
    _refuse_column(job, inputs)
    known = _seen_before(job.folder())
    files = [[input.path, input.name, input.size, input.time] for input in inputs]
    identity = settings_of(job)
    if known is not None and known["files"] == files and known["identity"]["settings_of"] == identity:
        return from_json(known["shards"]), known["identity"]
    surveys = look(inputs)
    found = {"settings_of": identity, "inputs": _listed(inputs, surveys)}
    if known is not None:
        if known["identity"] != found:
            raise SettingsError(
                f"{job.folder().path} holds a stopped run over other inputs or with other settings: "
                "give the command of that run, another --output, or delete the folder"
            )
        return from_json(known["shards"]), known["identity"]
    shards = shards_of(inputs, surveys, job.corpus.shard_bytes, job.to)
    plan = {"identity": found, "files": files, "shards": as_json(shards)}
    write_json(job.folder().path / PLAN, plan)
    return shards, found


def run_id(identity: dict[str, Any]) -> str:
    """Return a short name of what identifies a run."""
    text = json.dumps(identity, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
