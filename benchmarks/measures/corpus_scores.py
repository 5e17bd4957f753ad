"""The effect of a corpus filter on synthetic pages: template found, content lost, copies removed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from benchmarks.files import json_lines
from benchmarks.measures.metrics import tokens


class Texts(Protocol):
    """Clean texts by page id."""

    def get(self, id: str, /) -> str | None:
        """Return a page's clean text; None if the page is gone."""
        ...


class TextsInOrder:
    """The clean texts in JSONL files, each of which has its pages in the order of the corpus.

    They must be requested in this order. One row of each file is in memory.
    """

    def __init__(self, folder: Path) -> None:
        self._heads: dict[str, tuple[str, Iterator[dict[str, Any]]]] = {}
        for path in sorted(folder.rglob("*.jsonl")):
            self._next(json_lines(path))

    def _next(self, rows: Iterator[dict[str, Any]]) -> None:
        row = next(rows, None)
        if row is not None:
            self._heads[row["id"]] = (row["text"], rows)

    def get(self, id: str, /) -> str | None:
        """Return a page's clean text; None if the page is gone."""
        head = self._heads.pop(id, None)
        if head is None:
            return None
        text, rows = head
        self._next(rows)
        return text

    def finish(self) -> None:
        """Raise `ValueError` if pages are left: they were not in the order of the corpus."""
        if self._heads:
            raise ValueError(f"pages that are not in the order of the corpus: {sorted(self._heads)}")


def kept_lines(lines: Sequence[str], clean: str | None) -> list[str]:
    """Return what is left of each line: the line, its end (if a headline was cut), or nothing.

    Clean lines are in the order of the page, so the first match counts.
    """
    left = [line for line in (clean or "").split("\n") if line.strip()]
    found, at = [], 0
    for line in lines:
        fits = at < len(left) and (line == left[at] or line.endswith(left[at]))
        found.append(left[at] if fits else "")
        at += fits
    return found


class KindCounts(NamedTuple):
    """A kind of planted lines: their number (of content, that of their words), and what was wrong of it."""

    label: str
    kind: str
    number: int
    wrong: int


def scored(truth: Iterable[Mapping[str, Any]], clean: Texts) -> dict[str, Any]:
    """Return the measures over all pages.

    template_found: share of template lines that are gone; content_lost: share of content
    words that are; copies_removed: of planted copies; originals_removed: of other pages
    kinds: the same for each kind of template and content
    """
    number, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    copies = removed = pages = gone = 0
    for row in truth:
        left_text = clean.get(row["id"])
        if row["copy_of"] is not None:
            copies += 1
            removed += left_text is None
            continue
        pages += 1
        gone += left_text is None
        kept = kept_lines([text for _, text, _ in row["lines"]], left_text)
        for (label, text, kind), left in zip(row["lines"], kept, strict=True):
            size = len(tokens(text)) if label == "content" else 1
            number[label, kind] += size
            wrong[label, kind] += size if bool(left) == (label == "template") else 0
    counts = [KindCounts(*key, number[key], wrong[key]) for key in sorted(number) if key[0] != "repeat"]
    return {
        "template_found": round(1 - _wrong(counts, "template"), 4),
        "content_lost": round(_wrong(counts, "content"), 5),
        "copies_removed": round(removed / max(copies, 1), 4),
        "originals_removed": round(gone / max(pages, 1), 5),
        "kinds": [count._asdict() for count in counts],
    }


def _wrong(counts: Sequence[KindCounts], label: str) -> float:
    chosen = [count for count in counts if count.label == label]
    return sum(count.wrong for count in chosen) / max(sum(count.number for count in chosen), 1)


def scored_files(truth: Path, folder: Path) -> dict[str, Any]:
    """Return the measures of a folder of clean JSONL files; memory does not grow with them."""
    clean = TextsInOrder(folder)
    measures = scored(json_lines(truth), clean)
    clean.finish()
    return measures


def joined_scored(truth: Iterable[Mapping[str, Any]], gone: Mapping[str, str]) -> dict[str, float]:
    """Return the measures of near-duplicates: removed pages, and the page that stays instead of each.

    copies_found: share of the planted copies that are joined with their page; removed: how many pages go;
    wrongly_joined: of these, how many are joined with another page than their copy
    """
    original = {row["id"]: row["copy_of"] or row["id"] for row in truth}
    copies = sum(id != page for id, page in original.items())
    right = [id for id, stays in gone.items() if original[id] == original[stays]]
    return {
        "copies_found": round(len({original[id] for id in right}) / max(copies, 1), 4),
        "removed": len(gone),
        "wrongly_joined": len(gone) - len(right),
    }
