"""Gold text to a label for each line of a page: which words of the page the gold holds.

Words of page and gold are aligned in order, runs of words counting more than single
ones (dynamic programming over both). What is left of either is aligned again, twice, for
gold texts that stand in another order than the page. A run counts as found when it has
three words, or is a whole line on both sides; so a menu's "Services" is not explained
by a word of the text. A copy beyond those that the gold holds is not explained: it is
no content.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.records import Integers, Number, Words
from detector.text.plain import text_batch
from detector.text.words import words_of

# Score of a match that goes on from the last word's match, and of one that starts a run.
GO_ON: Final = 10
START: Final = 3
LEAST_RUN: Final = 3
PASSES: Final = 3
# Cells of the alignment's table at most; larger pages are aligned in pieces of their gold.
MOST_CELLS: Final = 400_000_000

STOP: Final = 0
UP: Final = 1
LEFT: Final = 2
BEGIN: Final = 3
EXTEND: Final = 4


@kernel
def _fill(
    page: NDArray[np.uint64], gold: NDArray[np.uint64], moves: NDArray[np.uint8], scores: NDArray[np.int32]
) -> None:
    """Fill the table of moves. scores: int32 (3, gold + 1), scratch."""
    best, run, last_run = scores[0], scores[1], scores[2]
    best[:] = 0
    last_run[:] = -1
    for i in range(page.size):
        diagonal = np.int32(0)
        run[0] = -1
        for j in range(gold.size):
            above, move = best[j + 1], UP
            value = above
            if best[j] > value:
                value, move = best[j], LEFT
            run[j + 1] = -1
            if page[i] == gold[j]:
                begun = diagonal + START
                extended = last_run[j] + GO_ON if last_run[j] >= 0 else np.int32(-1)
                run[j + 1] = max(begun, extended)
                if run[j + 1] >= value:
                    value, move = run[j + 1], EXTEND if extended >= begun else BEGIN
            moves[i, j] = move
            diagonal = above
            best[j + 1] = value
        for j in range(gold.size + 1):
            last_run[j] = run[j]


@kernel
def _trace(moves: NDArray[np.uint8], match: Integers) -> None:
    """Write for each word of the page the gold word it is aligned with, or -1."""
    i, j = moves.shape[0] - 1, moves.shape[1] - 1
    match[:] = -1
    while i >= 0 and j >= 0:
        move = moves[i, j]
        if move == UP:
            i -= 1
        elif move == LEFT:
            j -= 1
        else:
            # A run is followed to its beginning, whatever the cells on its way prefer.
            while True:
                match[i] = j
                going_on = moves[i, j] == EXTEND
                i, j = i - 1, j - 1
                if not going_on or i < 0 or j < 0:
                    break


@inlined
def _whole_line(at: Number, end: Number, ends: NDArray[np.bool_]) -> bool:
    """Tell whether the words from `at` to before `end` are whole lines."""
    return bool((at == 0 or ends[at - 1]) and ends[end - 1])


@kernel
def _drop_short_runs(match: Integers, page_ends: NDArray[np.bool_], gold_ends: NDArray[np.bool_]) -> None:
    """Forget runs that are short and not whole lines on both sides."""
    at = 0
    while at < match.size:
        end = at + 1
        if match[at] >= 0:
            while end < match.size and match[end] == match[end - 1] + 1:
                end += 1
            whole = _whole_line(at, end, page_ends) and _whole_line(match[at], match[end - 1] + 1, gold_ends)
            if end - at < LEAST_RUN and not whole:
                match[at:end] = -1
        at = end


def _ends(segment_word: Integers) -> NDArray[np.bool_]:
    """Return bool (W,): which words end their segment."""
    ends = np.zeros(int(segment_word[-1]), np.bool_)
    last = segment_word[1:][np.diff(segment_word) > 0] - 1
    ends[last] = True
    return ends


def _pairs(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return keys[:-1] * np.uint64(31) ^ keys[1:]


def _candidates(page: NDArray[np.uint64], page_ends: NDArray[np.bool_], gold: NDArray[np.uint64]) -> Integers:
    """Return which words of the page may be aligned: those of segments that share a pair with the gold.

    Segments of one word share it; most of a page's template goes here, and most of the cost.
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
    """Return int64 (page,): the gold word that each word of the page is aligned with, or -1."""
    match = np.full(page.size, -1, np.int64)
    if page.size < 1 or gold.size < 1:
        return match
    chosen = _candidates(page, page_ends, gold)
    piece = max(1, MOST_CELLS // max(gold.size, 1))
    for first in range(0, chosen.size, piece):
        part = chosen[first : first + piece]
        moves = np.empty((part.size, gold.size), np.uint8)
        found = np.empty(part.size, np.int64)
        _fill(page[part], gold, moves, np.empty((3, gold.size + 1), np.int32))
        _trace(moves, found)
        _drop_short_runs(found, page_ends[part], gold_ends)
        match[part] = found
    return match


def explained_words(words: Words, gold: str) -> NDArray[np.bool_]:
    """Return bool (W,): which words of one page the gold text explains."""
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
    """Return float64 (S,): the share of each segment's words that the gold explains.

    A segment without words has -1: it is neither.
    """
    explained = np.concatenate(([0], np.cumsum(explained_words(words, gold))))
    found = np.diff(explained[words.segment_word])
    count = np.diff(words.segment_word)
    return np.where(count > 0, found / np.maximum(count, 1), -1.0)
