"""Measures of a model on examples (defined in contracts, "Measures").

`benchmarks/metrics.py` defines the same measures on plain strings, for peers that give
text; a test holds the two together.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Returned words up to which a page without content counts as found empty.
EMPTY_WORDS: Final = 5
BINS: Final = 15

Keys = NDArray[np.uint64]
Shares = NDArray[np.float64]


def words_f1(found: Keys, gold: Keys) -> float:
    """Return F1 of two bags of words; without gold, whether nearly nothing was found."""
    if not gold.size:
        return float(found.size <= EMPTY_WORDS)
    keys, counts = np.unique(gold, return_counts=True)
    at = np.searchsorted(keys, found)
    at[at == keys.size] = 0
    hits = np.bincount(at[keys[at] == found], minlength=keys.size)
    return float(2 * np.minimum(hits, counts).sum() / (found.size + gold.size))


def content_lost(kept: NDArray[np.bool_], share: Shares, size: Shares) -> float:
    """Return dropped words of content over all words of content (segments of known truth)."""
    content = np.where(share > 0, share, 0) * size
    total = float(content.sum())
    return float(content[~kept].sum()) / total if total else 0.0


def template_recall(kept: NDArray[np.bool_], share: Shares) -> float:
    """Return dropped template lines over all template lines."""
    template = (share >= 0) & (share < 0.5)
    return float((~kept[template]).mean()) if template.any() else 1.0


def calibration_error(score: NDArray[np.floating], boilerplate: NDArray[np.bool_], weight: Shares) -> float:
    """Return the mean gap between score and truth over 15 bins of equal weight."""
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
    """Return the mean squared gap between score and truth."""
    total = float(weight.sum())
    return float((weight * (score.astype(np.float64) - boilerplate) ** 2).sum()) / total if total else 0.0


def interval(values: Sequence[float], seed: int = 0, rounds: int = 1000) -> tuple[float, float, float]:
    """Return the mean and the bounds of its 90 % bootstrap interval."""
    array = np.asarray(values, np.float64)
    if not array.size:
        return float("nan"), float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    means = array[rng.integers(0, array.size, (rounds, array.size))].mean(axis=1)
    low, high = np.quantile(means, (0.05, 0.95))
    return float(array.mean()), float(low), float(high)
