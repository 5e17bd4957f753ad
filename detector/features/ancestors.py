"""First guesses over the structure of an HTML page: the second table's markup columns.

Three kinds. Lines whose blocks look the same (tag and class words) are mostly the same
thing: cards of a listing, rows of a menu. The elements that hold a line, one inside the
other, are mostly content or template as a whole. And a line's way through the tree from
the line that is likest the page's title tells the page's own part from the rest.
All is linear in elements and lines: sums go up the tree once, and marks down once.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.context import MARKUP_AGAIN_FROM, MARKUP_AT, Guessed, see_again
from detector.features.markup import AT_INSIDE, HEADING_LEVEL, Tree, sum_up
from detector.features.schema import ALIKE, HOLDER_LEVELS, HOLDERS, LOOKS, MARKUP_AGAIN, names
from detector.features.titles import IN_TITLE, TITLE_IN_LINE
from detector.records import Batch, Floats, Integers, Markup, Number
from detector.text.tags import INSIDE

ALIKE_AT: Final = MARKUP_AT + len(names(MARKUP_AGAIN))
HOLDERS_AT: Final = ALIKE_AT + len(ALIKE)
TITLE_AT: Final = HOLDERS_AT + len(HOLDERS)
N_LOOKS: Final = len(LOOKS)
# Elements above the block that are part of a path.
PATH: Final = 3

IN_NAV: Final = AT_INSIDE + INSIDE.index("nav")
IS_H1: Final = 0.99
# A line is the page's title if it has this much of it (2 for all of its words, and more).
LEAST_TITLE: Final = 0.8
MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class Room(NamedTuple):
    """Scratch for the longest page (R rows, E elements of the batch).

    key: uint64 (2^k,), group: int64 (2^k,): a hash table; groups: float64 (R, 3), of each
    group its weight, weighted guess and lines; row_group: int64 (R,)
    held: float64 (E, 3), the same of everything in an element
    shared: int64 (E,), the innermost element that holds both this one and the title
    """

    key: NDArray[np.uint64]
    group: Integers
    groups: NDArray[np.float64]
    row_group: Integers
    held: NDArray[np.float64]
    shared: Integers


@inlined
def _block(markup: Markup, tree: Tree, line: Number) -> Number:
    element = markup.line_element[line]
    return tree.block[element] if element >= 0 else np.int64(-1)


@inlined
def _look_key(markup: Markup, tree: Tree, block: Number, which: Number) -> Number:
    """Return the key of a block's look: alone, with its parent, or with three elements above."""
    key = np.uint64(which + 1)
    above = (0, 1, PATH)[which]
    at = block
    for _ in range(above + 1):
        look = np.uint64(tree.look[at]) if at >= 0 else np.uint64(0)
        key = (key ^ look) * MIX
        key ^= key >> np.uint64(29)
        at = markup.parent[at] if at >= 0 else np.int64(-1)
    return key | np.uint64(1)


@inlined
def _group_of(key: Number, mask: Number, count: Number, room: Room) -> Number:
    """Return the group of a key; a new one has the number `count`."""
    at = np.int64(key >> np.uint64(20)) & mask
    while room.group[at] >= 0 and room.key[at] != key:
        at = (at + 1) & mask
    if room.group[at] < 0:
        room.key[at], room.group[at] = key, count
    return room.group[at]


@inlined
def _add(sums: NDArray[np.float64], weight: Number, guess: Number) -> None:
    sums[0] += weight
    sums[1] += weight * guess
    sums[2] += 1


@inlined
def _write_sums(sums: NDArray[np.float64], row: Floats, at: Number) -> None:
    row[at] = sums[1] / sums[0] if sums[0] > 0 else 0.0
    row[at + 1], row[at + 2] = np.log1p(sums[0]), np.log1p(sums[2])


@kernel
def _alike(batch: Batch, trees: tuple[Markup, Tree], guessed: Guessed, room: Room, context: Floats) -> None:
    """Write the guesses of lines that look the same; lines outside all blocks are one group."""
    markup, tree = trees
    for page in range(batch.page_line.size - 1):
        lines = (batch.page_line[page], batch.page_line[page + 1])
        first = batch.line_segment[lines[0]]
        size = 16
        while size < 2 * (batch.line_segment[lines[1]] - first):
            size *= 2
        for which in range(N_LOOKS):
            room.group[:size] = -1
            count = 0
            for line in range(lines[0], lines[1]):
                key = _look_key(markup, tree, _block(markup, tree, line), which)
                for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
                    group = _group_of(key, size - 1, count, room)
                    if group == count:
                        room.groups[group] = 0
                        count += 1
                    _add(room.groups[group], guessed.weight[row], guessed.guess[row])
                    room.row_group[row - first] = group
            for row in range(first, batch.line_segment[lines[1]]):
                _write_sums(room.groups[room.row_group[row - first]], context[row], ALIKE_AT + 3 * which)


@kernel
def _hold(batch: Batch, markup: Markup, guessed: Guessed, held: NDArray[np.float64]) -> None:
    """Sum guesses up the tree, children before parents."""
    held[:] = 0
    for line in range(batch.line_start.size):
        element = markup.line_element[line]
        if element >= 0:
            for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
                _add(held[element], guessed.weight[row], guessed.guess[row])
    sum_up(markup, held)


