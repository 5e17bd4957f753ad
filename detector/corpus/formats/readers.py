"""Reads the records of a shard in order, in any format, and reports what cannot be read."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from detector.corpus.formats.csv_files import read_csv
from detector.corpus.formats.documents import (
    NO_PAGE,
    Document,
    Kind,
    Part,
    Records,
    Rejected,
    Shard,
    SiteWay,
    source_of,
)
from detector.corpus.formats.files import opened, refuse_changed
from detector.corpus.formats.intact_records import DAMAGE
from detector.corpus.formats.jsonl import read_jsonl
from detector.corpus.formats.kinds import plain_name
from detector.corpus.formats.parquet_files import read_parquet
from detector.corpus.formats.web_archives import read_warc
from detector.errors import PageError, in_words
from detector.files.limits import DEFAULT_LIMITS, ReadLimits
from detector.records import Format
from detector.settings import Columns
from detector.sites.addresses import address_of
from detector.sites.names import site_name
from detector.text.decoding import decode
from detector.text.page import Page, page_bytes

# Formats that are read as text; the format of other pages is detected.
TEXTS: Final = ".txt"


def read_page(part: Part, columns: Columns, limits: ReadLimits) -> Records:
    """Yield the only document of a page file."""
    most = limits.record_bytes
    with opened(part, limits) as file:
        data = file.read(most + 1)
    if len(data) > most:
        yield Rejected(part.name, 0, f"more than {most:,} bytes")
        return
    try:
        text = decode(page_bytes(data, limit=most)).text
    except PageError as error:
        yield Rejected(part.name, 0, str(error))
        return
    format: Format | None = "text" if plain_name(part.name.lower()).endswith(TEXTS) else None
    fields = {"id": part.name, columns.text: text}
    site, way = _site_of_page(part, text, format)
    yield Document(
        part.name, 0, part.name, False, text, format, None, site, source_of(part.name), fields, site_way=way
    )


def _site_of_page(part: Part, text: str, format: Format | None) -> tuple[str, SiteWay]:
    """Return the site of a page in a folder, from its folders or as the page declares it, and the way."""
    if part.site:
        return part.site, part.site_way
    declared = None if format == "text" else address_of(Page(text, "html"))
    return site_name(declared, None, "", part.name), "canonical_link" if declared else "none"


READERS: Final[Mapping[Kind, Callable[[Part, Columns, ReadLimits], Records]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "warc": read_warc,
    "page": read_page,
}


def _why(error: Exception) -> str:
    return in_words(error)[:200]


def read_part(
    part: Part,
    columns: Columns,
    limits: ReadLimits = DEFAULT_LIMITS,
    fields_file: Path | None = None,
    whole: bool = False,
) -> Records:
    """Yield the documents of a part in order, and the records that cannot be documents.

    limits: what a record and a file may unpack to; fields_file: where the other columns of Parquet go, see
    `read_parquet`; whole: read all its columns
    A file that breaks off (a cut gzip, for example) gives what stands before, and one `Rejected`.
    Raises `ShardError` for a file that cannot be read, or has changed since the run began.
    """
    number = part.first
    if part.fault:
        is_fault = not part.fault.startswith(NO_PAGE)
        yield Rejected(part.name, number, f"cannot be read: {part.fault}" if is_fault else part.fault)
        return
    try:
        if part.kind == "parquet":
            records = read_parquet(part, columns, limits, fields_file, whole)
        else:
            records = READERS[part.kind](part, columns, limits)
        for record in records:
            at = record.number if isinstance(record, Document) else record.record
            number = at + 1
            if part.taken is None or any(first <= at < end for first, end in part.taken):
                yield record
            elif all(end <= at for _, end in part.taken):
                return
    except DAMAGE as error:
        refuse_changed(part)
        yield Rejected(part.name, number, f"cannot be read from here to its end: {_why(error)}")


def read_shard(
    shard: Shard, columns: Columns, limits: ReadLimits = DEFAULT_LIMITS, fields_file: Path | None = None
) -> Records:
    """Yield the documents of a shard in order, and the records that cannot be documents; see `read_part`."""
    for part in shard.parts:
        yield from read_part(part, columns, limits, fields_file)
