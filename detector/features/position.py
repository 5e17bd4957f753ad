"""Where a line stands on its page, and what page that is.

"Content" here is the share of words that the phrases alone give to main content: a
first guess, enough to tell a line before the content from one after it.
"""

from typing import Final

import numpy as np

from detector.compiled import inlined, kernel
from detector.features.phrases import KNOWN_WORDS, PHRASES_SAY
from detector.features.schema import PAGE, PLACE, START
from detector.features.shape import SINGLE_SHARE, words_in
from detector.records import Floats, Integers, Number, Words

# A line of this many words or more is a long one: a paragraph rather than a label.
LONG: Final = 15

AT: Final = START["place"]
BY_LINES, BY_WORDS, BY_CONTENT, LINES_BEFORE, LINES_AFTER = range(AT, AT + len(PLACE))
AT_PAGE: Final = START["page"]
(
    LOG_LINES, LOG_WORDS, WORDS_PER_LINE, LONG_LINES, MEAN_PHRASES, SPREAD, CONTENT, PAGE_KNOWN, PAGE_SINGLE,
    PAGE_REPEATS,
) = range(AT_PAGE, AT_PAGE + len(PAGE))  # fmt: skip
N_SUMS: Final = 8


@inlined
def content_odds(phrases_say: Number) -> Number:
    """Return the share of content that the phrases' log-odds of boilerplate stand for."""
    return np.float32(1) / (np.float32(1) + np.exp(phrases_say))


@inlined
def _sums(words: Words, rows: tuple[Number, Number], evidence: Floats, sums: Floats) -> None:
    """Add up a page: words, content, long lines' words, phrases, their squares, known, single."""
    sums[:] = 0
    for row in range(rows[0], rows[1]):
        n_words, say = words_in(words, row), evidence[row, PHRASES_SAY]
        sums[0] += n_words
        sums[1] += n_words * content_odds(say)
        sums[2] += n_words if n_words >= LONG else np.float32(0)
        sums[3] += say
        sums[4] += say * say
        sums[5] += n_words * evidence[row, KNOWN_WORDS]
        sums[6] += n_words * evidence[row, SINGLE_SHARE]


@kernel
def place(words: Words, page_segment: Integers, evidence: Floats, sums: Floats) -> None:
    """Write the place and page columns of all segments; `sums` float32 (8,) is scratch."""
    one = np.float32(1)
    for page in range(page_segment.size - 1):
        first, last = page_segment[page], page_segment[page + 1]
        _sums(words, (first, last), evidence, sums)
        lines = np.float32(last - first)
        some_lines, some_words = max(lines, one), max(sums[0], one)
        mean = sums[3] / some_lines
        spread = np.sqrt(max(sums[4] / some_lines - mean * mean, np.float32(0)))
        n_words, content = np.float32(0), np.float32(0)
        for row in range(first, last):
            here, mine = evidence[row], words_in(words, row)
            guess = mine * content_odds(here[PHRASES_SAY])
            before = np.float32(row - first)
            here[BY_LINES] = (before + np.float32(0.5)) / some_lines
            here[BY_WORDS] = (n_words + mine / 2) / some_words
            here[BY_CONTENT] = (content + guess / 2) / max(sums[1], np.float32(1e-3))
            here[LINES_BEFORE], here[LINES_AFTER] = np.log1p(before), np.log1p(lines - before - one)
            here[LOG_LINES], here[LOG_WORDS] = np.log1p(lines), np.log1p(sums[0])
            here[WORDS_PER_LINE] = np.log1p(sums[0] / some_lines)
            here[LONG_LINES], here[CONTENT] = sums[2] / some_words, sums[1] / some_words
            here[MEAN_PHRASES], here[SPREAD] = mean, spread
            here[PAGE_KNOWN], here[PAGE_SINGLE] = sums[5] / some_words, sums[6] / some_words
            n_words += mine
            content += guess
