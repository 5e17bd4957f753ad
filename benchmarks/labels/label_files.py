"""Our own label files, in training_data/labels: hashes of lines and labels, never their text.

    drawn.json      which pages, drawn by a rule (draw.py)
    first.jsonl     the first reading, a page a line:
                    {"page": "sites/id__sekata/32ee...", "hashes": ["9f..."], "labels": ["content"]}
    second.jsonl    the second reading of a third of the pages, the same
    settled.json    what was changed after both: {"why": ..., "lines": [[PAGE, LINE, LABEL], ...]}

The lines are those of our renderer (of a text, its own), without blank ones.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT, json_lines, write_json_lines

FOLDER: Final = ROOT / "training_data" / "labels"
LABELS: Final = ("content", "template", "metadata", "repeat", "comment")


class LabelError(BenchmarkError):
    """A label file that must not be trained or tested on."""


@dataclass(frozen=True)
class Labels:
    """The labels of a page, one per line, and the hash of each line."""

    page: str
    hashes: tuple[str, ...]
    labels: tuple[str, ...]


def line_hash(text: str) -> str:
    """Return the hash of a line's text: 16 hexadecimal digits over its NFC, with white space collapsed."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read(path: Path) -> list[Labels]:
    """Read a label file; refuses unknown labels, pages that occur twice, and lines without a label."""
    rows: list[Labels] = []
    seen: set[str] = set()
    for number, record in enumerate(json_lines(path), 1):
        row = Labels(record["page"], tuple(record["hashes"]), tuple(record["labels"]))
        where = f"{path}, line {number}: {row.page}"
        if unknown := set(row.labels) - set(LABELS):
            raise LabelError(f"{where}: {sorted(unknown)[0]!r} is not a label")
        if len(row.hashes) != len(row.labels):
            raise LabelError(f"{where}: {len(row.labels)} labels for {len(row.hashes)} lines")
        if row.page in seen:
            raise LabelError(f"{where} occurs twice")
        seen.add(row.page)
        rows.append(row)
    return rows


def write(path: Path, rows: Iterable[Labels]) -> None:
    """Write a label file."""
    write_json_lines(path, ({"page": row.page, "hashes": row.hashes, "labels": row.labels} for row in rows))


def drawn(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return the drawn pages; none if nothing has been drawn yet."""
    path = folder / "drawn.json"
    pages: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["pages"] if path.is_file() else []
    return pages


def settled(folder: Path = FOLDER) -> list[Labels]:
    """Return the labels to train and test with: the first reading, with the settled corrections."""
    changes: dict[str, dict[int, str]] = {}
    for change in json.loads((folder / "settled.json").read_text("utf-8")):
        for page, line, label in change["lines"]:
            changes.setdefault(page, {})[line] = label
    out = []
    for row in read(folder / "first.jsonl"):
        own = changes.pop(row.page, {})
        labels = tuple(own.get(number, label) for number, label in enumerate(row.labels))
        out.append(Labels(row.page, row.hashes, labels))
    if changes:
        raise LabelError(f"settled.json names {sorted(changes)[0]}, which has no label")
    return out
