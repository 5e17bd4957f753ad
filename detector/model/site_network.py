"""The third step: the log-odds of a line, seen with what the other pages of its site say of it.

A small network over the second step's log-odds, the columns of `evidence/site` and
`evidence/stretches`, and the line's place. Only lines whose site is known go through it: any
other line keeps its score, bit for bit. How sure it may be with few pages, it learned from
pages whose sister pages were drawn at random, two to a hundred of them (training/fit_site.py).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.context import bounded, squeezed
from detector.features.novel_runs import stretch_columns
from detector.features.position import LONG
from detector.features.schema import SITE, SITE_BLOCKS, names
from detector.features.shape import words_in
from detector.features.site import LEAST_PAGES, site_columns
from detector.model.calibration import calibrated, rounded
from detector.model.network import Network, SiteStep, scaled
from detector.model.tile import ROWS, UNITS, tile_sums
from detector.records import Floats, Integers, Number, Words
from detector.sites.recurrence import SeenOn

N_COLUMNS: Final = len(names(SITE_BLOCKS))
N_OWN: Final = len(SITE_BLOCKS[0][1])
# Probabilities this close to 0 and 1 are taken as this: log-odds of a reason stay finite.
EDGE: Final = 0.0005


@kernel
def _own_columns(odds: Floats, words: Words, page_segment: Integers, table: Floats) -> None:
    for page in range(page_segment.size - 1):
        first, last = page_segment[page], page_segment[page + 1]
        for row in range(first, last):
            here, size = table[row], words_in(words, row)
            here[0], here[1] = bounded(odds[row]), squeezed(bounded(odds[row]))
            here[2], here[3] = np.log1p(size), np.float32(size >= LONG)
            here[4] = (np.float32(row - first) + np.float32(0.5)) / np.float32(last - first)


def site_table(odds: Floats, seen: SeenOn, words: Words, page_segment: Integers) -> Floats:
    """Return float32 (S, columns of `SITE_BLOCKS`): the line with its log-odds, and what its site says."""
    table = np.empty((odds.size, N_COLUMNS), np.float32)
    stretches = N_OWN + len(SITE)
    table[:, N_OWN:stretches] = site_columns(seen, words, page_segment)
    table[:, stretches:] = stretch_columns(odds, seen, words, page_segment)
    _own_columns(odds, words, page_segment, table)
    return table


@inlined
def _add_tile(network: Network, unit: Number, part: Floats, odds: Floats) -> None:
    """Add what a tile's units say of a block of lines; `part`: their sums."""
    for number in range(UNITS):
        bias, weight = network.hidden_bias[unit + number], network.out[unit + number]
        for line in range(ROWS):
            odds[line] += max(part[number * ROWS + line] + bias, np.float32(0)) * weight


@kernel
def _network_odds(
    table: Floats, network: Network, room: tuple[Floats, Floats, Floats], found: Floats
) -> None:
    """Write the network's log-odds of each row; `room`: scratch for a block of lines (`tile.py`)."""
    block, part, odds = room
    for first in range(0, found.size, ROWS):
        lines = min(ROWS, found.size - first)
        for line in range(lines):
            row = table[first + line]
            for column in range(row.size):
                block[column, line] = scaled(row[column], column, network)
        odds[:] = network.out_bias[0]
        for unit in range(0, network.out.size, UNITS):
            tile_sums(block, network.hidden, (0, block.shape[0]), unit, part)
            _add_tile(network, unit, part, odds)
        for line in range(lines):
            found[first + line] = odds[line]


def network_odds(table: Floats, network: Network) -> Floats:
    """Return float32 (S,): the network's log-odds of each row of `site_table`, not calibrated."""
    found = np.empty(table.shape[0], np.float32)
    room = (
        np.zeros((N_COLUMNS, ROWS), np.float32),
        np.empty(UNITS * ROWS, np.float32),
        np.empty(ROWS, np.float32),
    )
    _network_odds(table, network, room, found)
    return found


@inlined
def _log_odds(share: Number) -> Number:
    share = min(max(share, np.float32(EDGE)), np.float32(1 - EDGE))
    return np.log(share / (np.float32(1) - share))


@kernel
def _adjust(
    odds: Floats, rows: Integers, curve: tuple[Floats, Floats], scores: Floats, added: Floats
) -> None:
    """Replace the scores of some rows by what their log-odds, calibrated, say."""
    for number in range(rows.size):
        at = rows[number]
        before = scores[at]
        scores[at] = rounded(calibrated(odds[number], *curve))
        added[at] = _log_odds(scores[at]) - _log_odds(before)


def adjusted(
    table: Floats, step: SiteStep, page_segment: Integers, site_pages: NDArray[np.int32], scores: Floats
) -> tuple[Floats, Floats]:
    """Return the scores with what sites say, and what that adds to each line's log-odds; both (S,).

    table: of `site_table`; site_pages: (P,), other pages known of each page's site
    """
    scores, added = scores.copy(), np.zeros(scores.size, np.float32)
    rows = np.flatnonzero(np.repeat(site_pages >= LEAST_PAGES, np.diff(page_segment)))
    _adjust(network_odds(table[rows], step.network), rows, (step.knot, step.share), scores, added)
    return scores, added
