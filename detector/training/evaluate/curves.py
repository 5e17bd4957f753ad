"""Curves for a report: the effect of every threshold, and scores against the truth."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.errors import SettingsError
from detector.model.operating_points import THRESHOLDS, threshold_of
from detector.records import Floats
from detector.settings import Settings
from detector.training.data.examples import CONTENT, Examples
from detector.training.evaluate.measures import BINS, Shares
from detector.training.fit.parts import operating_points_of

# The template recalls at which to report lost content.
RECALLS: Final = (0.8, 0.9, 0.95)


class Curve(NamedTuple):
    """float64 (1001,) each. Threshold i is i / 1000, and lines with a higher score are dropped.

    lost: the share of content words that are dropped; recall: the share of template lines that are dropped
    """

    lost: NDArray[np.float64]
    recall: NDArray[np.float64]


class Bins(NamedTuple):
    """Lines in bins of equal mass: mean score and true share of boilerplate; float64 (B,)."""

    score: NDArray[np.float64]
    truth: NDArray[np.float64]


def curve(scores: Floats, share: Shares, size: Shares) -> Curve:
    """Return the effect of every threshold on lines with known truth; size: number of words of each."""
    at = np.round(scores * (THRESHOLDS - 1)).astype(np.int64)
    content = np.cumsum(np.bincount(at, size * np.maximum(share, 0), THRESHOLDS))
    template = np.cumsum(np.bincount(at, share < CONTENT, THRESHOLDS))
    lost = 1 - content / content[-1] if content[-1] else np.zeros(THRESHOLDS)
    recall = 1 - template / template[-1] if template[-1] else np.ones(THRESHOLDS)
    return Curve(lost, recall)


def lost_at_recall(scores: Floats, share: Shares, size: Shares) -> dict[str, float]:
    """Return the least content lost by a threshold that finds this much of the template."""
    found = curve(scores, share, size)
    return {f"{recall:g}": float(found.lost[found.recall >= recall].min(initial=1.0)) for recall in RECALLS}


def known_lines(examples: Examples, scores: Floats) -> tuple[Floats, Shares, Shares]:
    """Return scores, shares of content and numbers of words of lines with known truth."""
    known = examples.share >= 0
    size = np.diff(examples.words.segment_word).astype(np.float64)
    return scores[known], examples.share[known], size[known]


def bins(scores: Floats, share: Shares) -> Bins:
    """Return the scores against the truth, in 15 bins of equal mass."""
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if part.size]
    return Bins(
        np.array([scores[part].mean() for part in parts], np.float64),
        np.array([(share[part] < CONTENT).mean() for part in parts], np.float64),
    )


def threshold_for(settings: Settings, examples: Examples, scores: Floats) -> float:
    """Return the threshold that meets a goal on these pages.

    Raises `SettingsError` if no goal is set, or none meets it.
    """
    words = np.diff(examples.words.segment_word)
    threshold = threshold_of(settings, operating_points_of(scores, examples.share, words))
    if threshold is None:
        raise SettingsError("no goal is set to find a threshold for: add --lose-at-most 0.1%")
    return threshold
