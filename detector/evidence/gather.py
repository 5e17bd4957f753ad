"""All evidence of a batch: the order in which its blocks are written."""

import numpy as np

from detector.evidence.columns import (
    HTML_COLUMNS,
    MARKUP_SIGNALS,
    START,
    TEXT_COLUMNS,
    TEXT_SIGNALS,
)
from detector.evidence.markup import LINK_SHARE, MARKUP_SAYS, MarkupWeights, write_markup
from detector.evidence.neighbours import write_windows
from detector.evidence.phrases import PHRASES_SAY, PhraseWeights, phrases, room_for_ngrams
from detector.evidence.place import N_SUMS, place
from detector.evidence.repeats import find_repeats
from detector.evidence.shape import LOG_WORDS, SENTENCE_ENDS, long_lines, shape
from detector.evidence.titles import write_titles
from detector.records import Batch, Floats, Markup, Repeats, Words


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


def _write_text(batch: Batch, words: Words, weights: PhraseWeights, evidence: Floats) -> Repeats:
    shape(batch, words, evidence)
    long_lines(batch.line_segment, evidence)
    phrases(batch, words, weights, room_for_ngrams(words), evidence)
    page_segment = batch.page_segment()
    place(words, page_segment, evidence, np.zeros(N_SUMS, np.float32))
    write_windows(_text_signals(evidence), page_segment, START["neighbours"], evidence)
    return find_repeats(batch, words, evidence)


def text_evidence(batch: Batch, words: Words, weights: PhraseWeights) -> tuple[Floats, Repeats]:
    """Return float32 (S, text columns), and what repeats."""
    evidence = np.empty((batch.segment_start.size, len(TEXT_COLUMNS)), np.float32)
    return evidence, _write_text(batch, words, weights, evidence)


def html_evidence(
    batch: Batch, words: Words, markup: Markup, weights: PhraseWeights, markup_weights: MarkupWeights
) -> tuple[Floats, Repeats]:
    """Return float32 (S, text and markup columns), and what repeats."""
    evidence = np.empty((batch.segment_start.size, len(HTML_COLUMNS)), np.float32)
    repeats = _write_text(batch, words, weights, evidence)
    write_markup(batch, markup, markup_weights, evidence)
    write_titles(batch, words, markup, evidence)
    write_windows(_markup_signals(evidence), batch.page_segment(), START["around"], evidence)
    return evidence, repeats
