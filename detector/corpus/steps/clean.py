"""Second pass: score each shard with the counts of its sites, decide, and store the clean texts."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from detector.corpus.formats.documents import Document, Rejected, Shard
from detector.corpus.line_records import LineRecord, line_records
from detector.corpus.parsed_shards import FormatPart, ParsedBatch, reason_of, stored_batches
from detector.corpus.report.line_tally import LineTally
from detector.corpus.rules import Rules
from detector.corpus.run_folder import damaged, new_folder, read_array, write_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.count import load_counts
from detector.corpus.steps.kept_lines import KeptLines, LineWords, kept_lines, words_of_lines
from detector.corpus.steps.left_out import WHY_EMPTY, why_empty
from detector.corpus.steps.merge import UsedIds
from detector.detector import Detector, score_read
from detector.errors import KernelError
from detector.files.json_lines import json_line
from detector.files.zstd_files import write_zstd
from detector.model.page_kinds import EMPTY, KINDS, LEAST_WORDS
from detector.records import Batch, Integers
from detector.results.batch import ScoredBatch
from detector.sites.recurrence import LineCounts, Sites
from detector.text.decoding import text_of
from detector.text.html import title_of

TEXTS: Final = "text.bin"
LINE_RECORDS: Final = "lines.jsonl.zst"
REJECTS: Final = "rejects.jsonl"
# A byte for each segment of the pages: 1 if it is kept.
KEPT: Final = "kept.bin"
# Fast; files are a tenth larger than with the default level.
ZSTD_LEVEL: Final = 3
# Fields of the arrays of `CleanPages`.
_TYPES: Final = (np.int64, np.int64, np.int64, np.uint8, np.float32, np.bool_, np.float32, np.int64)


class CleanPage(NamedTuple):
    """The result for a document.

    number: in its shard; text: the clean text, in UTF-8; before: bytes of its lines
    verdict: number of its kind (`verdict_name`); share: of its words that are content
    titled: whether its first line is in the title of the page (`is_titled`)
    standing: what its address says about whether it is an original (`sites.standing`)
    line_words: its segments, if passages are to be found
    empty: why nothing is left of it, or ""
    """

    number: int
    text: bytes
    before: int
    verdict: int
    share: float
    titled: bool
    standing: float
    lines: LineRecord
    line_words: LineWords | None = None
    empty: str = ""

    @property
    def size(self) -> int:
        """Bytes of the clean text."""
        return len(self.text)

    @property
    def segments(self) -> int:
        """Number of segments."""
        return len(self.lines.kept)


def _line_bytes(batch: Batch) -> Integers:
    """Return int64 (P,): bytes of each page's lines with line endings, without markup."""
    ends = np.concatenate(([0], np.cumsum(batch.line_end - batch.line_start + 1)))
    return np.diff(ends[batch.page_line])


def is_titled(text: bytes, title: str | None) -> bool:
    """Tell whether the first line of a clean text is in the `<title>`: an article's headline usually is."""
    headline = " ".join(text.partition(b"\n")[0].decode("utf-8", "replace").split()).casefold()
    return bool(headline) and headline in (title or "").casefold()


def text_sizes(folder: Path) -> Integers:
    """Return int64 (D,), bytes of the clean texts of a shard; raises `ShardError` if some are missing."""
    sizes, texts = read_array(folder / "size.npy"), folder / TEXTS
    there = texts.stat().st_size if texts.exists() else 0
    if there != sizes.sum():
        raise damaged(texts, f"{there:,} bytes instead of {sizes.sum():,}")
    return sizes


def verdict_name(number: int) -> str:
    """Return the kind of page for a stored number."""
    return (*KINDS, EMPTY)[number]


@dataclass(frozen=True)
class Cleaner:
    """Everything needed to clean the pages of a shard."""

    detector: Detector
    counts: LineCounts
    rules: Rules
    tally: LineTally
    with_line_words: bool = False

    def _scored(self, batch: ParsedBatch, part: FormatPart) -> ScoredBatch:
        sites = Sites(self.counts, batch.site_ids(part.positions), True)
        return score_read(part.read, self.detector.model, self.detector.settings, sites)

    def clean(self, batch: ParsedBatch, again: set[int]) -> tuple[list[CleanPage], list[Rejected]]:
        """Return the clean pages of a batch and the records set aside, both in order.

        again: numbers in the shard of documents with an id that was used before in their file
        """
        faults = {
            position: f"the id {document.id!r} was used before in this file"
            for position, document in enumerate(batch.documents)
            if batch.first + position in again
        }
        pages: dict[int, CleanPage] = {}
        for part in batch.parts:
            left = part.without(set(faults))
            if left is not None:
                pages.update({page.number: page for page in self._clean(batch, left, faults)})
        return [pages[number] for number in sorted(pages)], list(_set_aside(batch.records, faults))

    def _clean(self, batch: ParsedBatch, part: FormatPart, faults: dict[int, str]) -> Iterator[CleanPage]:
        """Yield the clean pages of one format; those that cannot be scored go to `faults`."""
        try:
            scored = self._scored(batch, part)
        except KernelError as error:
            if len(part.positions) == 1:
                faults[part.positions[0]] = reason_of(error)
                return
            for single in part.singly():
                yield from self._clean(batch, single, faults)
            return
        yield from self._decided(batch, part, scored)

    def _decided(self, batch: ParsedBatch, part: FormatPart, scored: ScoredBatch) -> Iterator[CleanPage]:
        documents = [batch.documents[position] for position in part.positions]
        result, why = self.rules.apply(scored, documents, join_lines=self.detector.settings.join_lines)
        records = line_records(result, why, documents)
        self.tally.add(result, why, records)
        content, words = result.decisions.content.T
        shares = np.round(content / np.maximum(words, 1), 3)
        verdicts = np.where(words < LEAST_WORDS, len(KINDS), result.kinds.share.argmax(axis=1))
        before = _line_bytes(result.batch)
        line_words = words_of_lines(result, documents) if self.with_line_words else repeat(None)
        text, start = result.clean.text.tobytes(), 0
        sizes = result.batch.segment_end - result.batch.segment_start
        segments = result.batch.page_segment().tolist()
        ends = zip(result.clean.page_end.tolist(), line_words, strict=False)
        for page, (end, words_of_page) in enumerate(ends):
            own, rows = text[start:end], slice(*segments[page : page + 2])
            yield CleanPage(
                number=batch.first + part.positions[page],
                text=own,
                before=int(before[page]),
                verdict=int(verdicts[page]),
                share=float(shares[page]),
                titled=is_titled(own, title_of(result.markup, page)),
                standing=documents[page].standing,
                lines=records[page],
                line_words=words_of_page,
                empty="" if text_of(own).strip() else why_empty(records[page], sizes[rows]),
            )
            start = end


