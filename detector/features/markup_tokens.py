"""The markup tokens around each line, listed: what training counts."""

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.markup import BLOCK, FAR, LEVELS, NEAR, bucket_of, extra_tokens, is_block
from detector.records import Batch, Integers, Markup, Number


@inlined
def _copy_tokens(
    markup: Markup, element: Number, kind: Number, at: Number, buckets: NDArray[np.int32]
) -> Number:
    one, two = extra_tokens(markup, element)
    room = at + 2 + markup.element_token[element + 1] - markup.element_token[element] <= buckets.size
    if room:
        buckets[at], buckets[at + 1] = bucket_of(one, kind), bucket_of(two, kind)
    at += 2
    for number in range(markup.element_token[element], markup.element_token[element + 1]):
        if room:
            buckets[at] = bucket_of(markup.token[number], kind)
        at += 1
    return at


@kernel
def _token_buckets(
    batch: Batch,
    markup: Markup,
    block_of_tag: NDArray[np.bool_],
    indptr: Integers,
    buckets: NDArray[np.int32],
) -> int:
    """Write the buckets of every segment's line; return how many there are (or would be)."""
    at, segment = 0, 0
    for line in range(batch.line_start.size):
        for _ in range(batch.line_segment[line], batch.line_segment[line + 1]):
            indptr[segment] = at
            segment += 1
            element, kind, levels = markup.line_element[line], NEAR, 0
            while element >= 0:
                at = _copy_tokens(markup, element, kind, at, buckets)
                if kind == NEAR and block_of_tag[markup.tag[element]]:
                    kind = BLOCK
                elif kind == BLOCK:
                    levels += 1
                    kind = FAR if levels == LEVELS else BLOCK
                element = markup.parent[element]
    indptr[segment] = at
    return at


def token_buckets(batch: Batch, markup: Markup) -> tuple[Integers, NDArray[np.int32]]:
    """Return row starts (S + 1,) and buckets of every segment's markup, as training takes them."""
    indptr = np.zeros(batch.segment_start.size + 1, np.int64)
    room = 64 * batch.segment_start.size + 64
    while True:
        buckets = np.empty(room, np.int32)
        needed = _token_buckets(batch, markup, is_block(), indptr, buckets)
        if needed <= room:
            return indptr, buckets[:needed]
        room = needed
