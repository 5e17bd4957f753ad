"""Finished runs that a new one builds on (`--since`): what they keep for it, and when they are refused.

OUT/index/index.json            number of shards, and the run that this one went on from
OUT/index/count/00000/          line counts of a shard, its records and parsed pages
OUT/index/clean/00000/          clean texts, kinds, and which lines were kept
OUT/index/sketches/00000/       sketches of the clean texts
OUT/index/out/00000/            ids, and which documents stayed

These are renamed files of the steps (`run_folder`). Nothing else needs them, so the folder can be deleted.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.corpus.run_folder import CHECKSUMS, MANIFEST, checksum_of, read_json, stored_lines
from detector.errors import SettingsError
from detector.files.checked import checked

INDEX: Final = "index"
INDEX_FILE: Final = "index.json"
FORMAT: Final = 3
IDS: Final = "ids.jsonl.zst"
# Settings that do not change any decision of an earlier run that a new run relies on.
MAY_DIFFER: Final = frozenset(
    {"python", "to", "lines", "csv_safe", "columns", "input_format", "corpus.shard_bytes"}
    | {"corpus.folder_sites", "corpus.index", "corpus.record_bytes", "corpus.unpacked_ratio"}
    | {"corpus.tokenizer", "packages.tokenizers"}
    | {"packages.numpy", "packages.regex", "packages.publicsuffixlist", "packages.zstd"}
)


class EarlierRun(NamedTuple):
    """A finished run. run: its id; shards: their number."""

    folder: Path
    run: str
    shards: int


class EarlierShard(NamedTuple):
    """A shard of a finished run."""

    run: EarlierRun
    number: int

    def of(self, step: str) -> Path:
        """Return the folder with the results of a step."""
        return self.run.folder / INDEX / step / f"{self.number:05d}"

    def ids(self) -> list[str]:
        """Return the ids of its clean documents; raises `ShardError` if they are damaged."""
        return stored_ids(self.of("out"))


def stored_ids(folder: Path) -> list[str]:
    """Return the ids of the clean documents of a written shard; raises `ShardError` if they are damaged."""
    return list(stored_lines(folder / IDS, lambda line: str(json.loads(line))))


def earlier_shards(runs: tuple[EarlierRun, ...]) -> list[EarlierShard]:
    """Return the shards of all runs, the oldest first."""
    return [EarlierShard(run, number) for run in runs for number in range(run.shards)]


@dataclass(frozen=True)
class _Link:
    path: str
    run: str


@dataclass(frozen=True)
class _Index:
    """The contents of index.json. since: the previous run, as a path relative to this run's folder."""

    format: int
    shards: int
    since: _Link | None = None


@dataclass(frozen=True)
class _Manifest:
    run: str
    settings_of: dict[str, Any]


def index_of(output: Path, shards: int, since: tuple[EarlierRun, ...]) -> dict[str, Any]:
    """Return the contents of index.json for a run."""
    link = None
    if since:
        link = {"path": _path_from(output, since[-1].folder), "run": since[-1].run}
    return {"format": FORMAT, "shards": shards, "since": link}


def _path_from(output: Path, folder: Path) -> str:
    """Return a relative path between two runs, which stays valid if both are moved together."""
    try:
        return Path(os.path.relpath(folder, output)).as_posix()
    except ValueError:  # on another drive
        return folder.as_posix()


def earlier_runs(old: Path, settings: Mapping[str, Any], output: Path) -> tuple[EarlierRun, ...]:
    """Return a finished run and those that it builds on, the oldest first.

    settings: what determines the output of the new run (`manifest.settings_of`); output: its folder
    Raises `SettingsError` if one is not finished, damaged, or made by another version or with other settings.
    """
    found: list[EarlierRun] = []
    folder, wanted = old, ""
    while True:
        if folder.resolve() == output.resolve():
            raise SettingsError(f"{folder} is the output folder itself: name another --output")
        run, index = _opened(folder, settings)
        if wanted and run.run != wanted:
            raise SettingsError(
                f"{found[-1].folder} builds on the run {wanted} in {folder}, where another run is now"
            )
        if any(run.run == known.run for known in found):
            raise SettingsError(f"{folder}: its earlier runs form a circle")
        found.append(run)
        if index.since is None:
            return tuple(reversed(found))
        folder, wanted = Path(os.path.normpath(folder / index.since.path)), index.since.run


def _opened(folder: Path, settings: Mapping[str, Any]) -> tuple[EarlierRun, _Index]:
    """Read and check a run."""
    if not (folder / MANIFEST).is_file():
        raise SettingsError(f"{folder} holds no finished run: {MANIFEST} is missing")
    where = f"{folder / MANIFEST} is damaged"
    manifest = checked(read_json(folder / MANIFEST), _Manifest, where, SettingsError)
    _refuse_other_settings(folder, manifest.settings_of, settings)
    path = folder / INDEX / INDEX_FILE
    if not path.is_file():
        raise SettingsError(
            f"{folder} has no {INDEX}/, which a later run builds on: it was made with index = false "
            "in its rules, or the folder was deleted"
        )
    index = checked(read_json(path), _Index, f"{path} is damaged", SettingsError)
    if index.format != FORMAT:
        raise SettingsError(f"{path} has format {index.format}, and this version reads {FORMAT}")
    run = EarlierRun(folder, manifest.run, index.shards)
    for shard in range(run.shards):
        _refuse_damage(EarlierShard(run, shard))
    return run, index


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield settings by their names: `corpus.duplicates`."""
    for name, value in settings.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _refuse_other_settings(folder: Path, then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    was, wanted = dict(_flat(then)), dict(_flat(now))
    if was.get("detector") != wanted["detector"]:
        raise SettingsError(
            f"{folder} was made by version {was.get('detector')}, and this is {wanted['detector']}: clean "
            "all pages in one run"
        )
    names = [
        name
        for name in sorted({*was, *wanted})
        if was.get(name) != wanted.get(name) and not {name, name.split(".")[0]} & MAY_DIFFER
    ]
    if names:
        name = names[0]
        more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        raise SettingsError(
            f"{folder} was made with other settings: {name} is {was.get(name)!r} there, and "
            f"{wanted.get(name)!r} here{more}. Give the same, or clean all pages in one run"
        )


def _refuse_damage(shard: EarlierShard) -> None:
    """Raise `SettingsError` if a file of a shard is missing or has changed."""
    for step in ("count", "clean", "sketches", "out"):
        folder = shard.of(step)
        if step == "sketches" and not folder.exists():
            continue  # near-duplicates stay
        for name, checksum in read_json(folder / CHECKSUMS).items():
            path = folder / name
            if not path.is_file() or checksum_of(path) != checksum:
                what = "is damaged" if path.is_file() else "is missing"
                raise SettingsError(f"{path} {what}: take it from a backup, or clean all pages in one run")
