"""Evidence to a score: a small network, and what each block of evidence adds to it.

One hidden layer. Evidence is centred and scaled; so a block of columns is taken away by
setting it to zero, the average line's value, and its contribution is how far the log-odds
fall when that is done. With one hidden layer the sums of the blocks are there anyway, and
all contributions together cost about as much as the score.

No matrix product of a library is used: sums run in a fixed order for every line, so that
a line's score does not depend on the lines beside it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.records import Floats, Integers, Number

# Centred and scaled evidence beyond this is cut off: outliers say no more than "much".
CLIP: Final = 4.0


class Network(NamedTuple):
    """A trained network for one format (F columns, H hidden units, K knots, G blocks).

    mean, scale: float32 (F,), evidence is `(x - mean) * scale`
    hidden: float32 (F, H), hidden_bias: float32 (H,)
    out: float32 (H,), out_bias: float32 (1,)
    knot: float32 (K,), log-odds rising, and share: float32 (K,), the calibrated
    probability of boilerplate there, rising too; straight lines between
    block: int64 (G + 1,), first column of each block of evidence, and F
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    knot: Floats
    share: Floats
    block: Integers


@inlined
def _calibrated(odds: Number, network: Network) -> Number:
    """Return the probability that log-odds stand for."""
    knot, share = network.knot, network.share
    if odds <= knot[0]:
        return share[0]
    for at in range(1, knot.size):
        if odds <= knot[at]:
            part = (odds - knot[at - 1]) / (knot[at] - knot[at - 1])
            return share[at - 1] + part * (share[at] - share[at - 1])
    return share[share.size - 1]


@inlined
def _block_sums(row: Floats, network: Network, sums: Floats, total: Floats) -> None:
    """Write each block's sums into the hidden units (G, H), and their total with the bias."""
    n_hidden = total.size
    for unit in range(n_hidden):
        total[unit] = network.hidden_bias[unit]
    for block in range(network.block.size - 1):
        for unit in range(n_hidden):
            sums[block, unit] = 0
        for column in range(network.block[block], network.block[block + 1]):
            value = (row[column] - network.mean[column]) * network.scale[column]
            value = min(max(value, np.float32(-CLIP)), np.float32(CLIP))
            if value != 0:
                for unit in range(n_hidden):
                    sums[block, unit] += value * network.hidden[column, unit]
        for unit in range(n_hidden):
            total[unit] += sums[block, unit]


@kernel
def _score(
    evidence: Floats, network: Network, scratch: tuple[Floats, Floats], scores: Floats, added: Floats
) -> None:
    sums, total = scratch
    for row in range(evidence.shape[0]):
        _block_sums(evidence[row], network, sums, total)
        odds = network.out_bias[0]
        for unit in range(total.size):
            odds += max(total[unit], np.float32(0)) * network.out[unit]
        for block in range(added.shape[1]):
            without = network.out_bias[0]
            for unit in range(total.size):
                without += max(total[unit] - sums[block, unit], np.float32(0)) * network.out[unit]
            added[row, block] = odds - without
        scores[row] = np.round(_calibrated(odds, network) * np.float32(1000)) / np.float32(1000)


def score(evidence: Floats, network: Network) -> tuple[Floats, NDArray[np.float32]]:
    """Return the score of each row (S,), and what each block added to its log-odds (S, G).

    Scores are probabilities of boilerplate, rounded to 1/1000.
    """
    n_blocks, n_hidden = network.block.size - 1, network.hidden.shape[1]
    scores = np.empty(evidence.shape[0], np.float32)
    added = np.empty((evidence.shape[0], n_blocks), np.float32)
    scratch = (np.empty((n_blocks, n_hidden), np.float32), np.empty(n_hidden, np.float32))
    _score(evidence, network, scratch, scores, added)
    return scores, added
