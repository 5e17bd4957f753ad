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
from detector.features.context import AROUND_AT, bounded, squeezed
from detector.features.schema import CODES
from detector.model.calibration import calibrated, rounded
from detector.model.tile import ROWS, UNITS, tile_sums
from detector.records import Floats, Integers, Number

# Centred and scaled evidence beyond this is cut off: outliers say no more than "much".
CLIP: Final = 4.0
N_CODES: Final = len(CODES)
# The columns of the first guess are the second table's first; they belong to no block.
N_OWN: Final = AROUND_AT
OWN_CODE: Final = -1


class Network(NamedTuple):
    """A trained network (F columns, H hidden units, a multiple of `tile.UNITS`).

    mean, scale: float32 (F,), evidence is `(x - mean) * scale`
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


class Goals(NamedTuple):
    """What each threshold did on pages that were not trained on; threshold i is i / 1000.

    kept: float32 (1001,), share of the content words that stayed, rising
    precise: float32 (1001,), share of the words that stayed which are content
    """

    kept: Floats
    precise: Floats


class SiteStep(NamedTuple):
    """What adjusts scores by the site (scores/site.py); knot and share as in `Scorer`.

    network: over the columns of `columns.SITE_BLOCKS`
    """

    network: Network
    knot: Floats
    share: Floats


class Scorer(NamedTuple):
    """Everything that turns one format's evidence into scores.

    knot: float32 (K,), log-odds rising, and share: float32 (K,), the calibrated probability
    of boilerplate there, rising too; straight lines between
    goals: what each threshold did
    site: the third step; None in a model that was trained without sites of several pages
    """

    first: Network
    second: Network
    knot: Floats
    share: Floats
    goals: Goals
    site: SiteStep | None = None


class Guesses(NamedTuple):
    """What the first network says of every line.

    odds: float32 (S,), log-odds of boilerplate; without: float32 (S, codes), the same with
    each block taken away
    """

    odds: Floats
    without: Floats


class Scratch(NamedTuple):
    """Room for one block of lines.

    table: float32 (F, ROWS); sums: float32 (codes + 1, UNITS * ROWS), a tile's sums by code,
    those of the guess last; part, total: float32 (UNITS * ROWS,); odds: float32 (ROWS,);
    without: float32 (codes, ROWS); own: float32 (codes, N_OWN, ROWS), the scaled guess with
    each block taken away; used: int64, the codes that a scorer's blocks have
    """

    table: Floats
    sums: Floats
    part: Floats
    total: Floats
    odds: Floats
    without: Floats
    own: Floats
    used: Integers


@inlined
def scaled(value: Number, column: Number, network: Network) -> Number:
    """Return a value of a column, centred, scaled and cut off, as the network takes it."""
    value = (value - network.mean[column]) * network.scale[column]
    return min(max(value, np.float32(-CLIP)), np.float32(CLIP))


@inlined
def _load(evidence: Floats, first: Number, lines: Number, network: Network, table: Floats) -> None:
    """Put a block of lines into the scratch table, centred and scaled, columns first."""
    for line in range(lines):
        row = evidence[first + line]
        for column in range(row.size):
            table[column, line] = scaled(row[column], column, network)


@inlined
def _tile(network: Network, unit: Number, scratch: Scratch) -> None:
    """Write one tile's sums by code, and all of them with the bias."""
    sums, part, total = scratch.sums, scratch.part, scratch.total
    for code in scratch.used:
        sums[code] = 0
    sums[N_CODES] = 0
    for block in range(network.block_code.size):
        span = (network.block_start[block], network.block_start[block + 1])
        tile_sums(scratch.table, network.hidden, span, unit, part)
        of_code = sums[network.block_code[block]]
        for at in range(UNITS * ROWS):
            of_code[at] += part[at]
    for at in range(UNITS * ROWS):
        total[at] = network.hidden_bias[unit + at // ROWS]
    for code in scratch.used:
        of_code = sums[code]
        for at in range(UNITS * ROWS):
            total[at] += of_code[at]
    for at in range(UNITS * ROWS):
        total[at] += sums[N_CODES, at]


@inlined
def _add_output(network: Network, unit: Number, of: tuple[Floats, Floats], odds: Floats) -> None:
    """Add what a tile's units say once `of[1]` is taken from the sums `of[0]`."""
    total, gone = of
    for number in range(UNITS):
        weight = network.out[unit + number]
        for line in range(ROWS):
            at = number * ROWS + line
            odds[line] += max(total[at] - gone[at], np.float32(0)) * weight


@inlined
def _own_part(network: Network, unit: Number, code: Number, scratch: Scratch) -> None:
    """Write into `part` what falls away with a block: its sums, and what the guess changes by."""
    part, of_code, guess = scratch.part, scratch.sums[code], scratch.sums[N_CODES]
    for at in range(UNITS * ROWS):
        part[at] = of_code[at] + guess[at]
    for column in range(N_OWN):
        own = scratch.own[code, column]
        for number in range(UNITS):
            weight = network.hidden[unit + number, column]
            for line in range(ROWS):
                part[number * ROWS + line] -= own[line] * weight


@inlined
def _run(network: Network, has_guess: Number, scratch: Scratch) -> None:
    """Write the log-odds of a block of lines, and those without each code that is in use."""
    scratch.odds[:] = network.out_bias[0]
    scratch.without[:] = network.out_bias[0]
    for unit in range(0, network.out.size, UNITS):
        _tile(network, unit, scratch)
        for code in scratch.used:
            gone = scratch.sums[code]
            if has_guess:
                _own_part(network, unit, code, scratch)
                gone = scratch.part
            _add_output(network, unit, (scratch.total, gone), scratch.without[code])
        scratch.part[:] = 0
        _add_output(network, unit, (scratch.total, scratch.part), scratch.odds)


@kernel
def _guess(evidence: Floats, network: Network, scratch: Scratch, found: Guesses) -> None:
    for first in range(0, evidence.shape[0], ROWS):
        lines = min(ROWS, evidence.shape[0] - first)
        _load(evidence, first, lines, network, scratch.table)
        _run(network, False, scratch)
        for line in range(lines):
            found.odds[first + line] = scratch.odds[line]
            for code in scratch.used:
                found.without[first + line, code] = scratch.without[code, line]


@inlined
def _load_own(without: Floats, first: Number, lines: Number, network: Network, scratch: Scratch) -> None:
    """Put the guesses of a block of lines, with each code taken away, into the scratch."""
    own = scratch.own
    for line in range(lines):
        for code in scratch.used:
            odds = without[first + line, code]
            own[code, 0, line] = scaled(bounded(odds), 0, network)
            own[code, 1, line] = scaled(squeezed(odds), 1, network)


@kernel
def _score(
    context: Floats,
    scorer: tuple[Network, Floats, Floats],
    guesses: Guesses,
    scratch: Scratch,
    found: tuple[Floats, Floats, Floats],
) -> None:
    network, knot, share = scorer
    scores, added, all_odds = found
    for first in range(0, context.shape[0], ROWS):
        lines = min(ROWS, context.shape[0] - first)
        _load(context, first, lines, network, scratch.table)
        _load_own(guesses.without, first, lines, network, scratch)
        _run(network, True, scratch)
        for line in range(lines):
            odds = scratch.odds[line]
            all_odds[first + line] = odds
            scores[first + line] = rounded(calibrated(odds, knot, share))
            for code in scratch.used:
                added[first + line, code] = odds - scratch.without[code, line]


def _room(network: Network, used: Integers) -> Scratch:
    # Lines that a last block lacks are computed too, and left: nothing of theirs is read.
    return Scratch(
        np.zeros((network.mean.size, ROWS), np.float32),
        np.empty((N_CODES + 1, UNITS * ROWS), np.float32),
        np.empty(UNITS * ROWS, np.float32),
        np.empty(UNITS * ROWS, np.float32),
        np.empty(ROWS, np.float32),
        np.empty((N_CODES, ROWS), np.float32),
        np.zeros((N_CODES, N_OWN, ROWS), np.float32),
        used,
    )


def _used(*networks: Network) -> Integers:
    codes = np.unique(np.concatenate([network.block_code for network in networks]))
    used: Integers = codes[codes != OWN_CODE]
    return used


def guess(evidence: Floats, scorer: Scorer) -> Guesses:
    """Return the first network's log-odds, and those without each block of evidence.

    Without a code that the scorer has no columns of, nothing is written: those are undefined.
    """
    size = evidence.shape[0]
    found = Guesses(np.empty(size, np.float32), np.empty((size, N_CODES), np.float32))
    _guess(evidence, scorer.first, _room(scorer.first, _used(scorer.first, scorer.second)), found)
    return found


def score(context: Floats, scorer: Scorer, guesses: Guesses) -> tuple[Floats, NDArray[np.float32], Floats]:
    """Return the score of each row (S,), what each code adds to its log-odds (S, codes), and those (S,).

    Scores are probabilities of boilerplate, rounded to 1/1000; log-odds are not calibrated.
    """
    size = context.shape[0]
    scores = np.empty(size, np.float32)
    added = np.zeros((size, N_CODES), np.float32)
    parts = (scorer.second, scorer.knot, scorer.share)
    odds = np.empty(size, np.float32)
    room = _room(scorer.second, _used(scorer.first, scorer.second))
    _score(context, parts, guesses, room, (scores, added, odds))
    return scores, added, odds
