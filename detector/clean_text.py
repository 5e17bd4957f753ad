"""From lines and decisions to clean text. Nothing is added or reordered.

Kept lines stay in order, with the blank lines between them. Where lines were dropped, only the longest run
of the blank lines around them stays. There are no blank lines at the start or end, and the last line has
no line ending. If `joined_lines` is on, the halves of a split sentence are joined. The kernel is
kernels/clean.cpp.
"""

from typing import NamedTuple

import numpy as np

from detector import native
from detector.decisions import Decisions
from detector.records import Batch, Bytes, Integers, Words


class Clean(NamedTuple):
    """The clean text of a batch.

    text: uint8, the clean text of all pages
    page_end: int64 (P,), the end of each page
    stay_start, stay_end: int64 (S,), the bytes of each segment that are kept; equal if none are
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
