"""Chooses the lines that a person should label: those that would teach the model most.

Equal lines of a site are one question, so one answer labels a template line on all its pages. A question is
worth more the less certain the model is, the more pages have the line, and the less it resembles the
questions already chosen.
"""

from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.records import LINE_KINDS, Batch, Floats, Integers
from detector.text.decoding import text_of
from detector.training.adapt.repetition import SiteLines

# Lines to show before and after the one in question.
AROUND: Final = 2
# The most candidates to compare with each other; the least valuable ones are left out.
MOST_COMPARED: Final = 20_000


class Pool(NamedTuple):
    """Lines that may be asked about.

    ngrams: (S, buckets)
    scores: float32 (S,), and kinds: float32 (S, K), by the current model; kinds is (0, K) for a model without
    open: bool (S,), lines whose label is unknown
    """

    batch: Batch
    lines: SiteLines
    ngrams: sparse.csr_matrix
    scores: Floats
    kinds: Floats
    open: NDArray[np.bool_]


class Question(NamedTuple):
    """A line to label.

    text: the line; page, row: its first occurrence (number of the page, segment)
    site: the number of its site; pages: how many pages of the site have it
    score: the mean score of all its occurrences; worth: the value of an answer
    kind: the most likely kind of its first occurrence, None for a model without kinds
    before, after: the lines around its first occurrence
    """

    text: str
    page: int
    row: int
    site: int
    pages: int
    score: float
    worth: float
    kind: str | None
    before: tuple[str, ...]
    after: tuple[str, ...]


class _Groups(NamedTuple):
    """Groups of equal lines of a site: first row, pages, mean score; all (G,)."""

    row: Integers
    pages: Integers
    score: NDArray[np.float64]


def _groups(lines: SiteLines, scores: Floats, open_rows: Integers) -> _Groups:
    site, key, page = lines.site[open_rows], lines.key[open_rows], lines.page[open_rows]
    order = np.lexsort((open_rows, page, key, site))
    new_line = np.ones(order.size, np.bool_)
    new_line[1:] = (np.diff(site[order]) != 0) | (np.diff(key[order]) != 0)
    new_page = new_line.copy()
    new_page[1:] |= np.diff(page[order]) != 0
    number = np.cumsum(new_line) - 1
    total = np.bincount(number, scores[open_rows][order].astype(np.float64))
    pages = np.bincount(number, new_page).astype(np.int64)
    return _Groups(open_rows[order[new_line]], pages, total / np.bincount(number))


def worth(score: NDArray[np.float64], pages: Integers) -> NDArray[np.float64]:
    """Return the values of answers: the doubt (greatest at .5) times the damped number of pages."""
    return 4 * score * (1 - score) * np.log2(1 + pages)


def _unlike(ngrams: sparse.csr_matrix, value: NDArray[np.float64], count: int) -> list[int]:
    """Choose rows greedily: the most valuable ones that are least like those already chosen."""
    length = np.sqrt(np.asarray(ngrams.multiply(ngrams).sum(axis=1)).ravel())
    unit = sparse.diags(1 / np.maximum(length, 1e-9)) @ ngrams
    left, alike, chosen = value.copy(), np.zeros(value.size), list[int]()
    for _ in range(min(count, value.size)):
        best = int(np.argmax(left * (1 - alike)))
        if left[best] <= 0:
            break
        chosen.append(best)
        left[best] = 0
        alike = np.maximum(alike, (unit @ unit[best].T).toarray().ravel().clip(0, 1))
    return chosen


def _segment_text(batch: Batch, row: int) -> str:
    return " ".join(text_of(bytes(batch.data[batch.segment_start[row] : batch.segment_end[row]])).split())


def _question(pool: Pool, groups: _Groups, number: int) -> Question:
    batch, lines, row = pool.batch, pool.lines, int(groups.row[number])
    page = int(lines.page[row])
    first, last = (int(at) for at in batch.page_segment()[page : page + 2])
    return Question(
        text=_segment_text(batch, row),
        page=page,
        row=row,
        site=int(lines.site[row]),
        pages=int(groups.pages[number]),
        score=round(float(groups.score[number]), 3),
        worth=float(worth(groups.score[number : number + 1], groups.pages[number : number + 1])[0]),
        kind=LINE_KINDS[int(pool.kinds[row].argmax())] if pool.kinds.size else None,
        before=tuple(_segment_text(batch, at) for at in range(max(first, row - AROUND), row)),
        after=tuple(_segment_text(batch, at) for at in range(row + 1, min(last, row + 1 + AROUND))),
    )


def questions(pool: Pool, count: int) -> list[Question]:
    """Return the lines to ask about, the most valuable first."""
    open_rows = np.flatnonzero(pool.open & (pool.lines.key != 0))
    if not open_rows.size:
        return []
    groups = _groups(pool.lines, pool.scores, open_rows)
    value = worth(groups.score, groups.pages)
    best = np.argsort(-value, kind="stable")[:MOST_COMPARED]
    chosen = _unlike(pool.ngrams[groups.row[best]], value[best], count)
    return [_question(pool, groups, int(best[at])) for at in chosen]
