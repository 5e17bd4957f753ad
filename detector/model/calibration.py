"""Log-odds to probabilities: a rising curve of straight lines, and the rounding of scores."""

import numpy as np

from detector.compiled import inlined
from detector.records import Floats, Number


@inlined
def calibrated(odds: Number, knot: Floats, share: Floats) -> Number:
    """Return the probability that log-odds stand for."""
    if odds <= knot[0]:
        return share[0]
    for at in range(1, knot.size):
        if odds <= knot[at]:
            part = (odds - knot[at - 1]) / (knot[at] - knot[at - 1])
            return share[at - 1] + part * (share[at] - share[at - 1])
    return share[share.size - 1]


@inlined
def rounded(share: Number) -> Number:
    """Return a probability rounded to 1/1000, as all scores are."""
    return np.round(share * np.float32(1000)) / np.float32(1000)