@inlined
def _write_holders(markup: Markup, block: Number, room: Room, weight: Number, row: Floats) -> None:
    """Write the elements that hold a block; beyond the outermost one, the page."""
    holder = block
    for level in range(HOLDER_LEVELS):
        if holder >= 0 and markup.parent[holder] >= 0:
            holder = markup.parent[holder]
        at = HOLDERS_AT + 3 * level
        if holder < 0:
            row[at : at + 3] = 0
            continue
        sums = room.held[holder]
        row[at] = sums[1] / sums[0] if sums[0] > 0 else 0.0
        row[at + 1], row[at + 2] = sums[0] / weight, np.log1p(sums[2])


@inlined
def _title_row(evidence: Floats, rows: tuple[Number, Number]) -> Number:
    """Return the row that is likest the page's title, or -1."""
    best, found = np.float32(LEAST_TITLE), np.int64(-1)
    for row in range(rows[0], rows[1]):
        here = evidence[row]
        alike = np.float32(2) * here[TITLE_IN_LINE] + here[IN_TITLE] - here[IN_NAV]
        if here[HEADING_LEVEL] > np.float32(IS_H1):
            alike += np.float32(1)
        elif here[HEADING_LEVEL] == 0:
            alike -= np.float32(0.3)
        if alike > best:
            best, found = alike, np.int64(row)
    return found


@inlined
def _mark_shared(markup: Markup, elements: tuple[Number, Number], title: Number, shared: Integers) -> None:
    """Write for each element of a page the innermost one that holds both it and the title."""
    for element in range(elements[0], elements[1]):
        shared[element] = -1
    at = title
    while at >= 0:
        shared[at] = at
        at = markup.parent[at]
    for element in range(elements[0], elements[1]):
        if shared[element] < 0 and markup.parent[element] >= 0:
            shared[element] = shared[markup.parent[element]]


@inlined
def _write_from_title(
    trees: tuple[Markup, Tree], room: Room, elements: tuple[Number, Number], distance: Number, row: Floats
) -> None:
    """Write where a line (its element and the title's) stands from the title."""
    depth = trees[1].depth
    mine, title = elements
    shared = room.shared[mine] if mine >= 0 else np.int64(-1)
    common = depth[shared] if shared >= 0 else -1
    up = depth[title] if title >= 0 else 0
    down = depth[mine] if mine >= 0 else 0
    row[TITLE_AT] = np.float32(common + 1) / np.float32(up + 1)
    row[TITLE_AT + 1], row[TITLE_AT + 2] = (
        np.log1p(np.float32(up - common)),
        np.log1p(np.float32(down - common)),
    )
    row[TITLE_AT + 3] = distance >= 0
    log = np.log1p(np.float32(abs(distance)))
    row[TITLE_AT + 4] = log if distance >= 0 else -log


@kernel
def _structure(
    batch: Batch, trees: tuple[Markup, Tree], evidence: Floats, room: Room, context: Floats
) -> None:
    """Write the columns of holders and of the title."""
    markup, tree = trees
    for page in range(batch.page_line.size - 1):
        lines = (batch.page_line[page], batch.page_line[page + 1])
        rows = (batch.line_segment[lines[0]], batch.line_segment[lines[1]])
        title_row = _title_row(evidence, rows)
        title, weight = np.int64(-1), 1e-6
        for line in range(lines[0], lines[1]):
            if batch.line_segment[line] <= title_row < batch.line_segment[line + 1]:
                title = markup.line_element[line]
        elements = (markup.page_element[page], markup.page_element[page + 1])
        for element in range(elements[0], elements[1]):
            if markup.parent[element] < 0:
                weight += room.held[element, 0]
        _mark_shared(markup, elements, title, room.shared)
        for line in range(lines[0], lines[1]):
            mine = markup.line_element[line]
            for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
                _write_holders(markup, _block(markup, tree, line), room, weight, context[row])
                if title_row < 0:
                    context[row, TITLE_AT : TITLE_AT + 5] = 0
                else:
                    _write_from_title(trees, room, (mine, title), row - title_row, context[row])


def _room(batch: Batch, markup: Markup) -> Room:
    rows = int(np.diff(batch.page_segment()).max(initial=0))
    size = 16
    while size < 2 * rows:
        size *= 2
    return Room(
        key=np.empty(size, np.uint64),
        group=np.empty(size, np.int64),
        groups=np.empty((rows, 3), np.float64),
        row_group=np.empty(rows, np.int64),
        held=np.empty((markup.tag.size, 3), np.float64),
        shared=np.empty(markup.tag.size, np.int64),
    )


def write_markup_context(
    batch: Batch, trees: tuple[Markup, Tree], evidence: Floats, guessed: Guessed, context: Floats
) -> None:
    """Write the columns that only HTML has; see the module."""
    markup = trees[0]
    room = _room(batch, markup)
    see_again(evidence, MARKUP_AGAIN_FROM, MARKUP_AT, context)
    _alike(batch, trees, guessed, room, context)
    _hold(batch, markup, guessed, room.held)
    _structure(batch, trees, evidence, room, context)
