"""Chooses the words of each line to quote in its reasons: those that contribute most.

The weight of a word is that of its n-grams in the linear model of phrases: the word itself, and its pairs
with the adjacent words. It is computed when the lines are accessed, so it does not slow down scoring. A
pickled page contains the numbers of the quoted words, not the weights of the model.

The networks see more than a sum of weights, so a quotation must be significant. With the limits below,
replacing the quoted words by others moves the score as the reason says on nine of ten lines.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.features.phrases import PhraseWeights, ngram_buckets
from detector.features.schema import CODES
from detector.records import Batch, Floats, Floats64, Words
from detector.results.batch import MOST_QUOTED, PageLines
from detector.text.words import HAS_DIGIT, words_of

# The least contribution of the words of a line to its log-odds for a quotation, for boilerplate and for
# content.
LEAST_FOR_BOILERPLATE: Final = 0.4
LEAST_FOR_CONTENT: Final = 1.0
# The least total weight of the quoted words, in the units of the phrase model, and the least weight of a word
# relative to the strongest one of its line.
LEAST_SUM: Final = 0.5
LEAST_SHARE: Final = 0.25
NO_WORD: Final = -1
# Columns of `PageLines.segment` and `PageLines.line`.
_SIZE, _FIRST_SEGMENT = 0, 2
_PHRASES: Final = CODES.index("phrases")

QuotedWords = NDArray[np.int16]


def page_words(page: PageLines) -> Words:
    """Return the words of a page's segments."""
    lines = page.line.shape[0]
    first = np.append(page.line[:, _FIRST_SEGMENT], page.scores.size).astype(np.int64)
    # The segments of a line are adjacent.
    line = np.repeat(np.arange(lines), np.diff(first))
    size = page.segment[:, _SIZE].astype(np.int64)
    before = np.cumsum(size) - size
    start = page.line[line, 0] + before - before[first[line]]
    starts, ends = page.line[:, 0].astype(np.int64), page.line[:, 1].astype(np.int64)
    return words_of(Batch(page.data, starts, ends, start, start + size, first, np.array([0, lines])))


def quoted_words(words: Words, weights: PhraseWeights, said: Floats) -> QuotedWords:
    """Return the words of each segment that contribute most to the evidence of its words.

    Parameters
    ----------
    words
        The words of the segments.
    weights
        The weights of the model that scored them.
    said : ndarray of float32, (S,)
        The contribution of their phrases to the log-odds of boilerplate.

    Returns
    -------
    ndarray of int16, (S, MOST_QUOTED)
        Numbers of words in their segment, `NO_WORD` if there are fewer: for all of them, if they contribute
        too little or if no other word is left. Words with digits are not quoted.
    """
    number = np.diff(words.segment_word)
    quoted = np.full((number.size, MOST_QUOTED), NO_WORD, np.int16)
    segment = np.repeat(np.arange(number.size), number)
    at = np.arange(segment.size) - words.segment_word[segment]
    speaks = (said >= LEAST_FOR_BOILERPLATE) | (said <= -LEAST_FOR_CONTENT)
    weight = _weights(words, weights, segment, at) * np.sign(said)[segment]
    strongest = np.zeros(number.size)
    np.maximum.at(strongest, segment, weight)
    is_strong = (weight > LEAST_SHARE * strongest[segment]) & (words.shape & HAS_DIGIT == 0)
    chosen = np.flatnonzero(speaks[segment] & is_strong & (at < np.iinfo(np.int16).max))
    order = _once(chosen[np.lexsort((-weight[chosen], segment[chosen]))], segment, words)
    rank = np.arange(order.size) - np.searchsorted(segment[order], segment[order])
    order, rank = order[rank < MOST_QUOTED], rank[rank < MOST_QUOTED]
    count, sum_ = (np.bincount(segment[order], of, number.size) for of in (None, weight[order]))
    enough = (sum_ >= LEAST_SUM * np.sqrt(np.maximum(number, 1))) & (count < number)
    order, rank = order[enough[segment[order]]], rank[enough[segment[order]]]
    quoted[segment[order], rank] = at[order]
    return quoted


def _once(order: NDArray[np.intp], segment: NDArray[np.intp], words: Words) -> NDArray[np.intp]:
    """Return words in order, each once per segment."""
    pairs = np.column_stack((segment[order], words.key[order].view(np.int64)))
    _, first = np.unique(pairs, return_index=True, axis=0)
    return order[np.sort(first)]


def _weights(
    words: Words, weights: PhraseWeights, segment: NDArray[np.intp], at: NDArray[np.int64]
) -> Floats64:
    """Return the weight of each word, including its pairs."""
    if not segment.size:
        return np.zeros(0)
    start, bucket = ngram_buckets(words)
    weight = weights.bucket[bucket].astype(np.float64)
    number = np.diff(words.segment_word)[segment]
    own = start[segment] + at
    # The pairs of a segment come after its words.
    pair = np.where(at + 1 < number, weight[own + np.where(at + 1 < number, number, 0)], 0.0)
    found: Floats64 = weight[own] + pair
    found[1:] += pair[:-1]
    return found


def with_quoted_words(
    page: PageLines, weights: PhraseWeights | None, words: Words | None = None
) -> PageLines:
    """Return the lines of a page with the words to quote chosen; unchanged without weights.

    words: of the page's segments, if already computed (`page_words`)
    """
    if weights is None:
        return page
    words = page_words(page) if words is None else words
    return page._replace(quoted=quoted_words(words, weights, page.contributions[:, _PHRASES]))
