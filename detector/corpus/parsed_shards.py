"""What the first pass stores for a shard, so that later passes need not read or parse the input again.

records.jsonl.zst    the documents without what cleaning replaces, and the records set aside, in order
pages.zst            their pages as lines, with the markup of HTML, batch by batch
fields.arrow         for Parquet, all columns except the text

A parsed HTML page takes a twentieth of its size (10 MB for 164 MB, measured on 500 pages of the web), so
reading it is much cheaper than parsing the HTML again (docs/architecture.md).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np

from detector.corpus.formats.documents import Document, Records, Rejected, in_its_file
from detector.corpus.formats.parquet_files import CopiedFields
from detector.corpus.run_folder import damaged, stored_lines
from detector.errors import DetectorError, KernelError, PageError
from detector.files.arrays import array_from, bytes_of
from detector.files.json_lines import json_line
from detector.files.zstd_files import ZstdError, read_zstd, write_zstd
from detector.records import Batch, Format, Integers, Markup
from detector.sites.standing import standing_of
from detector.text.formats import found_format
from detector.text.html import why_simplified
from detector.text.keys import site_id
from detector.text.page import Page
from detector.text.plain import segmented
from detector.text.read import ReadBatch, by_format, read_batch, some_pages
from detector.text.words import words_of

RECORDS: Final = "records.jsonl.zst"
PAGES: Final = "pages.zst"
FIELDS: Final = "fields.arrow"
# The fastest level: the file is read only once.
ZSTD_LEVEL: Final = 1
# What a record that is set aside counts for the size of a batch: images of an archive may be millions.
REJECTED_SIZE: Final = 200
# Marks the end, where the numbers of records and parts of a batch would be.
END: Final = [-1, 0]
# The stored fields of a batch. The others can be computed from these.
KEPT: Final = ("data", "line_start", "line_end", "page_line")


class FormatPart(NamedTuple):
    """The pages of a batch with one format. positions: of their documents in the batch."""

    positions: list[int]
    read: ReadBatch

    def without(self, positions: set[int]) -> "FormatPart | None":
        """Return the part without some documents; None if nothing is left."""
        stay = [at for at, position in enumerate(self.positions) if position not in positions]
        if len(stay) == len(self.positions):
            return self
        return FormatPart([self.positions[at] for at in stay], some_pages(self.read, stay)) if stay else None

    def singly(self) -> "Iterator[FormatPart]":
        """Yield the pages one by one."""
        for at, position in enumerate(self.positions):
            yield FormatPart([position], some_pages(self.read, [at]))


@dataclass(frozen=True)
class ParsedBatch:
    """Consecutive documents of a shard, and their parsed pages.

    first: number of the first document in the shard
    records: the documents and the records set aside, in order
    """

    first: int
    records: list[Document | Rejected]
    parts: list[FormatPart]

    @cached_property
    def documents(self) -> list[Document]:
        """The documents."""
        return [record for record in self.records if isinstance(record, Document)]

    def renamed(self, numbers: set[int]) -> "ParsedBatch":
        """Return the batch with some documents, by their numbers in the shard, named after their file."""
        wanted = {number - self.first for number in numbers} & set(range(len(self.documents)))
        if not wanted:
            return self
        documents = (
            in_its_file(document) if at in wanted else document for at, document in enumerate(self.documents)
        )
        records = [next(documents) if isinstance(record, Document) else record for record in self.records]
        return replace(self, records=records)

    def without(self, leaves_out: Callable[[Document], bool]) -> "ParsedBatch":
        """Return the batch with the same records, but without the parsed pages of some documents."""
        positions = {at for at, document in enumerate(self.documents) if leaves_out(document)}
        if not positions:
            return self
        parts = [left for part in self.parts if (left := part.without(positions)) is not None]
        return ParsedBatch(self.first, self.records, parts)

    def site_ids(self, positions: Sequence[int]) -> Integers:
        """Return int64: the sites of some documents."""
        return np.array([site_id(self.documents[at].site) for at in positions], np.int64)


def _page_of(document: Document, format: Format | None) -> Page:
    """Return the page of a document."""
    found = document.format or format or found_format(document.text)
    return Page(document.text, found, url=document.url)


def reason_of(error: DetectorError) -> str:
    """Return why a page that could not be read or scored is set aside."""
    is_ours = isinstance(error, KernelError)
    return f"a fault of this package, please report it: {error}" if is_ours else str(error)


def _parsed(first: int, records: list[Document | Rejected], format: Format | None) -> ParsedBatch:
    """Parse the pages of a batch; set aside those that cannot be parsed."""
    pages = [_page_of(record, format) for record in records if isinstance(record, Document)]
    try:
        parts = [FormatPart(rows, read_batch([pages[at] for at in rows])) for rows in by_format(pages)]
        return ParsedBatch(first, _described(records, pages, parts), parts)
    except (PageError, KernelError):
        return _parsed_singly(first, records, pages)


def _parsed_singly(first: int, records: list[Document | Rejected], pages: Sequence[Page]) -> ParsedBatch:
    parts: list[FormatPart] = []
    left: list[Document | Rejected] = []
    read: list[Page] = []
    waiting = iter(pages)
    documents = 0
    for record in records:
        if isinstance(record, Rejected):
            left.append(record)
            continue
        page = next(waiting)
        try:
            parts.append(FormatPart([documents], read_batch([page])))
        except (PageError, KernelError) as error:
            left.append(Rejected(record.file, record.number, reason_of(error)))
        else:
            left.append(record)
            read.append(page)
            documents += 1
    return ParsedBatch(first, _described(left, read, parts), parts)


def _described(
    records: list[Document | Rejected], pages: Sequence[Page], parts: Sequence[FormatPart]
) -> list[Document | Rejected]:
    """Return the records with what their pages tell: standings, and why HTML was read in a simpler way."""
    simplified = {part.positions[at] for part in parts for at in part.read.simplified}
    found = (
        (
            standing_of(page.url, page.text if page.format == "html" else None),
            why_simplified(page.utf8()) if at in simplified else None,
        )
        for at, page in enumerate(pages)
    )
    described: list[Document | Rejected] = []
    for record in records:
        if isinstance(record, Document):
            standing, reason = next(found)
            record = replace(record, standing=standing, simplified=reason)
        described.append(record)
    return described


def parsed_batches(records: Records, format: Format | None, most: int) -> Iterator[ParsedBatch]:
    """Yield records in batches of about `most` characters, with parsed pages.

    Records set aside after the last document come in a batch without documents.
    """
    batch: list[Document | Rejected] = []
    size = first = 0
    for record in records:
        batch.append(record)
        size += len(record.text) if isinstance(record, Document) else REJECTED_SIZE
        if size >= most:
            parsed = _parsed(first, batch, format)
            yield parsed
            first += len(parsed.documents)
            batch, size = [], 0
    if batch:
        yield _parsed(first, batch, format)


class ShardWriter:
    """Writes the parsed pages of a shard. target: the column that the clean texts go to."""

    def __init__(self, folder: Path, target: str, with_fields: bool) -> None:
        self._target, self._with_fields = target, with_fields
        self._records = write_zstd(folder / RECORDS, ZSTD_LEVEL)
        self._pages = write_zstd(folder / PAGES, ZSTD_LEVEL)

    def add(self, batch: ParsedBatch) -> None:
        """Write a batch."""
        self._records.write(b"".join(json_line(self._row(record)) for record in batch.records))
        counts = (len(batch.records), len(batch.parts))
        self._pages.write(bytes_of(np.array(counts, np.int64)))
        for part in batch.parts:
            read = part.read
            arrays = [np.array(part.positions, np.int64), *(getattr(read.batch, name) for name in KEPT)]
            arrays += [np.array([read.markup is not None]), *(read.markup or ())]
            self._pages.write(b"".join(map(bytes_of, arrays)))

    def _row(self, record: Document | Rejected) -> dict[str, Any]:
        if isinstance(record, Rejected):
            return record._asdict()
        row = {name: getattr(record, name) for name in Document.__slots__}
        fields = {**record.fields, self._target: ""} if self._with_fields else {}
        return {**row, "text": "", "fields": fields}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._pages.write(bytes_of(np.array(END, np.int64)))
        self._records.close()
        self._pages.close()


def _stored_records(folder: Path) -> Iterator[Document | Rejected]:
    """Yield the records of a shard; those of Parquet without fields."""
    return stored_lines(folder / RECORDS, _stored_record)


def _stored_record(line: bytes) -> Document | Rejected:
    row = json.loads(line)
    return Rejected(**row) if "reason" in row else Document(**row)


def stored_documents(folder: Path, first_record: int) -> Iterator[Document]:
    """Yield the documents of a shard with their fields, without their texts.

    first_record: number of the shard's first record in its file
    """
    return (record for record in _with_fields(folder, first_record) if isinstance(record, Document))


def _with_fields(folder: Path, first_record: int) -> Iterator[Document | Rejected]:
    """Yield the records of a shard, those of Parquet with the fields that have a file of their own."""
    if not (folder / FIELDS).exists():
        yield from _stored_records(folder)
        return
    number = first_record
    with closing(CopiedFields(folder / FIELDS)) as fields:
        rows = fields.rows()
        for record in _stored_records(folder):
            if isinstance(record, Rejected):
                yield record
                continue
            for row in rows:
                number += 1
                if number > record.number:
                    yield replace(record, fields=row)
                    break
            else:
                raise damaged(folder / FIELDS, f"row {record.number} is missing")


def _stored_part(file: Any) -> FormatPart:  # noqa: ANN401
    positions = array_from(file).tolist()
    data, line_start, line_end, page_line = (array_from(file) for _ in KEPT)
    batch: Batch = segmented(data, line_start, line_end, page_line)
    is_html = bool(array_from(file)[0])
    markup = Markup(*(array_from(file) for _ in Markup._fields)) if is_html else None
    return FormatPart(positions, ReadBatch(batch, words_of(batch), markup))


def stored_batches(folder: Path, first_record: int | None) -> Iterator[ParsedBatch]:
    """Yield the batches that `ShardWriter` wrote; raises `ShardError` if they are damaged.

    first_record: number of the shard's first record in its file; None if no fields are wanted
    """
    path, first = folder / PAGES, 0
    records = _stored_records(folder) if first_record is None else _with_fields(folder, first_record)
    try:
        with read_zstd(path) as file:
            while (counts := array_from(file).tolist()) != END:
                n_records, n_parts = counts
                parts = [_stored_part(file) for _ in range(n_parts)]
                batch = ParsedBatch(first, [next(records) for _ in range(n_records)], parts)
                yield batch
                first += len(batch.documents)
    except (OSError, EOFError, ZstdError, ValueError, StopIteration) as error:
        raise damaged(path, error) from None