def _set_aside(records: Sequence[Document | Rejected], faults: dict[int, str]) -> Iterator[Rejected]:
    position = 0
    for record in records:
        if isinstance(record, Rejected):
            yield record
            continue
        if position in faults:
            yield Rejected(record.file, record.number, faults[position])
        position += 1


class CleanPages(NamedTuple):
    """The clean documents of a shard (D of them).

    number: int64 (D,), the document's in the shard; size, before: int64 (D,), bytes of its clean text,
    and of its lines; verdict: uint8 (D,); share: float32 (D,); titled: bool (D,); standing: float32 (D,), see
    `CleanPage`
    segments: int64 (D,), number of its segments
    """

    number: Integers
    size: Integers
    before: Integers
    verdict: NDArray[np.uint8]
    share: NDArray[np.float32]
    titled: NDArray[np.bool_]
    standing: NDArray[np.float32]
    segments: Integers

    @classmethod
    def of(cls, pages: Sequence[CleanPage]) -> "CleanPages":
        """Return the results for some pages."""
        values = ([getattr(page, name) for page in pages] for name in cls._fields)
        return cls(*(np.array(column, kind) for column, kind in zip(values, _TYPES, strict=True)))

    @classmethod
    def load(cls, folder: Path) -> "CleanPages":
        """Read the results in a shard's folder; raises `ShardError` if they are damaged."""
        text_sizes(folder)
        return cls(*(read_array(folder / f"{name}.npy") for name in cls._fields))

    def save(self, folder: Path) -> None:
        """Write one file per array."""
        for name, array in self._asdict().items():
            np.save(folder / f"{name}.npy", array)


class _CleanShard:
    """The files of a shard that is being cleaned."""

    def __init__(self, folder: Path, with_lines: bool) -> None:
        self._with_lines = with_lines
        self._stack = ExitStack()
        self._texts = self._stack.enter_context((folder / TEXTS).open("wb"))
        lines = write_zstd(folder / LINE_RECORDS, ZSTD_LEVEL)
        self._lines = self._stack.enter_context(lines)
        self._rejects = self._stack.enter_context((folder / REJECTS).open("wb"))
        self._kept = self._stack.enter_context((folder / KEPT).open("wb"))
        self._pages = [CleanPages.of([])]
        self._line_words: list[LineWords] = []
        self.empty: dict[str, str] = {}

    def add(self, pages: Sequence[CleanPage], rejected: Sequence[Rejected]) -> None:
        """Write the pages of a batch."""
        self._texts.write(b"".join(page.text for page in pages))
        if self._with_lines:
            self._lines.write(b"".join(json_line(page.lines.as_dict()) for page in pages))
        self._kept.write(b"".join(bytes(page.lines.kept) for page in pages))
        self._pages.append(CleanPages.of(pages))
        self.empty |= {str(page.number): page.empty for page in pages if page.empty}
        self._line_words += [page.line_words for page in pages if page.line_words is not None]
        self._rejects.write(b"".join(json_line(record._asdict()) for record in rejected))

    def kept_lines(self) -> KeptLines:
        """Return the kept lines of all pages."""
        return kept_lines(self._line_words)

    def pages(self) -> CleanPages:
        """Return the results for all pages."""
        return CleanPages(*(np.concatenate(parts) for parts in zip(*self._pages, strict=True)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def clean_shard(spec: RunSpec, shard: Shard) -> None:
    """Clean one shard, unless it is finished."""
    run = spec.folder()
    target = run.of("clean", shard.number)
    if target.is_dir():
        return
    again, elsewhere = UsedIds.load(run.step("counts")).of(shard.number)
    counts = load_counts(run.step("counts"), mapped=True)
    find_passages = spec.corpus.passages != "keep"
    cleaner = Cleaner(spec.detector(), counts, Rules.of(spec.corpus), LineTally(), find_passages)
    with new_folder(target) as folder:
        with_lines = spec.lines != "none" or spec.corpus.passages == "drop"
        with _CleanShard(folder, with_lines) as files:
            first = shard.parts[0].first if spec.lines != "none" else None
            for batch in stored_batches(run.of("count", shard.number), first):
                files.add(*cleaner.clean(batch.renamed(elsewhere), again))
        files.pages().save(folder)
        if find_passages:
            files.kept_lines().save(folder)
        write_json(folder / "tally.json", cleaner.tally.as_dict())
        write_json(folder / WHY_EMPTY, files.empty)
