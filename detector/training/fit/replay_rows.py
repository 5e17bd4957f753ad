"""From training pages and the models of their folds to the rows that a model keeps (`adapt.replay`).

The rows of a fold are made by the model of that fold, which has not seen its pages. So they look as the rows
that the networks of the model of all pages learned from, and need no further training.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detector.features.build import context_features, text_features
from detector.model.files import Model
from detector.model.network import guess
from detector.records import Floats, Integers
from detector.training.adapt.replay import Replay, rows_of
from detector.training.data.examples import Examples, for_lines
from detector.training.fit.stack import folds_of

# The rows to keep.
KEPT: Final = 20_000


def replay_rows(sets: Sequence[Examples], of_fold: Sequence[Model], kept: int = KEPT) -> Replay:
    """Return a sample of the rows of the networks for text; sets: what the model was trained on."""
    first, second, chosen = list[Floats](), list[Floats](), list[Examples]()
    for fold in folds_of(sets):
        for one in (examples.of_fold(fold) for examples in sets):
            if one.share.size:
                tables = _tables(one, of_fold[fold])
                first.append(tables[0])
                second.append(tables[1])
                chosen.append(one)
    rows = drawn(chosen, kept)
    return Replay(rows_of(np.concatenate(first), rows), rows_of(np.concatenate(second), rows))


def _tables(examples: Examples, model: Model) -> tuple[Floats, Floats]:
    """Return the two feature tables of pages read as text, by a model that has not seen them."""
    found = text_features(examples.batch, examples.words, model.phrases)
    odds = guess(found.table, model.text).log_odds
    return found.table, context_features(examples.batch, examples.words, None, found, odds)


def drawn(sets: Sequence[Examples], count: int) -> Integers:
    """Return row numbers, drawn by weight: of each data set and language as many as it weighs."""
    strata = [f"{page.set} {page.language}" for examples in sets for page in examples.pages]
    stratum = np.unique(strata, return_inverse=True)[1]
    of_row = for_lines(sets, stratum)
    weight = np.concatenate([examples.weight for examples in sets])
    order = np.argsort(of_row, kind="stable")
    total = np.cumsum(weight[order])
    points = (np.arange(count) + 0.5) * (total[-1] / count)
    rows: Integers = np.sort(order[np.searchsorted(total, points, side="right")])
    return rows
