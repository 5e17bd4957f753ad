"""Third pass: write the records with their clean texts, without near-duplicates and empty documents."""

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, assert_never

import numpy as np
import xxhash

from detector.corpus.document_numbers import (
    Broken,
    DocumentNumbers,
    columns_of_numbers,
    first_broken,
    numbers_of,
)
from detector.corpus.earlier_runs import IDS
from detector.corpus.formats.documents import Document, Shard, in_its_file
from detector.corpus.formats.kinds import output_kind
from detector.corpus.formats.parquet_writers import FoundColumns, Parquet, SourceColumns
from detector.corpus.formats.writers import (
    Cleaned,
    Csv,
    JsonLines,
    Pages,
    WebArchive,
    Writer,
    column_names,
)
from detector.corpus.line_records import LineRecord, pieces
from detector.corpus.parsed_shards import FIELDS, RECORDS, stored_documents
from detector.corpus.report.site_ways import SiteWays
from detector.corpus.run_folder import damaged, new_folder, read_array, read_json, stored_lines, write_json
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.clean import LINE_RECORDS, TEXTS, ZSTD_LEVEL, CleanPages, verdict_name
from detector.corpus.steps.count import is_alone
from detector.corpus.steps.left_out import ALL_ELSEWHERE, FILTERED, WHY_EMPTY, row_of
from detector.corpus.steps.merge import UsedIds
from detector.corpus.steps.near_duplicates import STAYED
from detector.corpus.steps.passages import final_folder
from detector.corpus.token_counts import TOKENS, TokenCounter
from detector.files.json_lines import json_line
from detector.files.zstd_files import write_zstd
from detector.records import Integers
from detector.settings import CorpusSettings
from detector.text.decoding import text_of

# Lengths of documents are counted by powers of two.
LENGTH_BINS: Final = 28
# How many of the documents that a filter leaves out the report shows.
EXAMPLES: Final = 10
LONGEST_SHOWN: Final = 300
LONE_PAGES: Final = "(pages alone)"


class Fate(NamedTuple):
    """The outcome for a document: "kept", "empty", "duplicate" or "filtered", and its clean text.

    numbers, broken: of its clean text, and the filter that it does not pass, if these are wanted
    tokens: of its clean text, 0 if they are not counted; empty: why it is empty
    size: bytes of the clean text; before: bytes of its lines, of HTML without the markup
    """

    document: Document
    text: str
    size: int
    before: int
    fate: str
    verdict: str
    share: float
    numbers: DocumentNumbers | None = None
    broken: Broken | None = None
    tokens: int = 0
    empty: str = ""


class Repeating(NamedTuple):
    """Numbers of clean documents of a shard: near-duplicates of a kept one, and those in any pair."""

    removed: set[int]
    paired: set[int]


def repeating(spec: RunSpec, first: int, count: int) -> Repeating:
    """Return which documents of a shard are near-duplicates."""
    pairs: Integers = read_array(spec.folder().step("groups") / "removed.npy")
    here = (pairs >= first) & (pairs < first + count)
    removed = set((pairs[here[:, 0], 0] - first).tolist())
    return Repeating(removed, removed | set((pairs[here[:, 1], 1] - first).tolist()))


def fates(spec: RunSpec, shard: Shard, removed: set[int]) -> Iterator[Fate]:
    """Yield the outcome for each clean document of a shard; `removed` are the near-duplicates."""
    folder = final_folder(spec, shard.number)
    pages = CleanPages.load(folder)
    places = {number: place for place, number in enumerate(pages.number.tolist())}
    source = spec.folder().of("count", shard.number)
    reasons = read_json(spec.folder().of("clean", shard.number) / WHY_EMPTY)
    elsewhere = UsedIds.load(spec.folder().step("counts")).of(shard.number)[1]
    done = 0
    with (folder / TEXTS).open("rb") as texts:
        for number, document in enumerate(stored_documents(source, shard.parts[0].first)):
            if (place := places.get(number)) is None:
                continue  # set aside
            if number in elsewhere:
                document = in_its_file(document)
            size = int(pages.size[place])
            text = text_of(texts.read(size))
            fate = "empty" if not text.strip() else "duplicate" if place in removed else "kept"
            verdict, share = verdict_name(pages.verdict[place]), float(pages.share[place])
            found = Fate(document, text, size, int(pages.before[place]), fate, verdict, share)
            if fate == "empty":
                found = found._replace(empty=reasons.get(str(number), ALL_ELSEWHERE))
            yield _filtered(found, spec.corpus) if fate == "kept" else found
            done += 1
    if done < len(places):
        raise damaged(source / RECORDS, f"{len(places) - done} documents are missing")


