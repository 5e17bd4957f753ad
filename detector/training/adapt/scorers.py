"""Fits the two networks of each format to new pages, after the phrase weights have learned the words.

A network must see new lines as it will see those of other pages. If the phrase weights had learned the words
of these very lines, the network would trust the phrases too much, and pages of other sites would get worse.
So the phrases of a site's lines come from weights that have not learned the site (of a single site: the
page), as in the original training.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from detector.features.build import Features, context_features, html_features, text_features
from detector.features.phrases import PhraseWeights
from detector.model.files import Model
from detector.model.network import Scorer
from detector.records import Floats, Format, Integers
from detector.training.adapt.map_update import Lines, refitted
from detector.training.adapt.networks import Targets, fitted_again
from detector.training.adapt.replay import FormatRows, Replay
from detector.training.data.examples import Examples
from detector.training.fit.networks import log_odds

# The parts that the new pages are split into, at most.
PARTS: Final = 4


class _Unseen(NamedTuple):
    """New pages of one format, and what is known about their lines by weights that have not learned them."""

    examples: Examples
    features: Features


def parts_of(sets: Sequence[Examples]) -> Integers:
    """Return int64 (S,), the part of each line: whole sites, or pages if there is only one site."""
    groups = [page.group for examples in sets for page in examples.pages]
    sites = {site: at for at, site in enumerate(sorted(set(groups)))}
    of_page = np.array([sites[group] if len(sites) > 1 else at for at, group in enumerate(groups)]) % PARTS
    start = np.cumsum([0, *(len(examples.pages) for examples in sets)])
    return np.concatenate([of_page[at + one.page] for at, one in zip(start, sets, strict=False)])


def with_fitted_scorers(
    model: Model, sets: Sequence[Examples], lines: Lines, precision: Floats, replay: Replay
) -> Model:
    """Return a model with networks fitted to new pages.

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
        Rows of the original training. Networks of formats without rows stay.
    """
    part = parts_of(sets)
    weights = _weights_by_part(model.phrases, lines, part, precision)
    bounds = np.cumsum([0, *(examples.share.size for examples in sets)])
    slices = [slice(int(start), int(end)) for start, end in pairwise(bounds)]
    found = model
    for format, rows in replay.items():
        chosen = [at for at, one in enumerate(sets) if format == "text" or one.markup is not None]
        if not any((lines.weight[slices[at]] > 0).any() for at in chosen):
            continue
        pages = [_unseen(sets[at], part[slices[at]], weights, model, format) for at in chosen]
        targets = Targets(
            *(
                np.concatenate([values[slices[at]] for at in chosen]).astype(np.float32)
                for values in (lines.boilerplate, lines.weight)
            )
        )
        scorer = model.text if format == "text" else model.html
        found = replace(found, **{format: _fitted(scorer, pages, targets, rows, format)})
    return found


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


def _unseen(
    examples: Examples, part: Integers, weights: dict[int, PhraseWeights], model: Model, format: Format
) -> _Unseen:
    """Return the features of the lines, of each part by the phrase weights that have not learned it."""
    found, table = None, np.zeros((0, 0), np.float32)
    for number in np.unique(part).tolist():
        found = _features(examples, weights[number], model, format)
        if not table.size:
            table = found.table.copy()
        table[part == number] = found.table[part == number]
    assert found is not None
    return _Unseen(examples, found._replace(table=table))


def _features(examples: Examples, phrases: PhraseWeights, model: Model, format: Format) -> Features:
    if format == "text" or examples.markup is None:
        return text_features(examples.batch, examples.words, phrases)
    return html_features(examples.batch, examples.words, examples.markup, phrases, model.markup)


def _fitted(
    scorer: Scorer, pages: Sequence[_Unseen], targets: Targets, rows: FormatRows, format: Format
) -> Scorer:
    """Return a scorer whose two networks are fitted to new pages, the second to guesses of the new first."""
    table = np.concatenate([page.features.table for page in pages])
    first = fitted_again(scorer.first, table, targets, rows.first)
    context = [
        context_features(
            page.examples.batch,
            page.examples.words,
            page.examples.markup if format == "html" else None,
            page.features,
            log_odds(page.features.table, first),
        )
        for page in pages
    ]
    second = fitted_again(scorer.second, np.concatenate(context), targets, rows.second)
    return replace(scorer, first=first, second=second)
