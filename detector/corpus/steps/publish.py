"""Publishing: finished files are renamed into the output folder, the manifest last.

OUT/data/          the clean corpus, named after the inputs
OUT/lines/         each document's lines with scores and reasons: `detector restore` reads them
OUT/rejects/       records that were set aside: file, record, reason
OUT/index/         what a later run goes on from
OUT/duplicates.jsonl, filtered.jsonl, passages.jsonl, report.html, report.json, manifest.json
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from detector.corpus.earlier_runs import IDS, INDEX, INDEX_FILE, earlier_shards, index_of
from detector.corpus.formats.documents import NO_PAGE, OTHER_TYPE, Shard
from detector.corpus.report.page import report_page
from detector.corpus.run_folder import (
    CHECKSUMS,
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
from detector.corpus.steps.left_out import FILTERED
from detector.corpus.steps.near_duplicates import STAYED
from detector.corpus.steps.passages import final_folder, listed_passages
from detector.errors import ShardError
from detector.files.atomic import new_file, write_json
from detector.files.json_lines import json_line
from detector.records import Integers

DATA: Final = "data"
LINES: Final = "lines"
REJECTS: Final = "rejects"
# A number that differs between records: not a limit ("more than 100"), and no part of a name ("UTF-8").
_NUMBER: Final = re.compile(r"(?<!more than )(?<![\w,-])\d[\d,]*")
# The most different reasons to count, apart from the rest: content types may be anything.
MOST_SORTS: Final = 100
# What a later run builds on, by step.
INDEXED: Final[Mapping[str, tuple[str, ...]]] = {
    "count": ("key.npy", "pages.npy", "site.npy", "site_pages.npy", "pages.zst", "records.jsonl.zst"),
    "clean": (*(f"{name}.npy" for name in clean.CleanPages._fields), clean.TEXTS, clean.KEPT),
    "sketches": ("*.npy",),
    "out": (IDS, STAYED),
}


def rejected_counts(spec: RunSpec, shards: Sequence[Shard]) -> dict[str, int]:
    """Return the reasons why records were set aside, without numbers and names, and their counts."""
    found: Counter[str] = Counter()
    for shard in shards:
        path = spec.folder().of("clean", shard.number) / clean.REJECTS
        if not path.exists():  # published before this run was stopped
            path = spec.output / REJECTS / f"{shard.number:05d}.jsonl"
        # Split at line feeds only: names may contain other characters that Python treats as line ends.
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        for line in filter(None, lines):
            sort = _sort_of(json.loads(line)["reason"])
            found[sort if sort in found or len(found) < MOST_SORTS else _others(sort)] += 1
    return dict(sorted(found.items()))


def _others(sort: str) -> str:
    """Return where further sorts of reasons are counted, after too many different ones."""
    return f"{OTHER_TYPE}others" if sort.startswith(OTHER_TYPE) else "others"


def _sort_of(reason: str) -> str:
    """Return a reason without the parts that differ between records."""
    if reason.startswith(NO_PAGE):
        return reason
    short = reason.split(":", 1)[0]
    if "'" in short:
        return short.split("'")[0] + "…" + short.rsplit("'", 1)[1]
    return _NUMBER.sub("…", short)[:80]


def _duplicates(spec: RunSpec, shards: Sequence[Shard]) -> Iterator[bytes]:
    """Yield a row for each document that repeats a kept one."""
    names: dict[str, str] = {}
    for shard in shards:
        names |= read_json(spec.folder().of("out", shard.number) / "paired.json")
    groups = spec.folder().step("groups")
    pairs = read_array(groups / "removed.npy")
    similarity = read_array(groups / "similarity.npy").tolist()
    before = earlier_documents(spec, pairs[:, 1])
    for (document, kept), alike in zip(pairs.tolist(), similarity, strict=True):
        of = before[kept].id if kept in before else names[str(kept)]
        row = {"id": names[str(document)], "duplicate_of": of, "similarity": round(alike, 4)}
        yield json_line({**row, "run": before[kept].run} if kept in before else row)


class EarlierDocument(NamedTuple):
    """A document of an earlier run: its id, and that of the run."""

    id: str
    run: str


def earlier_documents(spec: RunSpec, positions: Integers) -> dict[int, EarlierDocument]:
    """Return the documents of earlier runs among some positions in the corpus."""
    first = read_array(spec.folder().step("groups") / "earlier.npy")
    wanted = np.unique(positions[positions < first[-1]])
    found: dict[int, EarlierDocument] = {}
    for shard, begin, end in zip(
        earlier_shards(spec.since), first[:-1].tolist(), first[1:].tolist(), strict=True
    ):
        here = wanted[(wanted >= begin) & (wanted < end)]
        if here.size:
            ids, rows = shard.ids(), np.flatnonzero(read_array(shard.of("out") / STAYED))
            found |= {at: EarlierDocument(ids[rows[at - begin]], shard.run.run) for at in here.tolist()}
    return found


def _passages(spec: RunSpec, shards: Sequence[Shard]) -> Iterator[bytes]:
    """Yield a row for each passage that is also on another page."""
    folders = [spec.folder().of("out", shard.number) for shard in shards]
    for row in listed_passages(spec, [shard.number for shard in shards], folders):
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
            raise ShardError(f"{target} already exists: move it away, and run the same command again")
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    elif checksum_of(target) != files_of(step)[name]:  # since a run was stopped here
        raise ShardError(
            f"{target} is damaged (it is not what was written): "
            f"delete the folder {spec.output} and run the same command again"
        )


def _move_shard(spec: RunSpec, shard: Shard) -> None:
    done, out = spec.folder().of("clean", shard.number), spec.folder().of("out", shard.number)
    for name in files_of(out):
        if name.startswith(f"{DATA}/"):
            _move(spec, out, name, name)
    if spec.lines != "none":
        final = final_folder(spec, shard.number)
        _move(spec, final, clean.LINE_RECORDS, f"{LINES}/{shard.number:05d}.jsonl.zst")
    if files_of(done)[clean.REJECTS][0]:
        _move(spec, done, clean.REJECTS, f"{REJECTS}/{shard.number:05d}.jsonl")


def _move_index(spec: RunSpec, shards: Sequence[Shard]) -> None:
    """Move what a later run builds on (`earlier_runs`)."""
    for shard in shards:
        for step, patterns in INDEXED.items():
            folder = spec.folder().of(step, shard.number)
            if not folder.exists():
                continue  # there are no sketches if near-duplicates are kept
            target = f"{INDEX}/{step}/{folder.name}"
            files = {
                name: checksum
                for name, checksum in files_of(folder).items()
                if any(fnmatch(name, pattern) for pattern in patterns)
            }
            for name in files:
                _move(spec, folder, name, f"{target}/{name}")
            write_json(spec.output / target / CHECKSUMS, files)
    write_json(spec.output / INDEX / INDEX_FILE, index_of(spec.output, len(shards), spec.since))


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
        folders = [spec.folder().of("out", shard.number) for shard in shards]
        _write(spec.output / FILTERED, ((folder / FILTERED).read_bytes() for folder in folders))
        if spec.corpus.passages != "keep":
            _write(spec.output / "passages.jsonl", _passages(spec, shards))
        if spec.corpus.index:
            _move_index(spec, shards)
        write_json(spec.output / "report.json", report)
        _write(spec.output / "report.html", iter([report_page(report).encode("utf-8", "replace")]))
        write_json(spec.output / MANIFEST, manifest)
        shutil.rmtree(spec.folder().path)
    except OSError as error:
        raise ShardError(
            f"{spec.output} cannot be published: {error.strerror or error}. The finished work is kept in "
            f"{spec.folder().path}: run the same command again"
        ) from None
