"""Kinds of single lines, in training_data/labels/kinds/lines.jsonl: hashes and kinds, never text.

Lines of which models were unsure, or which are of rare kinds, were shown to readers with the lines around
them; they labelled all that they could tell. One page per line, with the kinds by line number:

    {"page": "wcxb-dev/0012", "lines": {"47": ["9f3a...", "c"]}}
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.files import json_lines, write_json_lines
from benchmarks.labels.kinds.records import FOLDER, KIND, LETTER
from benchmarks.labels.label_files import LabelError, line_hash

PATH: Final = FOLDER / "lines.jsonl"

# By line number, the hash of the line and its kind.
SingleLines = Mapping[int, tuple[str, str]]


def read_single_lines(path: Path = PATH) -> dict[str, SingleLines]:
    """Return the labels of each page."""
    return {
        row["page"]: {
            int(number): (hashed, KIND[letter]) for number, (hashed, letter) in row["lines"].items()
        }
        for row in json_lines(path)
    }


def write_single_lines(pages: Mapping[str, SingleLines], path: Path = PATH) -> None:
    """Write the labels of each page."""
    write_json_lines(
        path,
        (
            {
                "page": page,
                "lines": {number: (hashed, LETTER[kind]) for number, (hashed, kind) in labels.items()},
            }
            for page, labels in pages.items()
        ),
    )


def kinds_of_lines(page: str, labels: SingleLines, texts: Sequence[str]) -> list[str | None]:
    """Return the kind of each line, None if it has no label; refuses labels of changed lines."""
    kinds: list[str | None] = [None] * len(texts)
    for number, (hashed, kind) in labels.items():
        if number >= len(texts) or line_hash(texts[number]) != hashed:
            raise LabelError(f"{page}, line {number}: the page has another text there")
        kinds[number] = kind
    return kinds
