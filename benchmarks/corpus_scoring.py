"""What a corpus filter did to planted pages: template found, content lost, copies removed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.metrics import tokens


def texts_of(folder: Path) -> dict[str, str]:
    """Return id: clean text of every JSONL file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                found[row["id"]] = row["text"]
    return found


def kept_lines(lines: Sequence[str], clean: str | None) -> list[str]:
    """Return what is left of each line: itself, its end (a headline was cut), or nothing.

    Clean lines stand in the order of the page's, so the first that fits is taken.
    """
    left = [line for line in (clean or "").split("\n") if line.strip()]
    found, at = [], 0
    for line in lines:
        fits = at < len(left) and (line == left[at] or line.endswith(left[at]))
        found.append(left[at] if fits else "")
        at += fits
    return found


def scored(truth: Iterable[Mapping[str, Any]], clean: Mapping[str, str]) -> dict[str, float]:
    """Return the measures over all pages.

    template_found: share of template lines that are gone; content_lost: share of content
    words that are; copies_removed: of planted copies; originals_removed: of other pages
    """
    template = found = words = lost = copies = removed = pages = gone = 0
    for row in truth:
        if row["copy_of"] is not None:
            copies += 1
            removed += row["id"] not in clean
            continue
        pages += 1
        gone += row["id"] not in clean
        kept = kept_lines([text for _, text in row["lines"]], clean.get(row["id"]))
        for (label, text), left in zip(row["lines"], kept, strict=True):
            if label == "template":
                template, found = template + 1, found + (not left)
            elif label == "content":
                size = len(tokens(text))
                words, lost = words + size, lost + (size - len(tokens(left)) if not left else 0)
    return {
        "template_found": round(found / max(template, 1), 4),
        "content_lost": round(lost / max(words, 1), 5),
        "copies_removed": round(removed / max(copies, 1), 4),
        "originals_removed": round(gone / max(pages, 1), 5),
    }


def truth_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a truth file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
