"""The two networks of a format, for each fold's model and for all pages: nested cross-validation.

The second network learns from first guesses. These must be guesses for lines that the first network has not
seen, or they would look more certain than they are. And the model of a fold must know nothing about the fold.
So for the model of fold k:

1. Rows of fold j get features from linear models that know neither k nor j.
2. A first network learns from all of them. In addition, for each j, a network that knows neither k nor j
guesses the rows of fold j.
3. The second network learns from these guesses in context. In addition, for each j, a network that knows
neither gives the log-odds to which the calibration is fitted.

The model of all pages needs no networks of its own for this: the outputs of the model of fold j for the rows
of j are already out of fold.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple

import numpy as np

from detector.features.build import Features, context_features
from detector.features.schema import HTML_BLOCKS, HTML_CONTEXT, TEXT_BLOCKS, TEXT_CONTEXT, Blocks, names
from detector.model.network import Network
from detector.records import Floats, Format
from detector.training.data.examples import FOLDS, Examples
from detector.training.fit.configuration import Plan
from detector.training.fit.linear_models import LinearModels
from detector.training.fit.networks import NetworkPlan, fit_networks, log_odds
from detector.training.fit.stack import OutOfFold, Stack, folds_of

# The two tables of each format.
BLOCKS: Final = {"text": (TEXT_BLOCKS, TEXT_CONTEXT), "html": (HTML_BLOCKS, HTML_CONTEXT)}
Log = Callable[[str], None]


class Networks(NamedTuple):
    """The two networks of a model in one format."""

    first: Network
    second: Network


class _OfFold(NamedTuple):
    """The networks of a fold's model, its log-odds for all rows, and the tables of the rows of the fold."""

    networks: Networks
    odds: Floats
    first_rows: Floats
    second_rows: Floats


class _Fit:
    """Everything that the networks of one format are fitted to."""

    def __init__(self, linear: LinearModels, sets: Sequence[Examples], format: Format, plan: Plan) -> None:
        self.linear, self.stack, self.format, self.plan = linear, Stack(sets), format, plan
        self.folds = folds_of(sets)
        self.parts = [(number, fold) for number in range(len(sets)) for fold in self.folds]
        self.examples = {part: sets[part[0]].of_fold(part[1]) for part in self.parts}

    def of_fold(self, fold: int) -> _OfFold:
        """Return the networks of a fold's model, which know nothing about the fold."""
        first_blocks, second_blocks = BLOCKS[self.format]
        table = np.zeros((self.stack.fold.size, len(names(first_blocks))), np.float32)
        features: dict[tuple[int, int], Features] = {}
        for part in self.parts:
            rows = self.stack.of_fold(*part)
            found = self.linear.features(self.examples[part], {fold, part[1]}, self.format)
            table[rows] = found.table
            features[part] = found._replace(table=table[rows])
        first, odds = self._guessed(table, fold, self.plan.first, first_blocks)
        context = np.zeros((table.shape[0], len(names(second_blocks))), np.float32)
        for part, found in features.items():
            rows, one = self.stack.of_fold(*part), self.examples[part]
            context[rows] = context_features(one.batch, one.words, one.markup, found, odds[rows])
        second, odds = self._guessed(context, fold, self.plan.second, second_blocks)
        own = self.stack.fold == fold
        return _OfFold(Networks(first, second), odds, table[own], context[own])

    def _guessed(self, table: Floats, fold: int, plan: NetworkPlan, blocks: Blocks) -> tuple[Network, Floats]:
        """Return a network without a fold, and log-odds by networks that also do not know the row."""
        inner = [other for other in self.folds if other != fold]
        chosen = [self.stack.may_learn(fold), *(self.stack.may_learn(fold, other) for other in inner)]
        networks = fit_networks(table, self.stack.rows, chosen, plan, blocks)
        odds = np.zeros(self.stack.fold.size, np.float32)
        for other, network in zip([fold, *inner], networks, strict=True):
            held = self.stack.fold == other
            odds[held] = log_odds(table[held], network)
        return networks[0], odds

    def of_all(self, found: Sequence[_OfFold]) -> Networks:
        """Return the networks of the model of all pages, given the outputs of the folds' models."""
        first_blocks, second_blocks = BLOCKS[self.format]
        every = [np.ones(self.stack.fold.size, np.bool_)]
        tables = (
            self._together([one.first_rows for one in found]),
            self._together([one.second_rows for one in found]),
        )
        first, second = (
            fit_networks(table, self.stack.rows, every, plan, blocks)[0]
            for table, plan, blocks in zip(
                tables, (self.plan.first, self.plan.second), (first_blocks, second_blocks), strict=True
            )
        )
        return Networks(first, second)

    def _together(self, tables: Sequence[Floats]) -> Floats:
        """Return the rows of all folds, in order."""
        table = np.zeros((self.stack.fold.size, tables[0].shape[1]), np.float32)
        for fold, rows in zip(self.folds, tables, strict=True):
            table[self.stack.fold == fold] = rows
        return table


def fit_scorers(
    linear: LinearModels, sets: Sequence[Examples], format: Format, plan: Plan, workers: Executor, log: Log
) -> tuple[dict[int | None, Networks], OutOfFold]:
    """Return the networks of each fold's model and (None) of the model of all pages, and their log-odds."""
    fit = _Fit(linear, sets, format, plan)
    found = []
    for fold, one in zip(fit.folds, workers.map(fit.of_fold, fit.folds), strict=True):
        log(f"networks of {format} without fold {fold}")
        found.append(one)
    networks: dict[int | None, Networks] = {
        fold: one.networks for fold, one in zip(fit.folds, found, strict=True)
    }
    networks[None] = fit.of_all(found)
    log(f"networks of {format}")
    own = np.zeros(fit.stack.fold.size, np.float32)
    inner = [own] * FOLDS
    for fold, one in zip(fit.folds, found, strict=True):
        own[fit.stack.fold == fold] = one.odds[fit.stack.fold == fold]
        inner[fold] = one.odds
    return networks, OutOfFold(format, own, inner)
