"""The rows of several sets of examples, concatenated, and which models may learn from them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Floats, Format, Integers
from detector.training.data.examples import CONTENT, FOLDS, Examples
from detector.training.fit.networks import Rows, page_numbers


def learnable(barred: NDArray[np.bool_], folds: Iterable[int]) -> NDArray[np.bool_]:
    """Return bool (N,): what a model without these folds may learn from; barred: bool (N, FOLDS)."""
    found: NDArray[np.bool_] = np.logical_not(np.any(barred[:, sorted(folds)], axis=1))
    return found


class Stack:
    """Rows of several sets.

    rows: truth, weight and page; fold: int64 (R,)
    barred: bool (R, FOLDS), the folds whose models must not learn from a row
    """

    def __init__(self, sets: Sequence[Examples]) -> None:
        self.sets = sets
        self._start = np.cumsum([0] + [examples.share.size for examples in sets])
        self.rows = Rows(
            np.concatenate([examples.share < CONTENT for examples in sets]),
            np.concatenate([examples.weight for examples in sets]),
            np.concatenate(
                [page_numbers(page.id for page in examples.pages)[examples.page] for examples in sets]
            ),
        )
        self.fold: Integers = np.concatenate([examples.fold[examples.page] for examples in sets])
        self.barred = np.concatenate([examples.barred[examples.page] for examples in sets])

    def part(self, number: int) -> slice:
        """Return the rows of one set."""
        return slice(int(self._start[number]), int(self._start[number + 1]))

    def of_fold(self, number: int, fold: int) -> slice:
        """Return the rows of a set's pages of a fold, which are contiguous."""
        examples, start = self.sets[number], int(self._start[number])
        pages = [int(np.searchsorted(examples.fold, fold, side)) for side in ("left", "right")]
        segments = examples.batch.page_segment()
        return slice(start + int(segments[pages[0]]), start + int(segments[pages[1]]))

    def may_learn(self, *folds: int | None) -> NDArray[np.bool_]:
        """Return bool (R,): which rows a model without these folds may learn from."""
        chosen = [fold for fold in folds if fold is not None]
        return learnable(self.barred, chosen)

    def without(self, *folds: int | None) -> Rows:
        """Return the rows, with weight 0 for those that a model without these folds must not learn from."""
        return self.rows._replace(weight=np.where(self.may_learn(*folds), self.rows.weight, 0))

    def words(self) -> Integers:
        """Return int64 (R,): the number of words of each row."""
        return np.concatenate([np.diff(examples.words.segment_word) for examples in self.sets])

    def gold_share(self) -> NDArray[np.float64]:
        """Return float64 (R,): the share of content for real pages with gold texts, otherwise -1.

        If there are no gold texts, for all pages.
        """
        parts = []
        for examples in self.sets:
            has_gold = np.array([gold is not None for gold in examples.gold], np.bool_)
            parts.append(np.where(has_gold[examples.page], examples.share, -1))
        share = np.concatenate(parts)
        return share if (share >= 0).any() else np.concatenate([examples.share for examples in self.sets])


class OutOfFold(NamedTuple):
    """The outputs of models for rows that they have not seen.

    format: how the rows were read
    own: float32 (R,), log-odds by the model of each row's fold, which knows nothing about the fold
    inner: by fold, float32 (R,), log-odds for all other rows by models that know neither the row nor the
    fold, and `own` for the rows of the fold
    """

    format: Format
    own: Floats
    inner: Sequence[Floats]

    def of(self, fold: int | None) -> Floats:
        """Return the log-odds that the model of a fold, or of all pages, may be fitted to."""
        return self.own if fold is None else self.inner[fold]


def folds_of(sets: Sequence[Examples]) -> list[int]:
    """Return the folds that have pages."""
    every = [examples.fold for examples in sets]
    return np.unique(np.concatenate(every)).tolist() if every else []


# Instead of a fold: the model of all pages.
EVERY = None
ALL_MODELS: tuple[int | None, ...] = (*range(FOLDS), EVERY)
