"""Applies labels of lines to the pages that have these lines."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from detector.errors import PageError
from detector.records import Integers
from detector.text.decoding import text_of, utf8
from detector.text.keys import line_keys
from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.adapt.model import Material
from detector.training.data.labelled_pages import CONTENT_LABELS, NEITHER
from detector.training.data.line_labels import LineLabel


class Labelled(NamedTuple):
    """Materials with labels; elsewhere: labels of sites that are not among the pages."""

    materials: list[Material]
    elsewhere: int


def _shown(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1] + '…'}”"


def _keys(label: LineLabel) -> Integers:
    """Return the keys of the line of a label: one for each segment with words."""
    keys: Integers = line_keys(words_of(text_batch([utf8(" ".join(label.text.split()))]))).exact
    filled: Integers = keys[keys != 0]
    return filled


def _rows_of_line(material: Material, page: int, label: LineLabel) -> Integers:
    """Return the rows of the line that a label names; raises `PageError` if its text differs."""
    batch = material.examples.batch
    first, last = (int(at) for at in batch.page_line[page : page + 2])
    line = first + (label.line or 0)
    if line >= last:
        raise PageError(
            f"{label.where}: {label.page} has no line {label.line}: it has lines 0 to {last - first - 1}, "
            "as detector score numbers them"
        )
    rows = np.arange(batch.line_segment[line], batch.line_segment[line + 1])
    found = material.lines.key[rows]
    if not np.array_equal(found[found != 0], _keys(label)):
        text = text_of(bytes(batch.data[batch.line_start[line] : batch.line_end[line]]))
        raise PageError(
            f"{label.where}: line {label.line} of {label.page} is {_shown(text)}, not {_shown(label.text)}; "
            "labels refer to the lines that detector score shows for the page"
        )
    return rows


def _on_one_page(materials: Sequence[Material], label: LineLabel) -> list[Integers]:
    found, rows = False, []
    for material in materials:
        numbers = [at for at, page in enumerate(material.examples.pages) if page.id == label.page]
        found = found or bool(numbers)
        rows.append(_rows_of_line(material, numbers[0], label) if numbers else np.zeros(0, np.int64))
    if not found:
        some = next(page.id for material in materials for page in material.examples.pages)
        raise PageError(f"{label.where}: no page is called {label.page!r}; pages have names like {some!r}")
    return rows


def _on_all_pages(materials: Sequence[Material], label: LineLabel, sites: Sequence[str]) -> list[Integers]:
    keys = _keys(label)
    rows = []
    for material in materials:
        chosen = np.isin(material.lines.key, keys)
        if label.site is not None:
            chosen &= material.lines.site == sites.index(label.site)
        rows.append(np.flatnonzero(chosen))
    if not any(part.size for part in rows):
        where = "these pages" if label.site is None else f"the pages of {label.site}"
        raise PageError(
            f"{label.where}: no line of {where} is {_shown(label.text)}; "
            "labels refer to the lines that detector score shows for a page"
        )
    return rows


def with_labels(materials: Sequence[Material], labels: Sequence[LineLabel], sites: Sequence[str]) -> Labelled:
    """Return the materials with labels on their lines. Of two labels for a line, the later one counts.

    Labels of sites without pages here are counted and ignored. Raises `PageError` at
    the first label that does not fit the pages.
    """
    shares = [material.examples.share.copy() for material in materials]
    answered = [material.answered.copy() for material in materials]
    elsewhere = 0
    for label in labels:
        if label.site is not None and label.site not in sites:
            elsewhere += 1
            continue
        if label.page is not None:
            rows = _on_one_page(materials, label)
        else:
            rows = _on_all_pages(materials, label, sites)
        share = -1.0 if label.label in NEITHER else float(label.label in CONTENT_LABELS)
        for at, part in enumerate(rows):
            shares[at][part], answered[at][part] = share, True
    return Labelled(
        [
            replace(material, examples=replace(material.examples, share=share), answered=seen)
            for material, share, seen in zip(materials, shares, answered, strict=True)
        ],
        elsewhere,
    )
