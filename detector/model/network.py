"""The networks: their arrays, and the kernels that run them (kernels/model/network.cpp).

The first network guesses each line from its own features. The second sees the guess in context. Sums are kept
separately for each block of features, so the contribution of a block to the log-odds is known: it is the
change when the block is taken away. No library multiplies matrices here: the sums of a line have a fixed
order, so its score does not depend on the other lines of the batch.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.features.schema import CODES
from detector.model.line_kinds import LineKindNetwork, no_kinds
from detector.records import Floats, Integers

# Standardised features are clipped to this: outliers mean no more than "much".
CLIP: Final = 4.0
N_CODES: Final = len(CODES)
# The columns of the first guess come first in the second table, and belong to no block.
N_OWN: Final = 2
OWN_CODE: Final = -1
# The kernel computes this many hidden units together, so a network has a multiple of it.
UNITS: Final = 2


class Network(NamedTuple):
    """A trained network (F columns, H hidden units, a multiple of `UNITS`).

    mean, scale: float32 (F,), to standardise a feature: `(x - mean) * scale`
    hidden: float32 (H, F), hidden_bias: float32 (H,)
    out: float32 (H,), out_bias: float32 (1,)
    block_code, block_start: int64 (B,) and (B + 1,): the number of the reason code of each block of columns,
    or `OWN_CODE`, and its first column
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    block_code: Integers
    block_start: Integers


class Calibration(NamedTuple):
    """An increasing, piecewise linear curve from log-odds to probabilities.

    log_odds: float32 (K,), increasing; share: float32 (K,), the share of boilerplate there, never decreasing
    """

    log_odds: Floats
    share: Floats


class OperatingPoints(NamedTuple):
    """The effect of each threshold on pages that were not trained on. Threshold i is i / 1000.

    kept: float32 (1001,), the share of the content words that are kept, increasing
    precise: float32 (1001,), the share of content among the kept words
    """

    kept: Floats
    precise: Floats


class SiteStep(NamedTuple):
    """The third network, over `schema.SITE_BLOCKS`, which adjusts scores for a known site."""

    network: Network
    calibration: Calibration


@dataclass(frozen=True)
class Scorer:
    """Everything that turns the features of one format into scores.

    site: None if the model was trained without sites of several pages
    kinds: None if the model was trained without kinds of lines
    """

    first: Network
    second: Network
    calibration: Calibration
    points: OperatingPoints
    site: SiteStep | None = None
    kinds: LineKindNetwork | None = None

    @cached_property
    def first_arrays(self) -> native.Prepared:
        """The arguments of the kernel for first guesses."""
        return native.Prepared(self.first, self._used())

    @cached_property
    def second_arrays(self) -> native.Prepared:
        """The arguments of the kernel for scores."""
        return native.Prepared(self.second, self._used(), self.calibration)

    @cached_property
    def arrays(self) -> native.Prepared:
        """The arguments of the kernel that does all steps."""
        return native.Prepared(self.first_arrays, self.second_arrays, self.line_kinds)

    @cached_property
    def line_kinds(self) -> LineKindNetwork:
        """The network for kinds of lines, or a placeholder."""
        return no_kinds() if self.kinds is None else self.kinds

    def _used(self) -> Integers:
        """Return the codes of the networks, in ascending order."""
        codes = {*self.first.block_code.tolist(), *self.second.block_code.tolist()} - {OWN_CODE}
        return np.array(sorted(codes), self.first.block_code.dtype)


class Guesses(NamedTuple):
    """The output of the first network for every line.

    log_odds: float32 (S,), of boilerplate
    without: float32 (S, codes), the same without each block; not written for codes that the scorer's networks
    do not have
    """

    log_odds: Floats
    without: Floats


class LineScores(NamedTuple):
    """The output of the second network for every line.

    scores: float32 (S,), probabilities of boilerplate, rounded to 1/1000
    contributions: float32 (S, codes), the contribution of each code to the log-odds
    log_odds: float32 (S,), not calibrated
    """

    scores: Floats
    contributions: Floats
    log_odds: Floats


def new_scores(size: int) -> LineScores:
    """Return empty scores, for a kernel to fill."""
    return LineScores(
        np.empty(size, np.float32), np.empty((size, N_CODES), np.float32), np.empty(size, np.float32)
    )


def guess(features: Floats, scorer: Scorer) -> Guesses:
    """Return the guess of the first network for each row of the first table."""
    size = features.shape[0]
    guesses = Guesses(np.empty(size, np.float32), np.empty((size, N_CODES), np.float32))
    native.run("first_guess", features, scorer.first_arrays, guesses)
    return guesses


def score(context: Floats, scorer: Scorer, guesses: Guesses) -> LineScores:
    """Return the scores of each row of the second table."""
    found = new_scores(context.shape[0])
    native.run("score_lines", context, scorer.second_arrays, guesses.without, found)
    return found


def site_log_odds(table: Floats, network: Network) -> Floats:
    """Return float32 (S,): the log-odds of the third network for each row, not calibrated."""
    log_odds = np.empty(table.shape[0], np.float32)
    native.run("site_log_odds", table, network, log_odds)
    return log_odds


def adjusted(
    table: Floats, step: SiteStep, site_known: NDArray[np.bool_], scores: Floats
) -> tuple[Floats, Floats]:
    """Return the scores adjusted for sites, and what this adds to the log-odds of each line.

    Parameters
    ----------
    table : ndarray of float32, (S, F)
        The third table (`features.site.site_features`).
    step
        The third network.
    site_known : ndarray of bool, (S,)
        The lines that are adjusted. Any other line keeps its score, bit for bit.
    scores : ndarray of float32, (S,)
        The scores without the site.

    Returns
    -------
    scores, added : ndarray of float32, (S,)
    """
    scores, added = scores.copy(), np.zeros(scores.size, np.float32)
    rows = np.flatnonzero(site_known)
    log_odds = site_log_odds(np.ascontiguousarray(table[rows]), step.network)
    native.run("adjust_scores", log_odds, rows, step.calibration, scores, added)
    return scores, added
