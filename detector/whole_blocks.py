"""Which rows of HTML belong together and are decided as one: lists, data tables, definition lists, code.

A list in a list is a block of its own; posts (`article`) and quotations in a list are no rows of it.
Plain text has shapes, not elements (`text/blocks`), and its lines are decided one by one. The kernel is
kernels/blocks.cpp.
"""

import numpy as np

from detector import native
from detector.records import Batch, Integers, Markup


def whole_blocks(batch: Batch, markup: Markup | None) -> Integers:
    """Return int64 (S,): the first row of each row's block, -1 for those in none; of text, all -1."""
    blocks = np.full(batch.segment_start.size, -1, np.int64)
    if markup is not None:
        native.run("find_blocks", batch, markup, blocks)
    return blocks
