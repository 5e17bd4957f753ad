"""Passages that are on several pages of a site: articles in archives, on tag pages and in print versions.

A line is on several pages if the clean texts of kept documents have the same words in the same order. One of
these pages is the original (`originals.ranked`). A passage is a run of lines with the same original, of at
least 24 words, one line of which has at least 8. The first line of a page, its headline, is part of a passage
only if nothing else is left of the page.

Lines are found by sorting their keys, one range of keys at a time: time is n log n in the number of lines,
and memory is about 60 bytes per document.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.corpus.earlier_runs import stored_ids
from detector.corpus.formats.documents import Shard
from detector.corpus.line_records import LineRecord, clean_again
from detector.corpus.rules import PASSAGE, RULES
from detector.corpus.run_folder import new_folder, read_array, stored_lines, write_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.clean import LINE_RECORDS, TEXTS, ZSTD_LEVEL, CleanPages
from detector.corpus.steps.kept_lines import LEAST_LINE_WORDS, LEAST_WORDS, KeptLines
from detector.corpus.steps.merge import between, boundaries
from detector.corpus.steps.originals import ranks
from detector.files.json_lines import json_line
from detector.files.zstd_files import write_zstd
from detector.records import Integers
from detector.text.decoding import utf8

FOUND: Final = "passages.npy"
TALLY: Final = "tally.json"


class Passages(NamedTuple):
    """Passages of a shard that are also on another page, all int64 (N,), by page and line.

    page: the document's position in its shard; first, end: segments, `end` after the last; words: number of
    words
    original: position in the corpus of the document with the original
    """

    page: Integers
    first: Integers
    end: Integers
    words: Integers
    original: Integers


def find_originals(spec: RunSpec, shards: Sequence[int], memory: int) -> None:
    """Find for each line the page that is its original, unless that is finished.

    Writes one int64 array per shard: for each of its kept lines (`KeptLines`) the position of the original
    among the documents of the run, or -1 for the original itself and for lines on one page only.
    """
    target, run = spec.folder().step("originals"), spec.folder()
    if spec.corpus.passages == "keep" or target.is_dir():
        return
    rank, first = ranks(spec, shards), read_array(run.step("groups") / "first.npy")
    first = first - first[0]
    folders = [run.of("clean", shard) for shard in shards]
    sizes = [KeptLines.load(folder, mapped=True).key.size for folder in folders]
    with new_folder(target) as folder:
        names = [folder / f"{shard:05d}.npy" for shard in shards]
        for name, size in zip(names, sizes, strict=True):
            np.save(name, np.full(size, -1, np.int64))
        for start, end in pairwise(boundaries(sum(sizes), memory)):
            parts = [_lines_between(folder, start, end) for folder in folders]
            for at, found in enumerate(_originals(parts, rank, first)):
                if found.size:
                    stored = np.load(names[at], mmap_mode="r+")
                    rows = between(KeptLines.load(folders[at], mapped=True).key, start, end)
                    stored[rows] = found
                    stored.flush()


def _lines_between(folder: Path, start: int, end: int) -> KeptLines:
    """Return a copy of a shard's lines in a range of keys."""
    lines = KeptLines.load(folder, mapped=True)
    rows = between(lines.key, start, end)
    return KeptLines(*(np.array(column[rows]) for column in lines))


def _originals(parts: Sequence[KeptLines], rank: Integers, first: Integers) -> Iterator[Integers]:
    """Yield for the lines of each shard in a range of keys the position of the original, or -1."""
    key = np.concatenate([part.key for part in parts])
    page = np.concatenate([part.page + begin for part, begin in zip(parts, first.tolist(), strict=False)])
    found = np.full(key.size, -1, np.int64)
    stays = np.flatnonzero(rank[page] >= 0)
    order = stays[np.lexsort((rank[page[stays]], key[stays]))]
    if order.size:
        new = np.concatenate((np.ones(1, np.bool_), key[order][1:] != key[order][:-1]))
        best = page[order][np.flatnonzero(new)[np.cumsum(new) - 1]]
        found[order] = np.where(best == page[order], -1, best)
    start = 0
    for part in parts:
        yield found[start : start + part.key.size]
        start += part.key.size


def passages_of(lines: KeptLines, original: Integers, least_words: int = LEAST_WORDS) -> Passages:
    """Return the runs of lines of a shard with the same original.

    original: int64 (K,), for each line, or -1
    """
    order = np.lexsort((lines.segment, lines.page))
    page, segment, words, original = (
        column[order] for column in (lines.page, lines.segment, lines.words, original)
    )
    if not order.size:
        return Passages(page, segment, segment, words, original)
    top = np.concatenate((np.ones(1, np.bool_), page[1:] != page[:-1]))
    below = np.where(top, -1, original)
    start = np.flatnonzero(top | np.concatenate((np.ones(1, np.bool_), below[1:] != below[:-1])))
    last = np.append(start[1:], order.size) - 1
    found = (below[start] >= 0) & (np.add.reduceat(words, start) >= least_words)
    found &= np.maximum.reduceat(words, start) >= LEAST_LINE_WORDS
    start, last = start[found], last[found]
    start = start - _with_headline(start, last, top, original)
    total = np.concatenate((np.zeros(1, np.int64), np.cumsum(words)))
    return Passages(
        page[start], segment[start], segment[last] + 1, total[last + 1] - total[start], original[start]
    )


