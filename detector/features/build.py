"""From lines to the two feature tables.

The first table has what is known about a line before scoring. The second has a first guess for the line and
its context: the guesses for the lines around it, for the page, and for the elements that contain it. Two such
models in sequence do what recurrent networks do, at a fraction of the cost (Cohen and Carvalho 2005,
"Stacked sequential learning").
"""

from typing import NamedTuple

import numpy as np

from detector import native
from detector.features.markup import MarkupWeights, Tree, new_tree
from detector.features.phrases import PhraseWeights
from detector.features.schema import HTML_COLUMNS, HTML_CONTEXT, TEXT_COLUMNS, TEXT_CONTEXT, names
from detector.near_duplicates.minhash.permutations import permutations
from detector.records import Batch, Floats, Integers, Markup, Repeats, Words
from detector.text.words import words_of

# Slots of the MinHash signature of a line (kernels/features/matching.h).
LINE_SLOTS = 64


class Features(NamedTuple):
    """What is known about all segments before scoring.

    table: float32 (S, F), columns of `TEXT_COLUMNS` or `HTML_COLUMNS`
    repeats: what occurs more than once; tree: for HTML, what is known about the elements
    """

    table: Floats
    repeats: Repeats
    tree: Tree | None


def new_repeats(size: int) -> Repeats:
    """Return empty repeats, for a kernel to fill."""
    return Repeats(
        original=np.empty(size, np.int64),
        copies=np.empty(size, np.int32),
        similarity=np.empty(size, np.float32),
        block=np.empty(size, np.int32),
        alike=np.empty(size, np.int32),
        begins=np.empty(size, np.int64),
        begins_words=np.empty(size, np.int32),
    )


def _write_text(batch: Batch, words: Words, weights: PhraseWeights, table: Floats) -> Repeats:
    repeats = new_repeats(batch.segment_start.size)
    native.run("text_features", batch, words, weights, permutations(LINE_SLOTS), repeats, table)
    return repeats


def text_features(batch: Batch, words: Words, weights: PhraseWeights) -> Features:
    """Return the features of text, or of HTML without its markup."""
    table = np.empty((batch.segment_start.size, len(TEXT_COLUMNS)), np.float32)
    return Features(table, _write_text(batch, words, weights, table), None)


def hint_words(markup: Markup) -> Words:
    """Return the words of the hints, one segment for each."""
    ends: Integers = markup.hint_end
    starts = np.concatenate((np.zeros(1, np.int64), ends))[: ends.size]
    number = np.arange(ends.size + 1)
    return words_of(Batch(markup.hints, starts, ends, starts, ends, number, np.array([0, ends.size])))


def html_features(
    batch: Batch, words: Words, markup: Markup, weights: PhraseWeights, markup_weights: MarkupWeights
) -> Features:
    """Return the features of HTML."""
    table = np.empty((batch.segment_start.size, len(HTML_COLUMNS)), np.float32)
    repeats = _write_text(batch, words, weights, table)
    tree = new_tree(markup.tag.size)
    native.run("html_features", batch, words, markup, hint_words(markup), markup_weights, tree, table)
    return Features(table, repeats, tree)


def context_features(
    batch: Batch, words: Words, markup: Markup | None, features: Features, log_odds: Floats
) -> Floats:
    """Return the second table: first guesses in context.

    Parameters
    ----------
    batch, words, markup, features
        The lines, and the first table.
    log_odds : ndarray of float32, (S,)
        Log-odds of boilerplate from the first network.

    Returns
    -------
    ndarray of float32, (S, C)
        The columns of `TEXT_CONTEXT` or `HTML_CONTEXT`.
    """
    blocks = TEXT_CONTEXT if features.tree is None else HTML_CONTEXT
    context = np.empty((log_odds.size, len(names(blocks))), np.float32)
    guesses = (log_odds, np.empty(log_odds.size, np.float32), np.empty(log_odds.size, np.float32))
    native.run("text_context", batch, words, features.table, guesses, context)
    if markup is not None and features.tree is not None:
        native.run("html_context", batch, markup, features.tree, features.table, guesses, context)
    return context
