"""The probability that a reader would remove a copy, apart from its score.

A logistic regression on structural evidence: the kind of copy, the positions of the copy and its original,
their similarity and their lengths. It was fitted to copies that readers labelled. copy_probability.json has
its weights and its out-of-fold results. `python -m benchmarks train copies` writes that file.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.records import COPY_KINDS, Floats64
from detector.results.batch import PageLines
from detector.text.tags import INSIDE

WEIGHTS: Final = Path(__file__).with_suffix(".json")
# Columns of `PageLines.segment` and of `PageLines.line`.
_ORIGINAL, _KIND, _FIRST_SEGMENT = 3, 6, 2
# Kinds with a weight of their own; that of a short line that repeats for no known reason is 0. A title in
# front of a paragraph counts as a title, because readers marked too few to tell them apart.
_KINDS: Final = ("headline", "running-head", "block", "contents", "refrain", "quotation", "parallel")
_SAME: Final = {"headline-prefix": "headline"}
_PLACES: Final = ("nav", "link", "li", "heading", "cell", "aside", "pre", "form")
_PARAGRAPH, _LABEL = 15, 4
EVIDENCE: Final = (
    *_KINDS,
    "similarity", "same words", "lines of the block", "words", "copies", "like it but for numbers",
    "distance", "after its original", "place", "place of its original", "words against its original's",
    "paragraph", "label", "html",
    *(f"in {place}" for place in _PLACES), *(f"original in {place}" for place in _PLACES),
    "words of a refrain", "words of a parallel line", "words of a repeat",
    "words by lines", "words by copies",
)  # fmt: skip


def copy_evidence(page: PageLines) -> tuple[NDArray[np.intp], Floats64]:
    """Return the segments of a page that are copies, and the evidence for each: (C, len(EVIDENCE))."""
    rows = np.flatnonzero(page.segment[:, _KIND])
    of = page.segment[rows, _ORIGINAL]
    names = [_SAME.get(COPY_KINDS[kind], COPY_KINDS[kind]) for kind in page.segment[rows, _KIND].tolist()]
    is_kind = {kind: np.array([name == kind for name in names], np.float64) for kind in (*_KINDS, "repeat")}
    similarity, *counts = page.repeats[rows].T.astype(np.float64)
    copies, block, alike, words = np.log1p(counts)
    size = max(page.segment.shape[0], 1)
    line = np.searchsorted(page.line[:, _FIRST_SEGMENT], np.arange(size), side="right") - 1
    bits = [np.uint32(1 << INSIDE.index(place)) for place in _PLACES]
    inside = page.inside[line] if page.inside.size else np.zeros(size, np.uint32)
    number = page.repeats[:, 4].astype(np.float64)
    columns = [
        *(is_kind[kind] for kind in _KINDS),
        similarity, similarity >= 1, block, words, copies, alike,
        np.log1p(np.abs(rows - of)), rows > of, rows / size, of / size, words - np.log1p(number[of]),
        number[rows] >= _PARAGRAPH, number[rows] < _LABEL, np.full(rows.size, page.is_html),
        *(inside[rows] & bit > 0 for bit in bits), *(inside[of] & bit > 0 for bit in bits),
        words * is_kind["refrain"], words * is_kind["parallel"], words * is_kind["repeat"],
        words * block, words * copies,
    ]  # fmt: skip
    return rows, np.column_stack([np.asarray(column, np.float64) for column in columns])


@lru_cache(maxsize=1)
def _fitted() -> tuple[Floats64, float]:
    """Return the weights of the evidence, and the intercept."""
    fitted = json.loads(WEIGHTS.read_text("utf-8"))
    return np.array([fitted["weights"][name] for name in EVIDENCE], np.float64), fitted["intercept"]


def copy_probabilities(page: PageLines) -> dict[int, float]:
    """Return, for each segment of a page that is a copy, the probability that a reader would remove it."""
    if not page.segment[:, _KIND].any():
        return {}
    weights, intercept = _fitted()
    rows, table = copy_evidence(page)
    log_odds = intercept + (table * weights).sum(axis=1)
    probability = np.round(1 / (1 + np.exp(-log_odds)), 3)
    return dict(zip(rows.tolist(), probability.tolist(), strict=True))