def _with_headline(start: Integers, last: Integers, top: NDArray[np.bool_], original: Integers) -> Integers:
    """Return 1 for passages that the headline above goes with, as nothing else is left of the page, else 0.

    start, last: rows of the first and the last line of each passage
    top, original: for each row, whether it is the first of its page, and its original
    """
    edges = np.zeros(top.size + 1, np.int64)
    edges[start] += 1
    edges[last + 1] -= 1
    page = np.cumsum(top) - 1
    left = np.bincount(page, np.cumsum(edges)[:-1] == 0)
    goes: Integers = top[start - 1] & (left[page[start]] == 1) & (original[start - 1] == original[start])
    return goes.astype(np.int64)


def final_folder(spec: RunSpec, shard: int) -> Path:
    """Return the folder with the clean texts and line records that are published."""
    return spec.folder().of("passages" if spec.corpus.passages == "drop" else "clean", shard)


def passages_shard(spec: RunSpec, shard: Shard) -> None:
    """Find the passages of a shard and leave them out, or only list them, unless that is finished."""
    run = spec.folder()
    target, source = run.of("passages", shard.number), run.of("clean", shard.number)
    if target.is_dir():
        return
    lines = KeptLines.load(source)
    found = passages_of(lines, read_array(run.step("originals") / f"{shard.number:05d}.npy"))
    with new_folder(target) as folder:
        np.save(folder / FOUND, np.column_stack(found))
        if spec.corpus.passages == "drop":
            _without(spec, source, folder, found)
        write_json(
            folder / TALLY,
            {
                "passages": int(found.page.size),
                "documents": int(np.unique(found.page).size),
                "words": int(found.words.sum()),
            },
        )


def _without(spec: RunSpec, source: Path, folder: Path, found: Passages) -> None:
    """Write the clean texts and the line records of a shard without its passages."""
    pages = CleanPages.load(source)
    cut = dict[int, list[tuple[int, int]]]()
    rows = (found.page.tolist(), found.first.tolist(), found.end.tolist())
    for page, first, end in zip(*rows, strict=True):
        cut.setdefault(page, []).append((first, end))
    sizes = pages.size.copy()
    with (
        (source / TEXTS).open("rb") as texts,
        (folder / TEXTS).open("wb") as written,
        write_zstd(folder / LINE_RECORDS, ZSTD_LEVEL) as records,
    ):
        for place, line in enumerate(stored_lines(source / LINE_RECORDS, bytes)):
            text = texts.read(int(pages.size[place]))
            if place in cut:
                record = without_passages(LineRecord(**json.loads(line)), cut[place])
                text = utf8(clean_again(record, None, join_lines=spec.settings.join_lines))
                line = json_line(record.as_dict())
            written.write(text)
            records.write(line)
            sizes[place] = len(text)
    pages._replace(size=sizes).save(folder)


def without_passages(record: LineRecord, passages: Sequence[tuple[int, int]]) -> LineRecord:
    """Return a record whose passages are dropped; lines that were dropped before keep their reason.

    passages: first segment of each, and the one after its last
    """
    kept, reasons = list(record.kept), list(record.reasons)
    for first, end in passages:
        for at in range(first, end):
            if kept[at]:
                kept[at], reasons[at] = 0, RULES[PASSAGE]
    return replace(record, kept=kept, reasons=reasons)


def listed_passages(
    spec: RunSpec, shards: Sequence[int], folders: Sequence[Path]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each passage of a run, for `passages.jsonl`.

    folders: of the written shards, with the ids of their documents
    """
    first = read_array(spec.folder().step("groups") / "first.npy")
    first = first - first[0]
    found = [read_array(spec.folder().of("passages", shard) / FOUND) for shard in shards]
    originals = np.unique(np.concatenate([np.zeros(0, np.int64), *(rows[:, 4] for rows in found)]))
    known = dict[int, str]()
    for folder, (begin, end) in zip(folders, pairwise(first.tolist()), strict=True):
        here = originals[(originals >= begin) & (originals < end)]
        if here.size:
            ids = stored_ids(folder)
            known |= {at: ids[at - begin] for at in here.tolist()}
    for rows, folder in zip(found, folders, strict=True):
        ids = stored_ids(folder) if rows.size else []
        for page, start, end, words, original in rows.tolist():
            yield {
                "id": ids[page],
                "first_line": start,
                "lines": end - start,
                "words": words,
                "original": known[original],
            }
