"""The networks: records of their arrays, and the kernels that run them (kernels/model/network.cpp).

The first network guesses each line from its own features. The second sees the guess in its context.
Sums are kept apart by block of features, so that what a block adds to a line's log-odds is known:
take the block away and see. No matrix product of a library is used. Sums run in a fixed order for
every line, so that a line's score does not depend on the lines beside it.
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

# Centred and scaled features beyond this are cut off: outliers say no more than "much".
CLIP: Final = 4.0
N_CODES: Final = len(CODES)
# The columns of the first guess are the second table's first; they belong to no block.
N_OWN: Final = 2
OWN_CODE: Final = -1
# Hidden units that the kernel takes together: a network has a multiple of them.
UNITS: Final = 2


class Network(NamedTuple):
    """A trained network (F columns, H hidden units, a multiple of `UNITS`).

    mean, scale: float32 (F,), a feature counts as `(x - mean) * scale`
    hidden: float32 (H, F), hidden_bias: float32 (H,)
    out: float32 (H,), out_bias: float32 (1,)
    block_code, block_start: int64 (B,) and (B + 1,): the table's blocks of columns, each with
        the number of its reason code, or `OWN_CODE`
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
    """A rising curve of straight lines from log-odds to probabilities.

    log_odds: float32 (K,), rising; share: float32 (K,), the share of boilerplate there, not falling
    """

    log_odds: Floats
    share: Floats


class OperatingPoints(NamedTuple):
    """What each threshold did on pages that were not trained on; threshold i is i / 1000.

    kept: float32 (1001,), share of the content words that stayed, rising
    precise: float32 (1001,), share of the words that stayed which are content
    """

    kept: Floats
    precise: Floats


class SiteStep(NamedTuple):
    """The third network, over `schema.SITE_BLOCKS`, which adjusts scores by the site."""

    network: Network
    calibration: Calibration


@dataclass(frozen=True)
class Scorer:
    """Everything that turns one format's features into scores.

    site: None in a model that was trained without sites of several pages
    kinds: None in a model that was trained without kinds of lines
    """

    first: Network
    second: Network
    calibration: Calibration
    points: OperatingPoints
    site: SiteStep | None = None
    kinds: LineKindNetwork | None = None

    @cached_property
    def first_arrays(self) -> native.Prepared:
        """What the kernel of the first guess takes."""
        return native.Prepared(self.first, self._used())

    @cached_property
    def second_arrays(self) -> native.Prepared:
        """What the kernel of the scores takes."""
        return native.Prepared(self.second, self._used(), self.calibration)

    @cached_property
    def arrays(self) -> native.Prepared:
        """What the kernels of all steps in one take."""
        return native.Prepared(self.first_arrays, self.second_arrays, self.line_kinds)

    @cached_property
    def line_kinds(self) -> LineKindNetwork:
        """The network of kinds, or one that says nothing."""
        return no_kinds() if self.kinds is None else self.kinds

    def _used(self) -> Integers:
        """Return the codes that the networks have, rising."""
        codes = {*self.first.block_code.tolist(), *self.second.block_code.tolist()} - {OWN_CODE}
        return np.array(sorted(codes), self.first.block_code.dtype)


class Guesses(NamedTuple):
    """What the first network says of every line.

    log_odds: float32 (S,), of boilerplate
    without: float32 (S, codes), the same with each block taken away; not written for a code that no
        network of the scorer has
    """

    log_odds: Floats
    without: Floats


class LineScores(NamedTuple):
    """What the second network says of every line.

    scores: float32 (S,), probabilities of boilerplate, rounded to 1/1000
    contributions: float32 (S, codes), what each code adds to the log-odds
    log_odds: float32 (S,), not calibrated
    """

    scores: Floats
    contributions: Floats
    log_odds: Floats


def new_scores(size: int) -> LineScores:
    """Return scores that are yet to be written."""
    return LineScores(
        np.empty(size, np.float32), np.empty((size, N_CODES), np.float32), np.empty(size, np.float32)
    )


def guess(features: Floats, scorer: Scorer) -> Guesses:
    """Return the first network's guess for each row of the first table."""
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
    """Return float32 (S,): the third network's log-odds of each row, not calibrated."""
    log_odds = np.empty(table.shape[0], np.float32)
    native.run("site_log_odds", table, network, log_odds)
    return log_odds


def adjusted(
    table: Floats, step: SiteStep, site_known: NDArray[np.bool_], scores: Floats
) -> tuple[Floats, Floats]:
    """Return the scores with what sites say, and what that adds to each line's log-odds.

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
