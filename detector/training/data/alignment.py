"""From a gold text to labels of lines: which words of the page are in the gold text.

The words of page and gold are aligned in order by dynamic programming, and runs count more than single words.
The rest is aligned again, twice, for gold texts in another order than the page. A run counts as found if it
has three words, or is a whole line on both sides, so that the word "Services" in a menu is not matched with a
word of the text. If the page has more copies of a line than the gold, the surplus is not content. The kernel
is kernels/align.cpp.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Integers, Words
from detector.text.plain import text_batch
from detector.text.words import words_of

PASSES: Final = 3
# The most cells of the alignment table. Larger pages are aligned with pieces of their gold.
MOST_CELLS: Final = 400_000_000


def _ends(segment_word: Integers) -> NDArray[np.bool_]:
    """Return bool (W,): whether a word ends its segment."""
    ends = np.zeros(int(segment_word[-1]), np.bool_)
    last = segment_word[1:][np.diff(segment_word) > 0] - 1
    ends[last] = True
    return ends


def _pairs(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return keys[:-1] * np.uint64(31) ^ keys[1:]


def _candidates(page: NDArray[np.uint64], page_ends: NDArray[np.bool_], gold: NDArray[np.uint64]) -> Integers:
    """Return which words of the page may be aligned: those in segments that share a pair with the gold.

    A segment of one word has to share that. This removes most of the template, and most of the cost.
    """
    starts = np.concatenate(([0], np.flatnonzero(page_ends) + 1)) if page.size else np.zeros(1, np.int64)
    segment = np.searchsorted(starts, np.arange(page.size), side="right") - 1
    shared = np.zeros(starts.size, np.bool_)
    in_pairs = np.isin(_pairs(page), _pairs(gold)) & (segment[:-1] == segment[1:])
    shared[segment[:-1][in_pairs]] = True
    single = np.bincount(segment, minlength=starts.size) == 1
    shared[segment[np.isin(page, gold) & single[segment]]] = True
    return np.flatnonzero(shared[segment])


def _align_once(
    page: NDArray[np.uint64],
    page_ends: NDArray[np.bool_],
    gold: NDArray[np.uint64],
    gold_ends: NDArray[np.bool_],
) -> Integers:
    """Return int64 (page,): the gold word aligned with each word of the page, or -1."""
    match = np.full(page.size, -1, np.int64)
    if page.size < 1 or gold.size < 1:
        return match
    chosen = _candidates(page, page_ends, gold)
    piece = max(1, MOST_CELLS // max(gold.size, 1))
    for first in range(0, chosen.size, piece):
        part = chosen[first : first + piece]
        found = np.empty(part.size, np.int64)
        native.run("align_words", page[part], page_ends[part], gold, gold_ends, found)
        match[part] = found
    return match


def explained_words(words: Words, gold: str) -> NDArray[np.bool_]:
    """Return bool (W,): which words of a page are in the gold text."""
    gold_words = words_of(text_batch([gold.encode("utf-8", "replace")]))
    gold_keys, gold_ends = gold_words.key, _ends(gold_words.segment_word)
    page_ends = _ends(words.segment_word)
    explained = np.zeros(words.key.size, np.bool_)
    for _ in range(PASSES):
        open_words = np.flatnonzero(~explained)
        match = _align_once(words.key[open_words], page_ends[open_words], gold_keys, gold_ends)
        found = match >= 0
        if not found.any():
            break
        explained[open_words[found]] = True
        left = np.ones(gold_keys.size, np.bool_)
        left[match[found]] = False
        gold_keys, gold_ends = gold_keys[left], gold_ends[left]
    return explained


def content_shares(words: Words, gold: str) -> NDArray[np.float64]:
    """Return float64 (S,): the share of each segment's words that are in the gold text.

    It is -1 for a segment without words.
    """
    explained = np.concatenate(([0], np.cumsum(explained_words(words, gold))))
    found = np.diff(explained[words.segment_word])
    count = np.diff(words.segment_word)
    return np.where(count > 0, found / np.maximum(count, 1), -1.0)
