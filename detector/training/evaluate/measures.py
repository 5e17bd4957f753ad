"""Measures of a model on examples.

`benchmarks/measures/metrics.py` defines the same measures on strings, for peers that return text. A test
compares the two.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# The most words of an output that counts as empty, for a page without content.
EMPTY_WORDS: Final = 5
BINS: Final = 15

Keys = NDArray[np.uint64]
Shares = NDArray[np.float64]


def words_f1(found: Keys, gold: Keys) -> float:
    """Return F1 of two multisets of words; without gold, 1 if the output is nearly empty."""
    if not gold.size:
        return float(found.size <= EMPTY_WORDS)
    keys, counts = np.unique(gold, return_counts=True)
    at = np.searchsorted(keys, found)
    at[at == keys.size] = 0
    hits = np.bincount(at[keys[at] == found], minlength=keys.size)
    return float(2 * np.minimum(hits, counts).sum() / (found.size + gold.size))


def calibration_error(score: NDArray[np.floating], boilerplate: NDArray[np.bool_], weight: Shares) -> float:
    """Return the mean difference between score and truth over 15 bins of equal weight."""
    order = np.argsort(score, kind="stable")
    mass = np.cumsum(weight[order])
    total = mass[-1] if mass.size else 0.0
    if total <= 0:
        return 0.0
    bins = np.minimum((mass - weight[order] / 2) / total * BINS, BINS - 1).astype(np.int64)
    weights = np.bincount(bins, weight[order], BINS)
    gap = np.bincount(bins, weight[order] * (score[order].astype(np.float64) - boilerplate[order]), BINS)
    return float(np.abs(gap).sum() / weights.sum())


def brier(score: NDArray[np.floating], boilerplate: NDArray[np.bool_], weight: Shares) -> float:
    """Return the mean squared difference between score and truth."""
    total = float(weight.sum())
    return float((weight * (score.astype(np.float64) - boilerplate) ** 2).sum()) / total if total else 0.0
