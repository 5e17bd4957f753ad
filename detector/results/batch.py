"""What scoring found about a batch, as arrays, and the part of it that is one page's."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.clean_text import Clean
from detector.decisions import Decisions
from detector.model.page_kinds import PageKinds
from detector.records import Batch, Bytes, Floats, Integers, Markup, Repeats, Words
from detector.sites.recurrence import LineRecurrence


class ScoredBatch(NamedTuple):
    """Everything that scoring found about a batch.

    `markup` is None for text, `recurrence` where nothing is known of sites.
    """

    batch: Batch
    words: Words
    markup: Markup | None
    repeats: Repeats
    scores: Floats
    contributions: Floats
    kinds: PageKinds
    decisions: Decisions
    clean: Clean
    recurrence: LineRecurrence | None = None


class PageLines(NamedTuple):
    """The lines of one page, with offsets and row numbers of its own (L lines, S segments, E elements).

    data: uint8, the page's text; line_start, line_end: int64 (L,); line_segment: int64 (L + 1,)
    size: int64 (S,), bytes of each segment
    scores: float32 (S,); contributions: float32 (S, codes)
    kept: bool (S,); was_cut: bool (S,), a headline was cut off
    stay_start, stay_end: int64 (S,), the bytes of each segment that stay
    original: int64 (S,), the segment that this one is a copy of, or -1
    seen: int32 (S,), other pages of the site with the line, numbers aside; site_pages: those known
    policy, threshold: what decided about the page
    tag: uint8 (E,), parent: int64 (E,), line_element: int64 (L,): of HTML, else empty
    """

    data: Bytes
    line_start: Integers
    line_end: Integers
    line_segment: Integers
    size: Integers
    scores: Floats
    contributions: Floats
    kept: NDArray[np.bool_]
    was_cut: NDArray[np.bool_]
    stay_start: Integers
    stay_end: Integers
    original: Integers
    seen: NDArray[np.int32]
    site_pages: int
    policy: int
    threshold: float
    tag: Bytes
    parent: Integers
    line_element: Integers
    is_html: bool


_NO_BYTES = np.zeros(0, np.uint8)
_NO_INTEGERS = np.zeros(0, np.int64)
_NO_SEEN = np.zeros(0, np.int32)


def _originals(repeats: Repeats, first: int, last: int) -> Integers:
    """Return the originals of copies, counted from the page's first segment."""
    original = repeats.original[first:last] - first
    is_copy = (original >= 0) & (original != np.arange(last - first)) & (repeats.copies[first:last] > 1)
    return np.where(is_copy, original, -1)


def _structure(markup: Markup | None, page: int, first: int, last: int) -> tuple[Bytes, Integers, Integers]:
    """Return the tags and parents of a page's elements, and the element of each line."""
    if markup is None:
        return _NO_BYTES, _NO_INTEGERS, _NO_INTEGERS
    begin, end = markup.page_element[page : page + 2].tolist()
    parent, element = markup.parent[begin:end], markup.line_element[first:last]
    return (
        markup.tag[begin:end].copy(),
        np.where(parent >= 0, parent - begin, -1),
        np.where(element >= 0, element - begin, -1),
    )


def page_lines(scored: ScoredBatch, page: int) -> PageLines:
    """Return one page's part of a batch, in arrays of its own: the batch may go."""
    batch, decisions, clean = scored.batch, scored.decisions, scored.clean
    first, last = batch.page_line[page : page + 2].tolist()
    rows = slice(*batch.line_segment[[first, last]].tolist())
    stop = int(batch.line_start[last]) if last < batch.line_start.size else batch.data.size
    start = int(batch.line_start[first]) if first < last else stop
    recurrence = scored.recurrence
    tag, parent, element = _structure(scored.markup, page, first, last)
    return PageLines(
        data=batch.data[start:stop].copy(),
        line_start=batch.line_start[first:last] - start,
        line_end=batch.line_end[first:last] - start,
        line_segment=batch.line_segment[first : last + 1] - rows.start,
        size=batch.segment_end[rows] - batch.segment_start[rows],
        scores=scored.scores[rows].copy(),
        contributions=scored.contributions[rows].copy(),
        kept=decisions.kept[rows].copy(),
        was_cut=decisions.cut_words[rows] > 0,
        stay_start=clean.stay_start[rows] - start,
        stay_end=clean.stay_end[rows] - start,
        original=_originals(scored.repeats, rows.start, rows.stop),
        seen=_NO_SEEN if recurrence is None else recurrence.masked[rows].copy(),
        site_pages=0 if recurrence is None else int(recurrence.site_pages[page]),
        policy=int(decisions.policy[page]),
        threshold=float(decisions.threshold[page]),
        tag=tag,
        parent=parent,
        line_element=element,
        is_html=scored.markup is not None,
    )
