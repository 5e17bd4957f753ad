"""What the kernel for kinds of lines computes, in numpy."""

from itertools import pairwise

import numpy as np

from detector.features.build import context_features
from detector.features.markup import markup_buckets
from detector.features.phrases import ngram_buckets
from detector.model.files import Model
from detector.model.line_kinds import EMBEDDING, LineKindNetwork
from detector.model.network import CLIP, guess, score
from detector.model.score import features_of
from detector.records import Batch, Bytes, Floats, Integers, Markup, Words

FADE = 0.5 ** (1 / 1.5)


def summed(start: Integers, buckets: Integers, rows: Bytes, scale: Floats) -> Floats:
    """Return the sum of the rows of each segment's buckets, divided by the square root of their number."""
    found = np.zeros((start.size - 1, EMBEDDING))
    for row, (first, last) in enumerate(pairwise(start)):
        chosen = (rows[buckets[first:last] & (rows.shape[0] - 1)].astype(float) - 128) * scale
        found[row] = chosen.sum(axis=0) / np.sqrt(max(last - first, 1))
    return found


def faded(own: Floats, order: range) -> Floats:
    """Return the exponentially fading mean of what comes before each row, in a given order."""
    found, total, weight = np.zeros_like(own), np.zeros(own.shape[1]), 0.0
    for row in order:
        if weight:
            found[row] = total / weight
        total, weight = (total + own[row]) * FADE, (weight + 1) * FADE
    return found


def kinds_of_lines(batch: Batch, words: Words, markup: Markup | None, model: Model) -> Floats:
    """Return (S, K): the probabilities of each line's kinds, by the model's network."""
    scorer = model.text if markup is None else model.html
    network: LineKindNetwork = scorer.line_kinds
    features = features_of(batch, words, markup, model)
    guesses = guess(features.table, scorer)
    context = context_features(batch, words, markup, features, guesses.log_odds)
    odds = score(context, scorer, guesses).log_odds
    dense = np.hstack(
        (features.table[:, network.first_columns], context[:, network.second_columns], odds[:, None])
    )
    dense = np.clip((dense - network.mean) * network.scale, -CLIP, CLIP)
    own = summed(*ngram_buckets(words), network.ngram, network.ngram_scale)
    if markup is not None:
        own = np.hstack((own, summed(*markup_buckets(batch, markup), network.token, network.token_scale)))
    before, after, of_page = np.zeros_like(own), np.zeros_like(own), np.zeros_like(own)
    for first, last in pairwise(batch.page_segment()):
        rows = slice(int(first), int(last))
        before[rows] = faded(own[rows], range(last - first))
        after[rows] = faded(own[rows], range(last - first)[::-1])
        of_page[rows] = own[rows].sum(axis=0) / max(last - first, 1)
    table = np.hstack((dense, own, before, after, of_page))
    hidden = np.maximum(table @ network.hidden.T + network.hidden_bias, 0)
    log_odds = hidden @ network.out.T + network.out_bias
    share = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    return share / share.sum(axis=1, keepdims=True)
