"""A first guess for every line, in its context: the second table of the evidence.

The first network judges lines by what they are; here is what its guesses say together:
around the line, and over the page. A sequence of two such models does what recurrent
networks over the lines do (Cohen and Carvalho 2005, "Stacked sequential learning"), at
a fraction of their cost; it was worth .005 to .01 words F1 on WCXB dev.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.evidence.columns import (
    AGAIN,
    GUESSES_AROUND,
    GUESSES_ON_PAGE,
    HTML_COLUMNS,
    MARKUP_AGAIN,
    OWN,
    TEXT_COLUMNS,
    TEXT_CONTEXT,
    names,
)
from detector.evidence.neighbours import write_windows
from detector.evidence.shape import words_in
from detector.records import Floats, Integers, Number, Words

# The page's words are counted, and half a word for each line, so that lines without words weigh.
LINE_WEIGHT: Final = 0.5
# Words of content that a signal of one stands for.
MANY_WORDS: Final = 20
# More words of one line say no more about the page.
LARGEST: Final = 60
# Guesses below these are content: surely, likely, rather, perhaps.
LEVELS: Final = np.array([0.1, 0.3, 0.5, 0.8], np.float32)
# Log-odds beyond this are all the same.
MOST_ODDS: Final = 12.0

OWN_AT: Final = 0
AROUND_AT: Final = 2
PAGE_AT: Final = AROUND_AT + len(GUESSES_AROUND)
PLACE_AT: Final = PAGE_AT + len(GUESSES_ON_PAGE)
AGAIN_AT: Final = PLACE_AT + 1
MARKUP_AT: Final = len(names(TEXT_CONTEXT))
N_SUMS: Final = 9

TEXT_AGAIN_FROM: Final = np.array([TEXT_COLUMNS.index(name) for name in names(AGAIN)], np.int64)
MARKUP_AGAIN_FROM: Final = np.array([HTML_COLUMNS.index(name) for name in names(MARKUP_AGAIN)], np.int64)

assert TEXT_CONTEXT[0][0] == OWN


@inlined
def guess_of(odds: Number) -> Number:
    """Return the probability of boilerplate that log-odds stand for."""
    return np.float32(1) / (np.float32(1) + np.exp(-odds))


@inlined
def weight_of(words: Words, row: Number) -> Number:
    """Return how much a line counts among others."""
    return words_in(words, row) + np.float32(LINE_WEIGHT)


@inlined
def write_guess(odds: Number, row: Floats) -> None:
    """Write the first guess of one line."""
    row[OWN_AT] = min(max(odds, np.float32(-MOST_ODDS)), np.float32(MOST_ODDS))
    row[OWN_AT + 1] = np.tanh(odds / np.float32(2))


@kernel
def _signals(words: Words, odds: Floats, signals: Floats) -> None:
    """Write what the windows average: the guess, and the line's content."""
    for row in range(odds.size):
        content = weight_of(words, row) * (np.float32(1) - guess_of(odds[row]))
        signals[row, 0] = np.tanh(odds[row] / np.float32(2))
        signals[row, 1] = content / np.float32(MANY_WORDS)


@inlined
def _page_sums(words: Words, odds: Floats, rows: tuple[Number, Number], sums: Floats) -> None:
    """Add up a page: words, content, words below each level, doubt, and the largest line of content."""
    sums[:] = 0
    for row in range(rows[0], rows[1]):
        guess, weight = guess_of(odds[row]), weight_of(words, row)
        sums[0] += weight
        sums[1] += weight * (np.float32(1) - guess)
        for level in range(LEVELS.size):
            sums[2 + level] += weight if guess < LEVELS[level] else np.float32(0)
        sums[6] += weight * guess * (np.float32(1) - guess)
        largest = (np.float32(1) - guess) * min(weight, np.float32(LARGEST))
        sums[7] = max(sums[7], largest)


@kernel
def _page_columns(words: Words, odds: Floats, page_segment: Integers, sums: Floats, context: Floats) -> None:
    for page in range(page_segment.size - 1):
        first, last = page_segment[page], page_segment[page + 1]
        _page_sums(words, odds, (first, last), sums)
        some_words, some_content = max(sums[0], np.float32(1e-6)), max(sums[1], np.float32(1e-6))
        before = np.float32(0)
        for row in range(first, last):
            here = context[row]
            write_guess(odds[row], here)
            content = weight_of(words, row) * (np.float32(1) - guess_of(odds[row]))
            here[PAGE_AT] = sums[1] / some_words
            here[PAGE_AT + 1], here[PAGE_AT + 2] = np.log1p(sums[1]), np.log1p(sums[0])
            for level in range(LEVELS.size):
                here[PAGE_AT + 3 + level] = sums[2 + level] / some_words
            here[PAGE_AT + 7] = sums[6] / some_words
            here[PAGE_AT + 8] = sums[7] / np.float32(LARGEST)
            here[PLACE_AT] = (before + content / np.float32(2)) / some_content
            before += content


def write_text_context(
    words: Words, page_segment: Integers, evidence: Floats, odds: Floats, context: Floats
) -> None:
    """Write the columns that text has, too: the guess, those around it and over the page.

    odds: float32 (S,), the first network's log-odds of boilerplate
    """
    signals: NDArray[np.float32] = np.empty((odds.size, 2), np.float32)
    _signals(words, odds, signals)
    write_windows(signals, page_segment, AROUND_AT, context)
    _page_columns(words, odds, page_segment, np.empty(N_SUMS, np.float32), context)
    context[:, AGAIN_AT:MARKUP_AT] = evidence[:, TEXT_AGAIN_FROM]
