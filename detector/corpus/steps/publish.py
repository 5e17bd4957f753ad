"""What is done becomes the output: by renames, the manifest last.

OUT/data/          the clean corpus, named as the inputs
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

import numpy as np

from detector.corpus.formats.documents import Shard
from detector.corpus.formats.json_lines import json_line
from detector.corpus.report.page import report_page
from detector.corpus.run_folder import UNFINISHED, read_json, write_json
from detector.corpus.run_spec import Job
from detector.errors import ShardError

MANIFEST: Final = "manifest.json"
DATA: Final = "data"
LINES: Final = "lines"
REJECTS: Final = "rejects"


def rejected_counts(job: Job, shards: Sequence[Shard]) -> dict[str, int]:
    """Return why records were set aside, numbers and names left out, and how many."""
    found: Counter[str] = Counter()
    for shard in shards:
        path = job.folder().of("clean", shard.number) / "rejects.jsonl"
        if not path.exists():  # published before this run was stopped
            path = job.output / REJECTS / f"{shard.number:05d}.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        found.update(_sort_of(json.loads(line)["reason"]) for line in lines)
    return dict(sorted(found.items()))


def _sort_of(reason: str) -> str:
    """Return a reason without what differs from record to record."""
    short = reason.split(":", 1)[0]
    return (
        "".join("#" if char.isdigit() else char for char in short)[:80]
        if "'" not in short
        else (short.split("'")[0] + "…" + short.rsplit("'", 1)[1])
    )


def _duplicates(job: Job, shards: Sequence[Shard]) -> Iterator[bytes]:
    """Yield a line for each document that repeats an earlier one."""
    names: dict[str, str] = {}
    for shard in shards:
        names |= read_json(job.folder().of("out", shard.number) / "paired.json")
    groups = job.folder().step("groups")
    pairs = np.load(groups / "removed.npy", allow_pickle=False).tolist()
    similarity = np.load(groups / "similarity.npy", allow_pickle=False).tolist()
    for (document, kept), alike in zip(pairs, similarity, strict=True):
        row = {"id": names[str(document)], "duplicate_of": names[str(kept)], "similarity": round(alike, 4)}
        yield json_line(row)


def _write(path: Path, parts: Iterator[bytes]) -> None:
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        file.writelines(parts)
    unfinished.replace(path)


def _move(source: Path, target: Path) -> None:
    """Rename a file, unless that was done before."""
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def _move_shard(job: Job, shard: Shard) -> None:
    clean, out = job.folder().of("clean", shard.number), job.folder().of("out", shard.number) / DATA
    for file in sorted(out.rglob("*")):
        if file.is_file():
            _move(file, job.output / DATA / file.relative_to(out))
    if job.lines != "none":
        _move(clean / "lines.jsonl.zst", job.output / LINES / f"{shard.number:05d}.jsonl.zst")
    rejects = clean / "rejects.jsonl"
    if rejects.exists() and rejects.stat().st_size:
        _move(rejects, job.output / REJECTS / f"{shard.number:05d}.jsonl")


def publish(
    job: Job, shards: Sequence[Shard], report: Mapping[str, Any], manifest: Mapping[str, Any]
) -> None:
    """Publish a run. Stopped and called again, it goes on."""
    try:
        for shard in shards:
            _move_shard(job, shard)
        if job.corpus.duplicates:
            _write(job.output / "duplicates.jsonl", _duplicates(job, shards))
        write_json(job.output / "report.json", report)
        _write(job.output / "report.html", iter([report_page(report).encode("utf-8", "replace")]))
        write_json(job.output / MANIFEST, manifest)
        shutil.rmtree(job.folder().path)
    except OSError as error:
        raise ShardError(
            f"{job.output} cannot be published: {error.strerror or error}. All is done and kept in "
            f"{job.folder().path}: give the same command again"
        ) from None
