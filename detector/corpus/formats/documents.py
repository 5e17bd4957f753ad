"""Documents of a corpus as they come from files, whatever the format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

from detector.records import Format

# How the reason begins for a record that can be read, but is no page (a redirect, robots.txt).
NO_PAGE: Final = "no page, "

Kind = Literal["jsonl", "csv", "parquet", "warc", "page"]


class Piece(NamedTuple):
    """The bytes of a file, as they are stored, that a part is read from (an end of -1: to its last).

    hash: BLAKE2b of them as the run began
    """

    start: int
    end: int
    hash: str


class Part(NamedTuple):
    """A file, or a run of its records.

    path: where it is, a path or an fsspec URL; name: what it is called in ids and outputs
    start, end: bytes of lines, row groups of Parquet; 0 and -1 for the whole file
    first: number of the first record; output: the name of a page's clean text
    size, time: the file's bytes, and when it changed, as the run began (-1 and 0 if not known)
    fault: why the file cannot be read at all; empty if it can
    site: of a page, if its folders show it
    piece: the bytes that it is read from (None if not known)
    taken: runs of records that are read, as (first, end); None for all
    """

    path: str
    name: str
    kind: Kind
    start: int = 0
    end: int = -1
    first: int = 0
    output: str = ""
    size: int = -1
    time: int = 0
    fault: str = ""
    site: str = ""
    piece: Piece | None = None
    taken: tuple[tuple[int, int], ...] | None = None


class Shard(NamedTuple):
    """What one task works on: a run of records of one file, or several small pages.

    output: the name that what comes of it is published under (pages have their own)
    """

    number: int
    output: str
    parts: tuple[Part, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    file: its name; number: its record in it; id: its name, `named` if a column gave it
    text: the page, decoded; empty once its parsed lines are kept instead
    format: None if it is to be found out
    site: whose counts it belongs to; source: what it was collected with
    fields: the whole record, for the output
    simplified: why its HTML was read without its formatting tags, if it was (`page.simplified`)
    """

    file: str
    number: int
    id: str
    named: bool
    text: str
    format: Format | None
    url: str | None
    site: str
    source: str
    fields: Mapping[str, Any]
    simplified: str | None = None


def in_its_file(document: Document) -> Document:
    """Return a document whose id an earlier file has too: named after its file."""
    return replace(document, id=f"{document.file}:{document.id}")


class Rejected(NamedTuple):
    """A record that is not used: where it is, and why. A reason that begins with `NO_PAGE` is no fault."""

    file: str
    record: int
    reason: str


Records = Iterator[Document | Rejected]


def source_of(name: str) -> str:
    """Return the source that a file is taken for: its first folder, or itself."""
    return name.split("/", 1)[0]
