"""What identifies a run: its plan, and its manifest when it is finished."""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from typing import Any, Final, NamedTuple

from detector.corpus.formats.documents import Piece, Shard
from detector.corpus.formats.kinds import TABLES, output_kind
from detector.corpus.inputs import Input
from detector.corpus.run_folder import read_json, write_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.shards import shards_of
from detector.corpus.survey import Survey
from detector.corpus.token_counts import tokenizer_hash
from detector.errors import SettingsError
from detector.files.checked import checked
from detector.files.zstd_files import VERSION as ZSTD_VERSION
from detector.text.keys import KEYS_VERSION
from detector.version import __version__

FORMAT: Final = 2
PLAN: Final = "plan.json"
# Versions that could change a score or an output's bytes.
PACKAGES: Final = ("numpy", "turbohtml", "regex", "publicsuffixlist")
# May differ between runs in one folder, because it changes no score.
_LOSS_LIMIT: Final = ("most_lost", "least_pages", "allow")

Surveyor = Callable[[Sequence[Input]], list[Survey]]


class Plan(NamedTuple):
    """The work of a run. manifest: settings, versions and hashes of the inputs, which identify it."""

    shards: list[Shard]
    manifest: dict[str, Any]


def settings_of(spec: RunSpec) -> dict[str, Any]:
    """Return everything that determines the output, except the inputs."""
    corpus = {name: value for name, value in asdict(spec.corpus).items() if name not in _LOSS_LIMIT}
    packages = {name: version(name) for name in PACKAGES}
    if spec.corpus.tokenizer is not None:
        corpus["tokenizer"] = tokenizer_hash(spec.corpus.tokenizer)
        packages["tokenizers"] = version("tokenizers")
    settings = {
        "format": FORMAT,
        "detector": __version__,
        "model": spec.detector().model.model_id,
        "keys": KEYS_VERSION,
        "python": platform.python_version(),
        "packages": {**packages, "zstd": ZSTD_VERSION},
        "settings": asdict(spec.settings),
        "corpus": corpus,
        "columns": spec.columns._asdict(),
        "input_format": spec.format,
        "to": spec.to,
        "lines": spec.lines,
        "csv_safe": spec.csv_safe,
    }
    return json.loads(json.dumps(settings))  # type: ignore[no-any-return]


def _listed(input: Input, survey: Survey) -> dict[str, Any]:
    if input.fault:
        return {"name": input.name, "fault": input.fault}
    return {"name": input.name, "bytes": input.size, "blake2b": survey.hash}


def _files(inputs: Sequence[Input]) -> list[list[Any]]:
    """Return what shows, without reading the files, whether they have changed."""
    return [[input.path, input.name, input.size, input.time, input.fault] for input in inputs]


@dataclass(frozen=True)
class _StoredPlan:
    """The content of plan.json. Its paths are only compared with those of the inputs, never opened."""

    manifest: dict[str, Any]
    files: list[Any]
    surveys: list[tuple[str, tuple[tuple[int, int], ...], tuple[tuple[int, int, str], ...]]]


def _stored_plan(spec: RunSpec) -> _StoredPlan | None:
    """Return the plan of a stopped run, if there is one; raises `SettingsError` if it is damaged."""
    path = spec.folder().path / PLAN
    if not path.is_file():
        return None
    where = f"{path} is damaged (delete the folder {path.parent}, and the run starts again)"
    stored = checked(read_json(path), _StoredPlan, where, SettingsError)
    if not all(
        starts[:1] == ((0, 0),) and _rise(starts) and len(pieces) in (0, len(starts))
        for _, starts, pieces in stored.surveys
    ):
        raise SettingsError(f"{where}: the parts of a file are not consecutive")
    return stored


def _rise(starts: Sequence[tuple[int, int]]) -> bool:
    return all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(starts))


def _refuse_column(spec: RunSpec, inputs: Sequence[Input]) -> None:
    """Raise `SettingsError` if an output without columns should get a column of lines."""
    for input in inputs if spec.lines == "column" else ():
        kind = output_kind(spec.to, input.kind)
        if kind not in TABLES:
            what = "a file of text" if kind == "page" else "a WET file"
            raise SettingsError(
                f"{input.name} becomes {what}, which has no columns: use --to jsonl, csv or parquet, "
                "or leave out --lines column"
            )


def plan_for(spec: RunSpec, inputs: Sequence[Input], surveyor: Surveyor) -> Plan:
    """Return the plan of a run, or that of the stopped run in its folder.

    surveyor: surveys files. Files that have not changed since the stopped run are not read.
    Raises `SettingsError` if the folder holds another run, or an output has no columns for lines.
    """
    _refuse_column(spec, inputs)
    stored, files = _stored_plan(spec), _files(inputs)
    settings = settings_of(spec)
    if stored is not None and stored.files == files and len(stored.surveys) == len(inputs):
        surveys = [
            Survey(hash, starts, tuple(Piece(*piece) for piece in pieces))
            for hash, starts, pieces in stored.surveys
        ]
    else:
        surveys = surveyor(inputs)
    listed = [_listed(input, survey) for input, survey in zip(inputs, surveys, strict=True)]
    manifest: dict[str, Any] = {"settings_of": settings, "inputs": listed}
    if spec.since:
        manifest["since"] = [run.run for run in spec.since]
    if stored is None:
        plan = {"manifest": manifest, "files": files, "surveys": surveys}
        write_json(spec.folder().path / PLAN, plan)
    elif stored.manifest != manifest:
        raise SettingsError(
            f"{spec.folder().path} has an unfinished run with other inputs or settings: "
            "repeat the command of that run, name another --output, or delete the folder"
        )
    return Plan(shards_of(inputs, surveys, spec.corpus.shard_bytes, spec.to), manifest)


def run_id(manifest: dict[str, Any]) -> str:
    """Return a short id of a run."""
    text = json.dumps(manifest, sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
