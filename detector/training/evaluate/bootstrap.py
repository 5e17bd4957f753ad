"""Bootstrap intervals that draw whole sites: pages of one site are no independent evidence.

Of a single site they draw pages, and say nothing of other sites. A single page has no interval:
its bounds are not numbers.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ROUNDS: Final = 1000
SEED: Final = 0
# The middle 90 %.
BOUNDS: Final = (0.05, 0.95)

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


def _drawn(parts: Parts) -> tuple[Values, Values]:
    """Return (sites,) sums over each site's pages."""
    sites = int(parts.site.max(initial=-1)) + 1
    over, under = (np.bincount(parts.site, part, sites) for part in (parts.over, parts.under))
    return over.astype(np.float64), under.astype(np.float64)


def _quantiles(figures: Values) -> tuple[float, float]:
    known = figures[np.isfinite(figures)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, BOUNDS)
    return float(low), float(high)


def _rounds(parts: Parts) -> Values:
    """Return the figure of each round of drawing sites."""
    present = np.unique(parts.site)
    if present.size < 2:  # one site: its pages are all there is to draw
        present = np.arange(parts.site.size)
        parts = parts._replace(site=present)
    if present.size < 2:
        return np.zeros(0)
    over, under = _drawn(parts)
    chosen = present[np.random.default_rng(SEED).integers(0, present.size, (ROUNDS, present.size))]
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Values = over[chosen].sum(axis=1) / under[chosen].sum(axis=1)
    return found


def interval_of(parts: Parts) -> tuple[float, float]:
    """Return the bounds of a figure's interval."""
    return _quantiles(_rounds(parts))


def interval_of_difference(one: Parts, two: Parts) -> tuple[float, float]:
    """Return the bounds of the second figure minus the first, both on the same drawn sites."""
    return _quantiles(_rounds(two) - _rounds(one))
