"""HTML blocks, and decisions on whole blocks: the rules of kernels/blocks.cpp, for one page."""

import math
from collections import Counter
from collections.abc import Sequence

from detector.decisions import BLOCK_DROPPED, BLOCK_KEPT

# Means that differ by less count as equal.
ROUNDING = 1e-9
APART = {"article", "blockquote"}
BLOCKS = {"ul", "ol", "dir", "menu", "dl", "pre", "xmp", "plaintext"}


def ancestors(parent: Sequence[int], element: int) -> list[int]:
    """Return an element and its ancestors, innermost first."""
    out = []
    while element >= 0:
        out.append(element)
        element = parent[element]
    return out


def data_tables(tags: Sequence[str], parent: Sequence[int], elements: Sequence[int]) -> set[int]:
    """Return the tables with two or more rows in which no row has two lines."""
    lines: Counter[tuple[int, int]] = Counter()
    for element in elements:
        path = ancestors(parent, element)
        table = next((at for at in path if tags[at] == "table"), -1)
        row = next((at for at in path if tags[at] == "tr"), -1)
        if row > table >= 0:
            lines[table, row] += 1
    rows = Counter(table for table, _ in lines)
    arranging = {table for (table, _), count in lines.items() if count > 1}
    return {table for table, count in rows.items() if count > 1} - arranging


def blocks_of(
    tags: Sequence[str], parent: Sequence[int], elements: Sequence[int], rows: Sequence[int]
) -> list[int]:
    """Return the first row of each row's block, or -1.

    elements: the innermost element of each line that is not blank; rows: the rows of each line
    """
    tables = data_tables(tags, parent, elements)
    first: dict[int, int] = {}
    block: list[int] = []
    for element, number in zip(elements, rows, strict=True):
        path = ancestors(parent, element)
        inside = next((at for at in path if tags[at] in BLOCKS | APART or at in tables), -1)
        inside = -1 if inside >= 0 and tags[inside] in APART else inside
        for _ in range(number):
            block.append(first.setdefault(inside, len(block)) if inside >= 0 else -1)
    return [of if block.count(of) > 1 else -1 for of in block]


def log_odds(score: float) -> float:
    share = min(max(score, 0.001), 0.999)
    return math.log(share / (1 - share))


def decided(
    scores: Sequence[float],
    sizes: Sequence[float],
    blocks: Sequence[int],
    threshold: float,
    kept: Sequence[bool],
    free: Sequence[bool],
) -> tuple[list[bool], list[int]]:
    """Return which rows of a page stay, and the block rule of each. free: rows that no copy decided."""
    stays, rule = list(kept), [0] * len(scores)
    for block in set(blocks) - {-1}:
        members = [row for row, of in enumerate(blocks) if of == block]
        words = sum(max(sizes[row], 1) for row in members)
        mean = sum(max(sizes[row], 1) * log_odds(scores[row]) for row in members) / words
        whole = mean <= log_odds(threshold) + ROUNDING and 2 * sum(kept[row] for row in members) >= len(
            members
        )
        gone = mean > log_odds(max(threshold, 0.7)) + ROUNDING
        for row in members:
            if free[row] and whole and not kept[row] and scores[row] < 0.9:
                stays[row], rule[row] = True, BLOCK_KEPT
            if free[row] and gone and kept[row] and scores[row] > 0.2:
                stays[row], rule[row] = False, BLOCK_DROPPED
    return stays, rule
