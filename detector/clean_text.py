"""Lines and decisions to clean text: nothing is invented, nothing changes its order.

Kept lines stand in their order with what was between them. Where lines were dropped, the blank lines
around them become the longest of their runs. No blank lines stand at the ends, and the last line has
no ending. Only halves of a sentence are joined, where that is wanted (`joined_lines`). The kernel is
kernels/clean.cpp.
"""

from typing import NamedTuple

import numpy as np

from detector import native
from detector.decisions import Decisions
from detector.records import Batch, Bytes, Integers, Words


class Clean(NamedTuple):
    """Clean text of a batch.

    text: uint8, the pages' clean text, one after another
    page_end: int64 (P,), where each ends
    stay_start, stay_end: int64 (S,), the bytes of each segment that stay (none: equal)
    """

    text: Bytes
    page_end: Integers
    stay_start: Integers
    stay_end: Integers


def clean_text(batch: Batch, words: Words, decisions: Decisions, joins: Bytes | None = None) -> Clean:
    """Return the clean text of all pages; joins: uint8 (L,), how lines are joined to those before them."""
    joins = np.zeros(0, np.uint8) if joins is None else joins
    n_segments = batch.segment_start.size
    out = Clean(
        text=np.empty(batch.data.size + 1, np.uint8),
        page_end=np.empty(batch.page_line.size - 1, np.int64),
        stay_start=np.empty(n_segments, np.int64),
        stay_end=np.empty(n_segments, np.int64),
    )
    written = native.run("clean_text", batch, words, decisions.kept, decisions.cut_words, joins, out)
    return out._replace(text=out.text[:written])
