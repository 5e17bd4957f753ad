"""Which rows of HTML belong together and are decided as a whole: lists, tables, definition lists, code.

A nested list is a block of its own. Posts (`article`) and quotations in a list are not rows of it. Plain text
has shapes instead of elements (`text/blocks`), and its lines are decided one by one. The kernel is
kernels/blocks.cpp.
"""

import numpy as np

from detector import native
from detector.records import Batch, Integers, Markup


def whole_blocks(batch: Batch, markup: Markup | None) -> Integers:
    """Return int64 (S,): the first row of the block of each row, or -1. For text, all are -1."""
    blocks = np.full(batch.segment_start.size, -1, np.int64)
    if markup is not None:
        native.run("find_blocks", batch, markup, blocks)
    return blocks
