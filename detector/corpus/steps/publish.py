"""Publishing: finished files are renamed into the output folder, the manifest last.

OUT/data/          the clean corpus, named after the inputs
OUT/lines/         each document's lines with scores and reasons: `detector restore` reads them
OUT/rejects/       records that were set aside: file, record, reason
OUT/duplicates.jsonl, report.html, report.json, manifest.json
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detector.corpus.formats.documents import NO_PAGE, Shard
from detector.corpus.report.page import report_page
from detector.corpus.run_folder import (
    MANIFEST,
    PUBLISHING,
    checksum_of,
    damaged,
    files_of,
    read_array,
    read_json,
)
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps import clean
from detector.errors import ShardError
from detector.files.atomic import new_file, write_json
from detector.files.json_lines import json_line

DATA: Final = "data"
LINES: Final = "lines"
REJECTS: Final = "rejects"


def rejected_counts(spec: RunSpec, shards: Sequence[Shard]) -> dict[str, int]:
    """Return the reasons why records were set aside, without numbers and names, and their counts."""
    found: Counter[str] = Counter()
    for shard in shards:
        path = spec.folder().of("clean", shard.number) / clean.REJECTS
        if not path.exists():  # published before this run was stopped
            path = spec.output / REJECTS / f"{shard.number:05d}.jsonl"
        # By line feeds alone: names may hold other characters that end lines for Python.
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        found.update(_sort_of(json.loads(line)["reason"]) for line in lines if line)
    return dict(sorted(found.items()))


def _sort_of(reason: str) -> str:
    """Return a reason without the parts that differ between records."""
    if reason.startswith(NO_PAGE):
        return reason
    short = reason.split(":", 1)[0]
    return (
        "".join("#" if char.isdigit() else char for char in short)[:80]
        if "'" not in short
        else (short.split("'")[0] + "…" + short.rsplit("'", 1)[1])
    )


def _duplicates(spec: RunSpec, shards: Sequence[Shard]) -> Iterator[bytes]:
    """Yield a line for each document that repeats one that stays."""
    names: dict[str, str] = {}
    for shard in shards:
        names |= read_json(spec.folder().of("out", shard.number) / "paired.json")
    groups = spec.folder().step("groups")
    pairs = read_array(groups / "removed.npy").tolist()
    similarity = read_array(groups / "similarity.npy").tolist()
    for (document, kept), alike in zip(pairs, similarity, strict=True):
        row = {"id": names[str(document)], "duplicate_of": names[str(kept)], "similarity": round(alike, 4)}
        yield json_line(row)


def _write(path: Path, parts: Iterator[bytes]) -> None:
    with new_file(path) as file:
        file.writelines(parts)


def _move(spec: RunSpec, step: Path, name: str, published: str) -> None:
    """Rename a file of a finished step, unless that was done before."""
    source, target = step / name, spec.output / published
    if not source.exists() and not target.exists():
        raise damaged(source, "it is missing")
    if source.exists():
        if target.exists():  # renaming would overwrite it
            raise ShardError(f"{target} already exists: move it away, and give the same command again")
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    elif checksum_of(target) != files_of(step)[name]:  # since a run that was stopped here
        raise ShardError(
            f"{target} is damaged (it is not what was written): "
            f"delete the folder {spec.output} and give the same command again"
        )


def _move_shard(spec: RunSpec, shard: Shard) -> None:
    done, out = spec.folder().of("clean", shard.number), spec.folder().of("out", shard.number)
    for name in files_of(out):
        if name.startswith(f"{DATA}/"):
            _move(spec, out, name, name)
    if spec.lines != "none":
        _move(spec, done, clean.LINE_RECORDS, f"{LINES}/{shard.number:05d}.jsonl.zst")
    if files_of(done)[clean.REJECTS][0]:
        _move(spec, done, clean.REJECTS, f"{REJECTS}/{shard.number:05d}.jsonl")


def publish(
    spec: RunSpec, shards: Sequence[Shard], report: Mapping[str, Any], manifest: Mapping[str, Any]
) -> None:
    """Publish a run, or continue publishing it."""
    try:
        (spec.folder().path / PUBLISHING).touch()
        for shard in shards:
            _move_shard(spec, shard)
        if spec.corpus.duplicates:
            _write(spec.output / "duplicates.jsonl", _duplicates(spec, shards))
        write_json(spec.output / "report.json", report)
        _write(spec.output / "report.html", iter([report_page(report).encode("utf-8", "replace")]))
        write_json(spec.output / MANIFEST, manifest)
        shutil.rmtree(spec.folder().path)
    except OSError as error:
        raise ShardError(
            f"{spec.output} cannot be published: {error.strerror or error}. All is done and kept in "
            f"{spec.folder().path}: give the same command again"
        ) from None
