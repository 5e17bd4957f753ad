"""The records of a shard, in order, whatever the format; what cannot be read is said."""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

import zstandard

from detector.corpus.formats.documents import (
    Document,
    Kind,
    Part,
    Records,
    Rejected,
    Shard,
    source_of,
)
from detector.corpus.formats.files import opened, plain_name
from detector.corpus.formats.jsonl import LONGEST, read_jsonl
from detector.corpus.formats.tables import read_csv, read_parquet
from detector.corpus.formats.web_archives import read_warc
from detector.records import Format
from detector.settings import Columns
from detector.sites.names import site_name
from detector.text.decoding import decode

KINDS: Final[Mapping[str, Kind]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "warc",
    ".txt": "page",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
}
# What is read as text; the format of other pages is found.
TEXTS: Final = ".txt"


def kind_of(name: str) -> Kind | None:
    """Return what a file is by its name; None if it is no file of a corpus."""
    plain = plain_name(name.lower())
    end = plain[plain.rfind(".") :] if "." in plain else ""
    if end == ".parquet" and plain != name.lower():
        return None
    return KINDS.get(end)


def read_page(part: Part, columns: Columns) -> Records:
    """Yield the one document of a page's file."""
    with opened(part.path) as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        yield Rejected(part.name, 0, f"more than {LONGEST:,} bytes")
        return
    text = decode(data).text
    folder = part.name.rsplit("/", 1)[0] if "/" in part.name else ""
    format: Format | None = "text" if plain_name(part.name.lower()).endswith(TEXTS) else None
    fields = {"id": part.name, "text": text}
    site = site_name(None, None, folder, part.name)
    yield Document(part.name, 0, part.name, False, text, format, None, site, source_of(part.name), fields)


READERS: Final[Mapping[Kind, Callable[[Part, Columns], Records]]] = {
    "jsonl": read_jsonl,
    "csv": read_csv,
    "parquet": read_parquet,
    "warc": read_warc,
    "page": read_page,
}


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:200]


def _read_part(part: Part, columns: Columns) -> Records:
    number = part.first
    try:
        for record in READERS[part.kind](part, columns):
            number = (record.number if isinstance(record, Document) else record.record) + 1
            yield record
    except (OSError, EOFError, zlib.error, zstandard.ZstdError, ValueError) as error:
        yield Rejected(part.name, number, f"cannot be read from here to its end: {_why(error)}")


def read_shard(shard: Shard, columns: Columns) -> Records:
    """Yield the documents of a shard in order, and what cannot be one.

    A file that breaks off (a cut gzip) gives what stands before, and one `Rejected`.
    """
    for part in shard.parts:
        yield from _read_part(part, columns)
