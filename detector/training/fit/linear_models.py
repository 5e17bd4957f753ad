"""The linear models for phrases and markup, of all pages and without one or two folds.

A network for fold k is fitted to features of rows of fold j. Their linear models must know neither of them.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from itertools import combinations

import numpy as np
import scipy.sparse as sparse

from detector.features.build import Features, html_features, text_features
from detector.features.markup import MarkupWeights
from detector.features.phrases import PhraseWeights
from detector.records import Floats, Format
from detector.training.adapt.map_update import Lines, precision_of
from detector.training.data.examples import Examples
from detector.training.fit.configuration import Linear
from detector.training.fit.parts import fit_linear, known_words, markup_matrix, phrase_matrix
from detector.training.fit.stack import Stack, folds_of, learnable

Weights = tuple[PhraseWeights, MarkupWeights]


class LinearModels:
    """Linear models by the folds that they were not trained on."""

    def __init__(self, sets: Sequence[Examples], plan: Linear, workers: Executor) -> None:
        self._stack, self._plan = Stack(sets), plan
        self._phrase_rows = sparse.vstack([phrase_matrix(examples) for examples in sets]).tocsr()
        with_markup = [number for number, examples in enumerate(sets) if examples.markup is not None]
        self._markup_rows = (
            sparse.vstack([markup_matrix(sets[number]) for number in with_markup]).tocsr()
            if with_markup
            else None
        )
        parts = [
            np.arange(self._stack.part(number).start, self._stack.part(number).stop) for number in with_markup
        ]
        self._markup_part = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        self.folds = folds_of(sets)
        wanted = [frozenset(out) for size in (0, 1, 2) for out in combinations(self.folds, size)]
        self._fitted: dict[frozenset[int], Weights] = dict(
            zip(wanted, workers.map(self._fit, wanted), strict=True)
        )

    def without(self, folds: Iterable[int]) -> Weights:
        """Return the weights of the models without some folds."""
        return self._fitted[frozenset(folds)]

    def knows(self, fold: int) -> bool:
        """Tell whether a fold has pages."""
        return fold in self.folds

    def _fit(self, folds: frozenset[int]) -> Weights:
        stack, (boilerplate, weight, _) = self._stack, self._stack.without(*folds)
        rows = weight > 0
        bucket, bias = fit_linear(
            self._phrase_rows[rows], boilerplate[rows], weight[rows], self._plan.phrases
        )
        known = known_words([(examples, learnable(examples.barred, folds)) for examples in stack.sets])
        markup = MarkupWeights(np.zeros_like(bucket), np.zeros(1, np.float32))
        if self._markup_rows is not None:
            part = rows[self._markup_part]
            chosen = self._markup_part[part]
            markup = MarkupWeights(
                *fit_linear(self._markup_rows[part], boilerplate[chosen], weight[chosen], self._plan.markup)
            )
        return PhraseWeights(bucket, bias, known), markup

    def features(self, examples: Examples, folds: Iterable[int], format: Format) -> Features:
        """Return the features of pages by the models without some folds."""
        phrases, markup = self.without(folds)
        if format == "text" or examples.markup is None:
            return text_features(examples.batch, examples.words, phrases)
        return html_features(examples.batch, examples.words, examples.markup, phrases, markup)

    def precision(self) -> Floats:
        """Return how certain the phrase weights of the model of all pages are."""
        boilerplate, weight, _ = self._stack.rows
        rows = weight > 0
        lines = Lines(self._phrase_rows[rows], boilerplate[rows].astype(np.float64), weight[rows])
        return precision_of(lines, self.without(())[0])
