"""From the same pages in two renderings to which line of one is in which line of the other.

    <li>Home</li><li>News</li>            two lines of the HTML page
    Home | News                           one line of its text, printed by another renderer: half of each

A word of a line belongs to the line that has the same three words in a row. A line of one or two words is
found as a whole. What is learned about the lines of HTML pages so reaches the lines of their text.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.records import Integers

# Words in a row that are the same text; and the least share of a line's words that must be found.
RUN: Final = 3
FOUND: Final = 0.5
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class PageWords(NamedTuple):
    """The words of the lines of pages.

    key: uint64 (W,), hash of each word
    segment_word: int64 (S + 1,), first word of each line, and W
    page: int64 (S,), the number of each line's page, the same in all renderings of a page
    """

    key: NDArray[np.uint64]
    segment_word: Integers
    page: Integers

    def line(self) -> Integers:
        """Return int64 (W,): the line of each word."""
        return np.repeat(np.arange(self.page.size), np.diff(self.segment_word))

    def lines_from(self, first: int) -> "PageWords":
        """Return the words of the lines from this one on."""
        start = int(self.segment_word[first])
        return PageWords(self.key[start:], self.segment_word[first:] - start, self.page[first:])

    def runs(self, size: int) -> tuple[Integers, NDArray[np.uint64]]:
        """Return where the runs of so many words in a line of a page begin, and the key of each."""
        line = self.line()
        last = max(line.size - size + 1, 0)
        start = np.flatnonzero(line[:last] == line[size - 1 : size - 1 + last])
        key = self.page[line[start]].astype(np.uint64) * _MIX
        for place in range(size):
            key = (key ^ self.key[start + place]) * _MIX
            key ^= key >> np.uint64(29)
        return start, key


def joined_words(parts: Sequence[PageWords]) -> PageWords:
    """Return the words of the lines of several sets of pages."""
    sizes = np.concatenate([np.diff(part.segment_word) for part in parts])
    return PageWords(
        np.concatenate([part.key for part in parts]),
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate([part.page for part in parts]),
    )


def _lines_with(source: PageWords, size: int, wanted: NDArray[np.uint64]) -> Integers:
    """Return the first line of the source with each run, or -1; of short runs, a line of just these words."""
    start, key = source.runs(size)
    line = source.line()[start]
    if size < RUN:
        whole = np.diff(source.segment_word)[line] == size
        key, line = key[whole], line[whole]
    known, first = np.unique(key, return_index=True)
    if not known.size:
        return np.full(wanted.size, -1, np.int64)
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.where(known[place] == wanted, line[first[place]], -1)


def shares_of_lines(text: PageWords, source: PageWords) -> sparse.csr_matrix:
    """Return which share of each line's words comes from which line of the source.

    Returns
    -------
    csr_matrix of float32, (lines of the text, lines of the source)
        Rows sum to 1, or are empty if less than half of a line's words were found.
    """
    owner = np.full(text.key.size, -1, np.int64)
    for size in range(RUN, 0, -1):
        start, key = text.runs(size)
        if size < RUN:
            free = np.all([owner[start + place] < 0 for place in range(size)], axis=0)
            start, key = start[free], key[free]
        line = _lines_with(source, size, key)
        start, line = start[line >= 0], line[line >= 0]
        for place in range(size):
            new = owner[start + place] < 0
            owner[start[new] + place] = line[new]
    found = owner >= 0
    shape = (text.page.size, source.page.size)
    rows = sparse.csr_matrix(
        (np.ones(int(found.sum()), np.float32), (text.line()[found], owner[found])), shape=shape
    )
    total = np.asarray(rows.sum(axis=1)).ravel()
    is_found = (total > 0) & (total >= FOUND * np.diff(text.segment_word))
    return sparse.csr_matrix(sparse.diags_array(np.where(is_found, 1 / np.maximum(total, 1), 0)) @ rows)
