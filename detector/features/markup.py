"""What the HTML around a line says about it: a linear model over hashed tokens of its elements.

Tokens are tags and the words of class, id, role, itemprop and link targets. A token has different weights on
the line's own elements (up to its block), on the two elements around these, and on those farther out. The
sums are carried down the tree, so a line costs the same at any depth. The kernel is
kernels/features/markup.h.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Batch, Floats, Integers, Markup

BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS


class MarkupWeights(NamedTuple):
    """The weights of markup tokens.

    bucket: float32 (2^18,), log-odds of boilerplate; bias: float32 (1,)
    """

    bucket: Floats
    bias: Floats


class Tree(NamedTuple):
    """What is known about each element: sums over its tokens and over its lines.

    says: float32 (E, 3), sums of the weights of its tokens by distance; the last includes all ancestors
    tokens: int32 (E, 2), number of its tokens, without and with those of all ancestors; depth: int32 (E,)
    text: float32 (E, 3), bytes, bytes in links, and lines of everything in it
    block: int64 (E,), the block that it is or is inside of, or -1
    look: uint32 (E,), a hash of its tag and tokens
    """

    says: Floats
    tokens: NDArray[np.int32]
    depth: NDArray[np.int32]
    text: Floats
    block: Integers
    look: NDArray[np.uint32]


def new_tree(elements: int) -> Tree:
    """Return an empty tree, for a kernel to fill."""
    return Tree(
        says=np.empty((elements, 3), np.float32),
        tokens=np.empty((elements, 2), np.int32),
        depth=np.empty(elements, np.int32),
        text=np.empty((elements, 3), np.float32),
        block=np.empty(elements, np.int64),
        look=np.empty(elements, np.uint32),
    )


def markup_buckets(batch: Batch, markup: Markup) -> tuple[Integers, NDArray[np.int32]]:
    """Return the markup around every segment, for training.

    Returns
    -------
    start : ndarray of int64, (S + 1,)
        Where the buckets of each segment begin.
    buckets : ndarray of int32
        Tokens of the elements around the segment's line, innermost first.
    """
    start = np.empty(batch.segment_start.size + 1, np.int64)
    room = 64 * batch.segment_start.size + 64
    while True:
        buckets = np.empty(room, np.int32)
        needed = native.run("markup_buckets", batch, markup, start, buckets)
        if needed <= room:
            return start, buckets[:needed]
        room = needed
