"""Fits the two networks for plain text to new HTML pages, after the phrase weights have learned the words.

The markup is the teacher: the scores with it are better than those without it, in a new language most of all.
The networks for HTML have no such teacher, and neither have those for text on pages of text. Fitted to their
own scores, they got better in some new languages and worse in others, so they stay.

A network must see new lines as it will see those of other pages. If the phrase weights had learned the words
of these very lines, the network would trust the phrases too much, and pages of other sites would get worse.
So the phrases of a site's lines come from weights that have not learned the site (of a single site: the
page), as in the original training.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from detector.features.build import Features, context_features, text_features
from detector.features.phrases import PhraseWeights
from detector.model.files import Model
from detector.records import Floats, Integers
from detector.training.adapt.map_update import Lines, refitted
from detector.training.adapt.networks import Targets, fitted_again
from detector.training.adapt.replay import Replay
from detector.training.data.examples import Examples, for_lines
from detector.training.fit.networks import log_odds

# The parts that the new pages are split into, at most.
PARTS: Final = 4


def parts_of(sets: Sequence[Examples]) -> Integers:
    """Return int64 (S,), the part of each line: whole sites, or pages if there is only one site."""
    groups = [page.group for examples in sets for page in examples.pages]
    sites = {site: at for at, site in enumerate(sorted(set(groups)))}
    of_page = np.array([sites[group] if len(sites) > 1 else at for at, group in enumerate(groups)]) % PARTS
    return for_lines(sets, of_page)


def with_fitted_networks(
    model: Model, sets: Sequence[Examples], lines: Lines, precision: Floats, replay: Replay
) -> Model:
    """Return a model whose networks for text are fitted to new HTML pages, if there are any.

    Parameters
    ----------
    model
        The old model.
    sets
        The new pages.
    lines
        What to learn from their lines, in the same order.
    precision : ndarray of float32, (buckets,)
        How certain each phrase weight is.
    replay
        Rows that the networks learned from.
    """
    part, start = parts_of(sets), 0
    for examples in sets:
        rows = slice(start, start + examples.share.size)
        start = rows.stop
        weight = lines.weight[rows].astype(np.float32)
        if examples.markup is None or not (weight > 0).any():
            continue
        features = _unseen(examples, part[rows], _weights_by_part(model.phrases, lines, part, precision))
        targets = Targets(lines.boilerplate[rows].astype(np.float32), weight)
        with threadpool_limits(1):  # the same bits on any number of cores, and faster for small products
            return _fitted(model, examples, features, targets, replay)
    return model


def _weights_by_part(
    old: PhraseWeights, lines: Lines, part: Integers, precision: Floats
) -> dict[int, PhraseWeights]:
    """Return for each part the phrase weights that have learned the other parts."""
    weights = {}
    for number in np.unique(part).tolist():
        others = lines._replace(weight=np.where(part == number, 0.0, lines.weight))
        learned = (others.weight > 0).any()
        weights[number] = old._replace(bucket=refitted(others, old, precision)) if learned else old
    return weights


def _unseen(examples: Examples, part: Integers, weights: dict[int, PhraseWeights]) -> Features:
    """Return the features of lines as text, each part by the phrase weights that have not learned it."""
    found = [text_features(examples.batch, examples.words, one) for one in weights.values()]
    table = found[0].table.copy()
    for number, features in zip(weights, found, strict=True):
        table[part == number] = features.table[part == number]
    return found[0]._replace(table=table)


def _fitted(model: Model, examples: Examples, features: Features, targets: Targets, replay: Replay) -> Model:
    """Return a model whose networks for text are fitted: the second to the guesses of the new first one."""
    scorer = model.text
    first = fitted_again(scorer.first, features.table, targets, replay.first)
    odds = log_odds(features.table, first)
    context = context_features(examples.batch, examples.words, None, features, odds)
    second = fitted_again(scorer.second, context, targets, replay.second)
    return replace(model, text=replace(scorer, first=first, second=second))
