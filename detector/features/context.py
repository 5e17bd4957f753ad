"""A first guess for every line, in its context: the second table of the evidence.

The first network judges lines by what they are; here is what its guesses say together:
around the line, and over the page. A sequence of two such models does what recurrent
networks over the lines do (Cohen and Carvalho 2005, "Stacked sequential learning"), at
a fraction of their cost; it was worth .005 to .01 words F1 on WCXB dev.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.neighbours import write_windows
from detector.features.schema import (
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
from detector.features.shape import words_in
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


class Guessed(NamedTuple):
    """The first guesses of a batch, as their context is made of; all float32 (S,).

    odds: log-odds of boilerplate; guess: the same as a probability
    weight: how much each line counts among others
    """

    odds: Floats
    guess: Floats
    weight: Floats


@inlined
def bounded(odds: Number) -> Number:
    """Return log-odds within their bound."""
    return min(max(odds, np.float32(-MOST_ODDS)), np.float32(MOST_ODDS))


@inlined
def squeezed(odds: Number) -> Number:
    """Return log-odds squeezed to -1 to 1: nearly straight where a guess is open."""
    half = odds / np.float32(2)
    return half / (np.float32(1) + abs(half))


@kernel
def _prepare(words: Words, guessed: Guessed, signals: Floats) -> None:
    """Write guesses, weights, and what the windows average: the guess, and the line's content."""
    for row in range(guessed.odds.size):
        odds = guessed.odds[row]
        guess, weight = np.float32(1) / (np.float32(1) + np.exp(-odds)), words_in(words, row)
        guessed.guess[row], guessed.weight[row] = guess, weight + np.float32(LINE_WEIGHT)
        signals[row, 0] = squeezed(odds)
        signals[row, 1] = guessed.weight[row] * (np.float32(1) - guess) / np.float32(MANY_WORDS)


@inlined
def _page_sums(guessed: Guessed, rows: tuple[Number, Number], sums: Floats) -> None:
    """Add up a page: words, content, words below each level, doubt, and the largest line of content."""
    sums[:] = 0
    for row in range(rows[0], rows[1]):
        guess, weight = guessed.guess[row], guessed.weight[row]
        sums[0] += weight
        sums[1] += weight * (np.float32(1) - guess)
        for level in range(LEVELS.size):
            sums[2 + level] += weight if guess < LEVELS[level] else np.float32(0)
        sums[6] += weight * guess * (np.float32(1) - guess)
        largest = (np.float32(1) - guess) * min(weight, np.float32(LARGEST))
        sums[7] = max(sums[7], largest)


@kernel
def _page_columns(guessed: Guessed, page_segment: Integers, sums: Floats, context: Floats) -> None:
    for page in range(page_segment.size - 1):
        first, last = page_segment[page], page_segment[page + 1]
        _page_sums(guessed, (first, last), sums)
        some_words, some_content = max(sums[0], np.float32(1e-6)), max(sums[1], np.float32(1e-6))
        log_content, log_words = np.log1p(sums[1]), np.log1p(sums[0])
        before = np.float32(0)
        for row in range(first, last):
            here, odds = context[row], guessed.odds[row]
            here[OWN_AT], here[OWN_AT + 1] = bounded(odds), squeezed(odds)
            content = guessed.weight[row] * (np.float32(1) - guessed.guess[row])
            here[PAGE_AT] = sums[1] / some_words
            here[PAGE_AT + 1], here[PAGE_AT + 2] = log_content, log_words
            for level in range(LEVELS.size):
                here[PAGE_AT + 3 + level] = sums[2 + level] / some_words
            here[PAGE_AT + 7] = sums[6] / some_words
            here[PAGE_AT + 8] = sums[7] / np.float32(LARGEST)
            here[PLACE_AT] = (before + content / np.float32(2)) / some_content
            before += content


@kernel
def _again(evidence: Floats, columns: Integers, at: int, context: Floats) -> None:
    for row in range(evidence.shape[0]):
        for number in range(columns.size):
            context[row, at + number] = evidence[row, columns[number]]


def see_again(evidence: Floats, columns: Integers, at: int, context: Floats) -> None:
    """Copy columns of the first table to the second, from column `at` on."""
    _again(evidence, columns, at, context)


def write_text_context(
    words: Words, page_segment: Integers, evidence: Floats, odds: Floats, context: Floats
) -> Guessed:
    """Write the columns that text has, too: the guess, those around it and over the page.

    odds: float32 (S,), the first network's log-odds of boilerplate
    """
    guessed = Guessed(odds, np.empty(odds.size, np.float32), np.empty(odds.size, np.float32))
    signals: NDArray[np.float32] = np.empty((odds.size, 2), np.float32)
    _prepare(words, guessed, signals)
    write_windows(signals, page_segment, AROUND_AT, context)
    _page_columns(guessed, page_segment, np.empty(N_SUMS, np.float32), context)
    see_again(evidence, TEXT_AGAIN_FROM, AGAIN_AT, context)
    return guessed
