"""Refuse label files that cannot be right: `python -m benchmarks.check_labels`.

Labels of our own stand in training_data/labels/*.jsonl, a line each:

    {"page": "sites/id__sekata/32ee...", "line": 12, "hash": "9f...", "label": "content"}

`line` counts the lines of our renderer (or of the text) from 0, blank ones left out; `hash`
is `line_hash` of its text. Only these are committed, never the text.
"""

import hashlib
import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from benchmarks.datasets import SETS
from benchmarks.metrics import tokens
from benchmarks.pages import Page
from benchmarks.shared import ROOT

FOLDER: Final = ROOT / "training_data" / "labels"
LABELS: Final = frozenset({"content", "template", "repeat", "metadata", "comment"})
# How surely a content line is longer than a template line: .85 on the 22 hand-labelled
# pages; labels in another order give about .5.
LEAST_ORDER: Final = 0.7
# Fewer lines of either class say nothing about their order.
LEAST_LINES: Final = 20


class LabelError(ValueError):
    """A label file that must not be trained or tested on."""


class Label(NamedTuple):
    """A line of a label file."""

    page: str
    line: int
    hash: str
    label: str


def line_hash(text: str) -> str:
    """Return the name of a line's text: 16 hexadecimal digits over its NFC, white space collapsed."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read(path: Path) -> list[Label]:
    """Read a label file; refuses unknown labels and lines labelled twice."""
    rows = [Label(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    seen: set[tuple[str, int]] = set()
    for number, row in enumerate(rows, 1):
        if row.label not in LABELS:
            raise LabelError(f"{path}, line {number}: {row.label!r} is no label")
        if (row.page, row.line) in seen:
            raise LabelError(f"{path}, line {number}: {row.page}, line {row.line} is labelled twice")
        seen.add((row.page, row.line))
    return rows


def order_of_lengths(lengths: Sequence[int], labels: Sequence[str]) -> float:
    """Return how often a content line is longer than a template line (area under the curve)."""
    size, label = np.asarray(lengths, float), np.asarray(labels)
    content, template = np.sort(size[label == "content"]), size[label == "template"]
    if content.size < LEAST_LINES or template.size < LEAST_LINES:
        return float("nan")
    longer = content.size - np.searchsorted(content, template, side="right")
    equal = np.searchsorted(content, template, side="right") - np.searchsorted(content, template)
    return float((longer + equal / 2).mean() / content.size)


def check(rows: Sequence[Label], lines_of: Callable[[str], Sequence[str]]) -> None:
    """Refuse labels whose hashes are not their lines', or whose order is that of chance.

    lines_of: gives the lines of a page that is known as SET/PAGE.
    """
    texts = {page: lines_of(page) for page in sorted({row.page for row in rows})}
    for row in rows:
        lines = texts[row.page]
        if row.line >= len(lines) or line_hash(lines[row.line]) != row.hash:
            raise LabelError(f"{row.page}, line {row.line}: the page has another text there")
    lengths = [len(tokens(texts[row.page][row.line])) for row in rows]
    order = order_of_lengths(lengths, [row.label for row in rows])
    if order < LEAST_ORDER:
        raise LabelError(
            f"content is longer than template in {order:.2f} of pairs only: are the labels shuffled?"
        )


def _page_lines(wanted: set[str]) -> dict[str, list[str]]:
    """Return the lines of the wanted pages, from the shared data."""
    from benchmarks.peers import detector_lines

    def lines(page: Page) -> list[str]:
        text = page.text if page.html is None else detector_lines.extract(page.html, None)
        return [line for line in (text or "").split("\n") if line.strip()]

    sets = {page.split("/", 1)[0] for page in wanted}
    pages = (page for record in SETS if record.name in sets for page in record.pages())
    return {page.key: lines(page) for page in pages if page.key in wanted}


def main() -> int:
    """Check every label file there is."""
    files = sorted(FOLDER.glob("*.jsonl"))
    for path in files:
        rows = read(path)
        lines = _page_lines({row.page for row in rows})
        check(rows, lambda page, lines=lines: lines.get(page, ()))  # type: ignore[misc]
        print(f"{path.name}: {len(rows)} labels on {len(lines)} pages")
    print(f"{len(files)} label files are in order")
    return 0


if __name__ == "__main__":
    sys.exit(main())
