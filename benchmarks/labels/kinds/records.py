"""Label files by kind, in training_data/labels/kinds: line hashes, kinds and copies, never text.

    drawn.json          which pages, drawn by a rule (choose.py)
    refined.jsonl       the pages that had coarser labels, read again
    first.jsonl         new pages
    second.jsonl        the second reading of a third of the new pages
    locked.jsonl        the locked pages; refined-locked.jsonl those that were locked before

One page per line: its reader, the hash and the kind of each line, and the copies:

    {"page": "idnews/antara__1", "reader": "r07", "hashes": ["9f..."], "kinds": "nnty",
     "copies": {"3": [2, "headline"]}}
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.files import json_lines, write_json_lines
from benchmarks.labels.label_files import FOLDER as LABELS_FOLDER
from benchmarks.labels.label_files import LabelError, line_hash

FOLDER: Final = LABELS_FOLDER / "kinds"
DRAWN: Final = FOLDER / "drawn.json"
READINGS: Final = ("refined", "refined-locked", "first", "second", "locked")
LETTER: Final = {
    "title": "t",
    "body": "b",
    "caption": "c",
    "byline": "y",
    "comment": "m",
    "navigation": "n",
    "teaser": "r",
    "promotion": "p",
    "sharing": "s",
    "form": "f",
    "legal": "l",
    "author": "a",
    "notice": "o",
}
KIND: Final = {letter: kind for kind, letter in LETTER.items()}
COPIES: Final = (
    "headline",
    "prefix",
    "running-head",
    "block",
    "teaser",
    "contents",
    "refrain",
    "quotation",
    "parallel",
)


@dataclass(frozen=True)
class Copy:
    """The original of a copy: its line number, and one of `COPIES`."""

    of: int
    sort: str


@dataclass(frozen=True)
class KindLabels:
    """A reader's labels for a page: hash and kind of each line, and the copies by line number."""

    page: str
    reader: str
    hashes: tuple[str, ...]
    kinds: tuple[str, ...]
    copies: Mapping[int, Copy]


def check_copies(copies: Mapping[int, Copy], lines: int, where: str) -> None:
    """Refuse copies of lines that do not exist, of themselves, or of other copies."""
    for line, copy in copies.items():
        if copy.sort not in COPIES:
            raise LabelError(
                f"{where}, line {line}: {copy.sort!r} is not a kind of copy: {', '.join(COPIES)}"
            )
        if not (0 <= line < lines and 0 <= copy.of < lines):
            raise LabelError(f"{where}: line {line} as a copy of {copy.of}, and there are {lines} lines")
        if copy.of == line:
            raise LabelError(f"{where}: line {line} is marked as a copy of itself")
        if copy.of in copies:
            raise LabelError(f"{where}, line {line}: {copy.of} is a copy itself: name {copies[copy.of].of}")


def _row(record: dict[str, Any], where: str) -> KindLabels:
    if unknown := set(record["kinds"]) - set(KIND):
        raise LabelError(f"{where}: {sorted(unknown)[0]!r} is not a kind")
    if len(record["hashes"]) != len(record["kinds"]):
        raise LabelError(f"{where}: {len(record['kinds'])} kinds for {len(record['hashes'])} lines")
    copies = {int(line): Copy(*copy) for line, copy in record["copies"].items()}
    check_copies(copies, len(record["hashes"]), where)
    kinds = tuple(KIND[letter] for letter in record["kinds"])
    return KindLabels(record["page"], record["reader"], tuple(record["hashes"]), kinds, copies)


def read(path: Path) -> list[KindLabels]:
    """Read a label file; refuses invalid labels, and pages that occur twice."""
    rows: dict[str, KindLabels] = {}
    for number, record in enumerate(json_lines(path), 1):
        where = f"{path}, line {number}: {record['page']}"
        if record["page"] in rows:
            raise LabelError(f"{where} occurs twice")
        rows[record["page"]] = _row(record, where)
    return list(rows.values())


def write(path: Path, rows: Iterable[KindLabels]) -> None:
    """Write a label file, sorted by page name."""
    write_json_lines(
        path,
        (
            {
                "page": row.page,
                "reader": row.reader,
                "hashes": row.hashes,
                "kinds": "".join(LETTER[kind] for kind in row.kinds),
                "copies": {str(line): [copy.of, copy.sort] for line, copy in sorted(row.copies.items())},
            }
            for row in sorted(rows, key=lambda row: row.page)
        ),
    )


def check_lines(row: KindLabels, texts: Sequence[str]) -> None:
    """Refuse labels of a page whose lines have changed."""
    if len(texts) != len(row.hashes):
        raise LabelError(f"{row.page} has {len(texts)} lines, and {len(row.hashes)} labels")
    for number, (text, hashed) in enumerate(zip(texts, row.hashes, strict=True)):
        if line_hash(text) != hashed:
            raise LabelError(f"{row.page}, line {number}: the page has another text there")


def drawn(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return the records of the drawn pages."""
    pages: list[dict[str, Any]] = json.loads((folder / "drawn.json").read_text("utf-8"))["pages"]
    return pages
