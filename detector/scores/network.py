"""Evidence to a score: two small networks, and what each block of evidence adds to a line's.

The first network makes a guess of every line from the first table of evidence; the second
sees that guess in its context (evidence/context.py, evidence/holders.py), and its log-odds
go through a rising curve, the calibration, to become a probability. Each has one hidden
layer; evidence is centred and scaled, so a block of columns is taken away by setting it to
zero, the average line's value. What a block adds to a line is how far the log-odds fall
when that is done in both networks, other lines' guesses staying as they are. With one
hidden layer the sums of the blocks are there anyway, so all contributions together cost
about as much as the score.

No matrix product of a library is used: sums run in a fixed order for every line, so that
a line's score does not depend on the lines beside it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.evidence.columns import CODES
from detector.evidence.context import AROUND_AT, write_guess
from detector.records import Floats, Integers, Number

# Centred and scaled evidence beyond this is cut off: outliers say no more than "much".
CLIP: Final = 4.0
N_CODES: Final = len(CODES)
# The columns of the first guess are the second table's first; they belong to no block.
N_OWN: Final = AROUND_AT


class Network(NamedTuple):
    """A trained network (F columns, H hidden units).

    mean, scale: float32 (F,), evidence is `(x - mean) * scale`
    hidden: float32 (F, H), hidden_bias: float32 (H,)
    out: float32 (H,), out_bias: float32 (1,)
    code: int64 (F,), the reason code (of `CODES`) that each column belongs to, rising
        within a block; -1 for the first guess
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats
    code: Integers


class Scorer(NamedTuple):
    """Everything that turns one format's evidence into scores.

    knot: float32 (K,), log-odds rising, and share: float32 (K,), the calibrated probability
    of boilerplate there, rising too; straight lines between
    """

    first: Network
    second: Network
    knot: Floats
    share: Floats


class Guesses(NamedTuple):
    """What the first network says of every line.

    odds: float32 (S,), log-odds of boilerplate; without: float32 (S, codes), the same with
    each block taken away
    """

    odds: Floats
    without: Floats


@inlined
def _calibrated(odds: Number, knot: Floats, share: Floats) -> Number:
    """Return the probability that log-odds stand for."""
    if odds <= knot[0]:
        return share[0]
    for at in range(1, knot.size):
        if odds <= knot[at]:
            part = (odds - knot[at - 1]) / (knot[at] - knot[at - 1])
            return share[at - 1] + part * (share[at] - share[at - 1])
    return share[share.size - 1]


@inlined
def _scaled(value: Number, column: Number, network: Network) -> Number:
    value = (value - network.mean[column]) * network.scale[column]
    return min(max(value, np.float32(-CLIP)), np.float32(CLIP))


@inlined
def _code_sums(row: Floats, network: Network, sums: Floats, total: Floats) -> None:
    """Write each code's sums into the hidden units (codes + 1, H; the guess last), and all with the bias."""
    n_hidden = total.size
    for unit in range(n_hidden):
        total[unit] = network.hidden_bias[unit]
    sums[:] = 0
    for column in range(row.size):
        value, code = _scaled(row[column], column, network), network.code[column]
        for unit in range(n_hidden):
            sums[code, unit] += value * network.hidden[column, unit]
    for code in range(sums.shape[0]):
        for unit in range(n_hidden):
            total[unit] += sums[code, unit]


@inlined
def _output(total: Floats, network: Network) -> Number:
    odds = network.out_bias[0]
    for unit in range(total.size):
        odds += max(total[unit], np.float32(0)) * network.out[unit]
    return odds


@inlined
def _output_without(total: Floats, part: Floats, network: Network) -> Number:
    """Return the log-odds without one part of the hidden units' sums."""
    odds = network.out_bias[0]
    for unit in range(total.size):
        odds += max(total[unit] - part[unit], np.float32(0)) * network.out[unit]
    return odds


@kernel
def _guess(evidence: Floats, network: Network, scratch: tuple[Floats, Floats], found: Guesses) -> None:
    sums, total = scratch
    for row in range(evidence.shape[0]):
        _code_sums(evidence[row], network, sums, total)
        found.odds[row] = _output(total, network)
        for code in range(N_CODES):
            found.without[row, code] = _output_without(total, sums[code], network)


@inlined
def _take_away(own: Floats, network: Network, sums: Floats, code: Number, without: Number) -> None:
    """Put into the last row of `sums` what falls away with a block: its sums, and its part of the guess."""
    write_guess(without, own)
    gone = sums[sums.shape[0] - 1]
    for unit in range(gone.size):
        gone[unit] = sums[code, unit] + sums[N_CODES, unit]
    for column in range(N_OWN):
        value = _scaled(own[column], column, network)
        for unit in range(gone.size):
            gone[unit] -= value * network.hidden[column, unit]


@kernel
def _score(
    context: Floats,
    scorer: Scorer,
    guesses: Guesses,
    scratch: tuple[Floats, Floats, Floats],
    scores: Floats,
    added: Floats,
) -> None:
    sums, total, own = scratch
    network = scorer.second
    for row in range(context.shape[0]):
        _code_sums(context[row], network, sums[: N_CODES + 1], total)
        odds = _output(total, network)
        for code in range(N_CODES):
            _take_away(own, network, sums, code, guesses.without[row, code])
            added[row, code] = odds - _output_without(total, sums[N_CODES + 1], network)
        scores[row] = np.round(_calibrated(odds, scorer.knot, scorer.share) * np.float32(1000)) / np.float32(
            1000
        )


def guess(evidence: Floats, network: Network) -> Guesses:
    """Return the first network's log-odds, and those without each block of evidence."""
    size, n_hidden = evidence.shape[0], network.out.size
    found = Guesses(np.empty(size, np.float32), np.empty((size, N_CODES), np.float32))
    scratch = (np.empty((N_CODES + 1, n_hidden), np.float32), np.empty(n_hidden, np.float32))
    _guess(evidence, network, scratch, found)
    return found


def score(context: Floats, scorer: Scorer, guesses: Guesses) -> tuple[Floats, NDArray[np.float32]]:
    """Return the score of each row (S,), and what each code adds to its log-odds (S, codes).

    Scores are probabilities of boilerplate, rounded to 1/1000.
    """
    size, n_hidden = context.shape[0], scorer.second.out.size
    scores = np.empty(size, np.float32)
    added = np.empty((size, N_CODES), np.float32)
    scratch = (
        np.empty((N_CODES + 2, n_hidden), np.float32),
        np.empty(n_hidden, np.float32),
        np.empty(N_OWN, np.float32),
    )
    _score(context, scorer, guesses, scratch, scores, added)
    return scores, added
