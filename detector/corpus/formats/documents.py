"""Documents of a corpus as they are read from files, in any format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

from detector.records import Format

# How the reason begins for a record that can be read but is not a page (a redirect, robots.txt).
NO_PAGE: Final = "no page, "
# The same for a record of a web archive that is an image, a script or the like, before its content type.
OTHER_TYPE: Final = f"{NO_PAGE}of type "

Kind = Literal["jsonl", "csv", "parquet", "warc", "page"]
# How the site of a document was found: by a field, by a rule of the user, or as `folder_sites` says.
SiteWay = Literal[
    "column", "url", "host_folder", "template", "canonical_link", "folder", "folder_sites", "none"
]


class Piece(NamedTuple):
    """The bytes of a file, as stored, that a part is read from (an end of -1 is the end of the file).

    hash: BLAKE2b of these bytes when the run began
    """

    start: int
    end: int
    hash: str


class Part(NamedTuple):
    """A file, or a run of its records.

    path: a local path or an fsspec URL; name: its name in ids and outputs
    start, end: bytes of lines, row groups of Parquet; 0 and -1 for the whole file
    first: number of the first record; output: the name of the file for a page's clean text
    size, time: the file's bytes, and its modification time, when the run began (-1 and 0 if unknown)
    fault: why the file cannot be read at all; empty if it can
    site, site_way: of a page, if its folders show it, and how
    piece: the bytes that it is read from (None if unknown)
    taken: runs of records to read, as (first, end); None for all
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
    site_way: SiteWay = "none"


class Shard(NamedTuple):
    """The work of one task: a run of records of one file, or several small pages.

    output: the name under which the result is published (pages have their own)
    """

    number: int
    output: str
    parts: tuple[Part, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    file: its name; number: its record in the file; id: its name, `named` if it is from a column
    text: the decoded page; empty once its parsed lines are stored instead
    format: None if it must be detected
    site: whose counts it belongs to; site_way: how it was found; source: the collection it is from
    fields: the whole record, for the output
    simplified: why its HTML was read without its formatting tags, if so (`page.simplified`)
    standing: what its address says about whether it is an original (`sites.standing`)
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
    standing: float = 0.0
    site_way: SiteWay = "none"


def in_its_file(document: Document) -> Document:
    """Return a document named after its file, because an earlier file has the same id."""
    return replace(document, id=f"{document.file}:{document.id}")


class Rejected(NamedTuple):
    """A record that is not used: its position, and why.

    A reason that begins with `NO_PAGE` is not a fault.
    """

    file: str
    record: int
    reason: str


Records = Iterator[Document | Rejected]


def source_of(name: str) -> str:
    """Return the source of a file: its first folder, or the file itself."""
    return name.split("/", 1)[0]
