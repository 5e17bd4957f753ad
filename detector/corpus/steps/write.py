"""Third pass: the records once more, with clean text, without what repeats or is empty."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import repeat
from typing import Any, Final, NamedTuple

import numpy as np

from detector.corpus.batches import records_of
from detector.corpus.formats.documents import Document, Kind, Shard
from detector.corpus.formats.files import opened
from detector.corpus.formats.writers import ENDINGS, Cleaned, writer_of
from detector.corpus.line_records import pieces
from detector.corpus.run_folder import whole_folder, write_json
from detector.corpus.run_spec import Job
from detector.corpus.steps.clean import verdict_name
from detector.records import Integers
from detector.sites.names import LONE
from detector.text.decoding import text_of, utf8

# Lengths of documents are counted by powers of two.
LENGTH_BINS: Final = 28
LONE_PAGES: Final = "(pages alone)"


class Fate(NamedTuple):
    """What became of a document: "kept", "empty" or "duplicate"; its clean text.

    before: bytes of its lines, of HTML without the markup
    """

    document: Document
    text: str
    before: int
    fate: str
    verdict: str
    share: float


class Repeating(NamedTuple):
    """Numbers in a shard: documents that repeat an earlier one, and those that are in any pair."""

    removed: set[int]
    paired: set[int]


def repeating(job: Job, first: int, count: int) -> Repeating:
    """Return which documents of a shard repeat others."""
    pairs: Integers = np.load(job.folder().step("groups") / "removed.npy", allow_pickle=False)
    here = (pairs >= first) & (pairs < first + count)
    removed = set((pairs[here[:, 0], 0] - first).tolist())
    return Repeating(removed, removed | set((pairs[here[:, 1], 1] - first).tolist()))


def fates(job: Job, shard: Shard, removed: set[int]) -> Iterator[Fate]:
    """Yield what became of each document of a shard; `removed` are those that repeat others."""
    folder = job.folder().of("clean", shard.number)
    size = np.load(folder / "size.npy", allow_pickle=False).tolist()
    verdicts = np.load(folder / "verdict.npy", allow_pickle=False).tolist()
    shares = np.load(folder / "share.npy", allow_pickle=False).tolist()
    before = np.load(folder / "before.npy", allow_pickle=False).tolist()
    at = 0
    with (folder / "text.bin").open("rb") as texts:
        for record in records_of(job, shard):
            if isinstance(record, Document):
                text = text_of(texts.read(size[at]))
                fate = "empty" if not text.strip() else "duplicate" if at in removed else "kept"
                yield Fate(record, text, before[at], fate, verdict_name(verdicts[at]), shares[at])
                at += 1


class DocumentTally:
    """Counts over documents: by site, by source, and by length.

    A row: documents, those kept, empty ones, duplicates, bytes of lines before, bytes after.
    """

    def __init__(self) -> None:
        self.sites: dict[str, list[int]] = {}
        self.sources: dict[str, list[int]] = {}
        self.before = [0] * LENGTH_BINS
        self.after = [0] * LENGTH_BINS
        self.verdicts: Counter[str] = Counter()

    def add(self, fate: Fate) -> None:
        """Count one."""
        document = fate.document
        before, text = fate.before, len(utf8(fate.text))
        kept = fate.fate == "kept"
        row = (1, kept, fate.fate == "empty", fate.fate == "duplicate", before, text if kept else 0)
        site = LONE_PAGES if document.site.startswith(LONE) else document.site
        for table, name in ((self.sites, site), (self.sources, document.source)):
            counts = table.setdefault(name, [0] * len(row))
            for at, number in enumerate(row):
                counts[at] += number
        self.before[min(before.bit_length(), LENGTH_BINS - 1)] += 1
        if kept:
            self.after[min(text.bit_length(), LENGTH_BINS - 1)] += 1
        self.verdicts[fate.verdict] += 1

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {
            "sites": self.sites,
            "sources": self.sources,
            "before": self.before,
            "after": self.after,
            "verdicts": dict(sorted(self.verdicts.items())),
        }


def output_kind(to: str, kind: Kind) -> Kind:
    """Return what an output is: `to`, or for "same" what the input is."""
    return kind if to == "same" else ENDINGS[to]


def _lines(job: Job, shard: Shard) -> Iterator[list[dict[str, Any]] | None]:
    """Yield each document's lines for the column; None without end if there is none."""
    if job.lines != "column":
        yield from repeat(None)
    with opened(str(job.folder().of("clean", shard.number) / "lines.jsonl.zst")) as file:
        for line in file:
            yield pieces(json.loads(line))


def write_shard(job: Job, shard: Shard) -> None:
    """Write one shard's output, unless it is done."""
    target = job.folder().of("out", shard.number)
    if target.is_dir():
        return
    firsts = np.load(job.folder().step("groups") / "first.npy", allow_pickle=False)
    kind = output_kind(job.to, shard.parts[0].kind)
    tally = DocumentTally()
    first, end = firsts[shard.number : shard.number + 2].tolist()
    pairs, names = repeating(job, first, end - first), {}
    with whole_folder(target) as folder:
        data = folder / "data"
        data.mkdir()
        column = job.lines == "column"
        with closing(writer_of(data, shard, kind, job.columns, column)) as writer:
            done = fates(job, shard, pairs.removed)
            for number, (fate, lines) in enumerate(zip(done, _lines(job, shard), strict=column)):
                tally.add(fate)
                if number in pairs.paired:
                    names[str(first + number)] = fate.document.id
                if fate.fate == "kept":
                    writer.write(Cleaned(fate.document, fate.text, fate.verdict, fate.share, lines))
        write_json(folder / "tally.json", tally.as_dict())
        write_json(folder / "paired.json", names)