def _filtered(fate: Fate, rules: CorpusSettings) -> Fate:
    """Return the outcome after the filters for a document that has been kept so far."""
    if not (rules.numbers or rules.filters.are_there()):
        return fate
    numbers = numbers_of(fate.text, fate.before)
    broken = first_broken(rules.filters, numbers, fate.verdict, fate.share)
    return fate._replace(numbers=numbers, broken=broken, fate="filtered" if broken else "kept")


def _with_tokens(spec: RunSpec, found: Iterator[Fate]) -> Iterator[Fate]:
    """Yield outcomes with the tokens of documents that are kept, if the rules name a tokenizer."""
    if spec.corpus.tokenizer is None:
        yield from found
        return
    counter = TokenCounter(spec.corpus.tokenizer)
    for fate in found:
        yield fate._replace(tokens=counter.count(fate.text)) if fate.fate == "kept" else fate


class DocumentTally:
    """Counts over documents: by site, by source, and by length.

    A row: documents, those kept, empty ones, duplicates, bytes of lines before, bytes after.
    """

    def __init__(self) -> None:
        self.sites: dict[str, list[int]] = {}
        self.sources: dict[str, list[int]] = {}
        self.ways = SiteWays()
        self.before = [0] * LENGTH_BINS
        self.after = [0] * LENGTH_BINS
        self.verdicts: Counter[str] = Counter()
        self.simplified = 0
        self.tokens = 0
        self.filtered: Counter[str] = Counter()
        self.examples: dict[str, list[list[Any]]] = {}

    def add(self, fate: Fate) -> None:
        """Count one document."""
        document, before = fate.document, fate.before
        kept = fate.fate == "kept"
        row = (1, kept, fate.fate == "empty", fate.fate == "duplicate", before, fate.size if kept else 0)
        site = LONE_PAGES if is_alone(document) else document.site
        for table, name in ((self.sites, site), (self.sources, document.source)):
            counts = table.setdefault(name, [0] * len(row))
            for at, number in enumerate(row):
                counts[at] += number
        self.ways.add(document.site_way, document.site)
        self.before[min(before.bit_length(), LENGTH_BINS - 1)] += 1
        if kept:
            self.after[min(fate.size.bit_length(), LENGTH_BINS - 1)] += 1
        self.verdicts[fate.verdict] += 1
        self.simplified += document.simplified is not None
        self.tokens += fate.tokens
        if fate.broken is not None:
            self.filtered[fate.broken.filter] += 1
            rank = xxhash.xxh3_64_intdigest(document.id.encode("utf-8", "replace"))
            example = [rank, document.id, fate.broken.value, fate.text[:LONGEST_SHOWN]]
            drawn = self.examples.setdefault(fate.broken.filter, [])
            self.examples[fate.broken.filter] = sorted([*drawn, example])[:EXAMPLES]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        return {
            "sites": self.sites,
            "sources": self.sources,
            "ways": self.ways.as_dict(),
            "before": self.before,
            "after": self.after,
            "verdicts": dict(sorted(self.verdicts.items())),
            "simplified": self.simplified,
            "tokens": self.tokens,
            "filtered": dict(sorted(self.filtered.items())),
            "examples": dict(sorted(self.examples.items())),
        }


def _lines(spec: RunSpec, shard: Shard) -> Iterator[list[dict[str, Any]] | None]:
    """Yield the lines of each document for the column, or None if there is no such column."""
    if spec.lines != "column":
        yield from repeat(None)
    path = final_folder(spec, shard.number) / LINE_RECORDS
    yield from stored_lines(path, _column_of)


