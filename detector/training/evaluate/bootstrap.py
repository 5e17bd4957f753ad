"""Bootstrap intervals, for everything that has one: percentiles of `scipy.stats.bootstrap`.

>>> import numpy as np
>>> low, high = interval([np.arange(100.0)], np.mean)
>>> low < 49.5 < high
True

Figures of pages draw whole sites: pages of one site are no independent evidence. Of a single site they
draw pages, and say nothing of other sites. A single page has no interval: its bounds are not numbers.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

ROUNDS: Final = 2000
SEED: Final = 0
# Share of the rounds that lie between the bounds.
LEVEL: Final = 0.9
# Numbers that are drawn together: bounds memory, changes nothing.
TOGETHER: Final = 4_000_000

Values = NDArray[np.float64]


class Parts(NamedTuple):
    """A figure's parts by page, of which it is the sum over the sum; site: int64 (P,)."""

    over: Values
    under: Values
    site: NDArray[np.int64]


def some_of(parts: Parts, chosen: NDArray[np.bool_]) -> Parts:
    """Return the parts of some pages."""
    return Parts(parts.over[chosen], parts.under[chosen], parts.site[chosen])


def ratio(parts: Parts) -> float:
    """Return the figure; not a number where there is nothing to divide by."""
    total = float(parts.under.sum())
    return float(parts.over.sum()) / total if total else float("nan")


def interval(
    samples: Sequence[Values], statistic: Callable[..., Any], level: float = LEVEL
) -> tuple[float, float]:
    """Return the bounds of a statistic's interval.

    Parameters
    ----------
    samples
        Arrays of one length; the same places are drawn of each.
    statistic
        Takes the drawn arrays and `axis`, along which it is worked out.
    level
        Share of the rounds that lie between the bounds.

    Returns
    -------
    tuple of float
        The bounds; not numbers for fewer than two observations. Rounds in which the statistic is
        not a number are left out.
    """
    size = samples[0].size
    if size < 2:
        return float("nan"), float("nan")
    with warnings.catch_warnings():  # of rounds that are not a number, which are left out below
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
    """Return the sums over each site's pages; the parts themselves where there is one site only."""
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
    """Return the bounds of a figure's interval."""
    return interval(_by_site(parts), _ratio_of_sums, level)


def interval_of_difference(one: Parts, two: Parts, level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds of the second figure minus the first, both on the same drawn sites."""
    return interval((*_by_site(one), *_by_site(two)), _difference, level)
