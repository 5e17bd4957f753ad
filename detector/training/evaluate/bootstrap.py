"""Bootstrap intervals: percentiles of `scipy.stats.bootstrap`.

>>> import numpy as np
>>> low, high = interval([np.arange(100.0)], np.mean)
>>> low < 49.5 < high
True

For figures of pages, whole sites are drawn, because pages of a site are not independent. For a single site,
pages are drawn, and the interval says nothing about other sites. A single page has no interval: its bounds
are NaN.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

ROUNDS: Final = 2000
SEED: Final = 0
# The share of rounds between the bounds.
LEVEL: Final = 0.9
# How many numbers to draw at once. This bounds memory and does not change results.
TOGETHER: Final = 4_000_000

Values = NDArray[np.float64]


class Parts(NamedTuple):
    """The parts of a figure by page: it is the ratio of their sums; site: int64 (P,)."""

    over: Values
    under: Values
    site: NDArray[np.int64]


def some_of(parts: Parts, chosen: NDArray[np.bool_]) -> Parts:
    """Return the parts of some pages."""
    return Parts(parts.over[chosen], parts.under[chosen], parts.site[chosen])


def ratio(parts: Parts) -> float:
    """Return the figure; NaN if there is nothing to divide by."""
    total = float(parts.under.sum())
    return float(parts.over.sum()) / total if total else float("nan")


def interval(
    samples: Sequence[Values], statistic: Callable[..., Any], level: float = LEVEL
) -> tuple[float, float]:
    """Return the bounds of the interval of a statistic.

    Parameters
    ----------
    samples
        Arrays of the same length. The same positions are drawn from each.
    statistic
        Takes the drawn arrays and the `axis` along which to compute it.
    level
        The share of rounds between the bounds.

    Returns
    -------
    tuple of float
        The bounds; NaN for fewer than two observations. Rounds in which the statistic is NaN are left
        out.
    """
    size = samples[0].size
    if size < 2:
        return float("nan"), float("nan")
    with warnings.catch_warnings():  # about rounds that are NaN, which are left out below
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        rounds = stats.bootstrap(
            samples,
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=ROUNDS,
            batch=max(TOGETHER // size, 1),
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).bootstrap_distribution
    known = rounds[np.isfinite(rounds)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _by_site(parts: Parts) -> tuple[Values, Values]:
    """Return the sums over the pages of each site; the parts themselves if there is only one site."""
    sites, site = np.unique(parts.site, return_inverse=True)
    if sites.size < 2:
        return parts.over, parts.under
    over, under = (np.bincount(site, part).astype(np.float64) for part in (parts.over, parts.under))
    return over, under


def _ratio_of_sums(over: Values, under: Values, axis: int) -> Values:
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Values = over.sum(axis) / under.sum(axis)
    return found


def _difference(over: Values, under: Values, over_two: Values, under_two: Values, axis: int) -> Values:
    return _ratio_of_sums(over_two, under_two, axis) - _ratio_of_sums(over, under, axis)


def interval_of(parts: Parts, level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds of the interval of a figure."""
    return interval(_by_site(parts), _ratio_of_sums, level)


def interval_of_difference(one: Parts, two: Parts, level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds of the second figure minus the first, on the same drawn sites."""
    return interval((*_by_site(one), *_by_site(two)), _difference, level)