def _column_of(line: bytes) -> list[dict[str, Any]]:
    return [piece._asdict() for piece in pieces(LineRecord(**json.loads(line)))]


def _cleaned(fate: Fate, lines: list[dict[str, Any]] | None, rules: CorpusSettings) -> Cleaned:
    numbers = fate.numbers.columns() if fate.numbers is not None and rules.numbers else {}
    if rules.tokenizer is not None:
        numbers[TOKENS] = fate.tokens
    return Cleaned(fate.document, fate.text, fate.verdict, fate.share, lines, numbers)


def _opened(spec: RunSpec, shard: Shard, folder: Path, kept: Callable[[], Iterator[Cleaned]]) -> Writer:
    """Open the writer of a shard's output; `kept` yields the documents, for the columns of tables."""
    kind = output_kind(spec.to, shard.parts[0].kind)
    path, columns = folder / shard.output, spec.columns
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "page":
        return Pages(folder, shard.output, {part.name: part.output for part in shard.parts if part.output})
    if kind == "warc":
        return WebArchive(path, columns)
    if kind == "csv":
        return Csv(path, columns, column_names(kept(), columns), spec.csv_safe)
    if kind == "jsonl":
        return JsonLines(path, columns)
    if kind != "parquet":
        assert_never(kind)
    numbers = columns_of_numbers() if spec.corpus.numbers else {}
    numbers |= {TOKENS: int} if spec.corpus.tokenizer is not None else {}
    fields = spec.folder().of("count", shard.number) / FIELDS
    if fields.exists():
        source = SourceColumns(fields, shard.parts[0].first)
        if columns.text in source.schema.names:
            return Parquet(path, source, columns, spec.lines == "column", numbers)
        source.close()
    return Parquet(path, FoundColumns(kept(), columns), columns, spec.lines == "column", numbers)


@contextmanager
def _ids_file(spec: RunSpec, folder: Path) -> Iterator[BinaryIO]:
    """Open the file of the ids of all clean documents; empty if neither an index nor passages are wanted."""
    with write_zstd(folder / IDS, ZSTD_LEVEL) as file:
        yield file if spec.corpus.index or spec.corpus.passages != "keep" else io.BytesIO()


def write_shard(spec: RunSpec, shard: Shard) -> None:
    """Write the output of one shard, unless it is finished."""
    target = spec.folder().of("out", shard.number)
    if target.is_dir():
        return
    firsts = read_array(spec.folder().step("groups") / "first.npy")
    tally = DocumentTally()
    first, end = firsts[shard.number : shard.number + 2].tolist()
    pairs, names = repeating(spec, first, end - first), {}

    def kept() -> Iterator[Cleaned]:
        lines: list[dict[str, Any]] | None = [] if spec.lines == "column" else None
        for fate in fates(spec, shard, pairs.removed):
            if fate.fate == "kept":
                yield _cleaned(fate, lines, spec.corpus)

    stayed = list[bool]()
    with new_folder(target) as folder:
        data = folder / "data"
        data.mkdir()
        with (
            closing(_opened(spec, shard, data, kept)) as writer,
            _ids_file(spec, folder) as ids,
            (folder / FILTERED).open("wb") as filtered,
        ):
            counted = _with_tokens(spec, fates(spec, shard, pairs.removed))
            done = zip(counted, _lines(spec, shard), strict=spec.lines == "column")
            for number, (fate, lines) in enumerate(done):
                tally.add(fate)
                stayed.append(fate.fate == "kept")
                ids.write(json_line(fate.document.id))
                filtered.write(row_of(fate.document.id, fate.broken, fate.empty))
                if number in pairs.paired:
                    names[str(first + number)] = fate.document.id
                if fate.fate == "kept":
                    writer.write(_cleaned(fate, lines, spec.corpus))
        write_json(folder / "tally.json", tally.as_dict())
        write_json(folder / "paired.json", names)
        np.save(folder / STAYED, np.array(stayed, np.bool_))
