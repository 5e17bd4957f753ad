"""All evidence of a batch: the order in which its blocks are written."""

from typing import NamedTuple

import numpy as np

from detector.features.ancestors import write_markup_context
from detector.features.context import write_text_context
from detector.features.markup import LINK_SHARE, MARKUP_SAYS, MarkupWeights, Tree, write_markup
from detector.features.neighbours import write_windows
from detector.features.phrases import PHRASES_SAY, PhraseWeights, phrases, room_for_ngrams
from detector.features.position import N_SUMS, place
from detector.features.repeats import find_repeats
from detector.features.schema import (
    HTML_COLUMNS,
    HTML_CONTEXT,
    MARKUP_SIGNALS,
    START,
    TEXT_COLUMNS,
    TEXT_CONTEXT,
    TEXT_SIGNALS,
    names,
)
from detector.features.shape import LOG_WORDS, SENTENCE_ENDS, long_lines, shape
from detector.features.titles import write_titles
from detector.records import Batch, Floats, Markup, Repeats, Words
from detector.text.characters import characters


def _text_signals(evidence: Floats) -> Floats:
    """Return float32 (S, 4): what the neighbour windows average, in `TEXT_SIGNALS`' order."""
    signals = np.empty((evidence.shape[0], len(TEXT_SIGNALS)), np.float32)
    np.tanh(evidence[:, PHRASES_SAY] / 2, out=signals[:, 0])
    signals[:, 1] = evidence[:, LOG_WORDS]
    signals[:, 2] = evidence[:, SENTENCE_ENDS]
    signals[:, 3] = 1
    return signals


def _markup_signals(evidence: Floats) -> Floats:
    """Return float32 (S, 2): what the markup windows average, in `MARKUP_SIGNALS`' order."""
    signals = np.empty((evidence.shape[0], len(MARKUP_SIGNALS)), np.float32)
    np.tanh(evidence[:, MARKUP_SAYS] / 2, out=signals[:, 0])
    signals[:, 1] = evidence[:, LINK_SHARE]
    return signals


class Evidence(NamedTuple):
    """What is known of all segments before any was scored.

    table: float32 (S, F), columns of `TEXT_COLUMNS` or `HTML_COLUMNS`
    repeats: what stands more than once; tree: for HTML, what is known of the elements
    """

    table: Floats
    repeats: Repeats
    tree: Tree | None


def _write_text(batch: Batch, words: Words, weights: PhraseWeights, table: Floats) -> Repeats:
    shape(batch, words, characters(), table)
    long_lines(batch.line_segment, table)
    phrases(batch, words, weights, room_for_ngrams(words), table)
    page_segment = batch.page_segment()
    place(words, page_segment, table, np.zeros(N_SUMS, np.float32))
    write_windows(_text_signals(table), page_segment, START["neighbours"], table)
    return find_repeats(batch, words, table)


def text_evidence(batch: Batch, words: Words, weights: PhraseWeights) -> Evidence:
    """Return the evidence of text, or of HTML without its markup."""
    table = np.empty((batch.segment_start.size, len(TEXT_COLUMNS)), np.float32)
    return Evidence(table, _write_text(batch, words, weights, table), None)


def html_evidence(
    batch: Batch, words: Words, markup: Markup, weights: PhraseWeights, markup_weights: MarkupWeights
) -> Evidence:
    """Return the evidence of HTML."""
    table = np.empty((batch.segment_start.size, len(HTML_COLUMNS)), np.float32)
    repeats = _write_text(batch, words, weights, table)
    tree = write_markup(batch, markup, markup_weights, table)
    write_titles(batch, words, markup, table)
    write_windows(_markup_signals(table), batch.page_segment(), START["around"], table)
    return Evidence(table, repeats, tree)


def context_of(batch: Batch, words: Words, markup: Markup | None, evidence: Evidence, odds: Floats) -> Floats:
    """Return float32 (S, C), the second table: first guesses (log-odds, (S,)) in their context."""
    blocks = TEXT_CONTEXT if evidence.tree is None else HTML_CONTEXT
    context = np.empty((odds.size, len(names(blocks))), np.float32)
    guessed = write_text_context(words, batch.page_segment(), evidence.table, odds, context)
    if markup is not None and evidence.tree is not None:
        write_markup_context(batch, (markup, evidence.tree), evidence.table, guessed, context)
    return context
