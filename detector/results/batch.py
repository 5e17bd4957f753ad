"""The results of scoring a batch, as arrays, and the part of them for one page."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.clean_text import Clean
from detector.decisions import Decisions
from detector.model.page_kinds import PageKinds
from detector.records import Batch, Bytes, Copies, Floats, Integers, Markup, Repeats, Words
from detector.sites.recurrence import LineRecurrence

# The most words of a line that a reason quotes.
MOST_QUOTED: Final = 3


class ScoredBatch(NamedTuple):
    """All results of scoring a batch.

    `markup` is None for text, and `recurrence` if nothing is known about sites. `line_kinds` has no rows if
    the model has no kinds of lines; `kinds` are those of the pages.
    """

    batch: Batch
    words: Words
    markup: Markup | None
    repeats: Repeats
    copies: Copies
    blocks: Integers
    scores: Floats
    contributions: Floats
    line_kinds: Floats
    kinds: PageKinds
    decisions: Decisions
    clean: Clean
    recurrence: LineRecurrence | None = None


class PageLines(NamedTuple):
    """The lines of one page, with offsets and row numbers relative to it (L lines, S segments, E elements).

    data: uint8, the text of the page
    line: int32 (L, 4), first byte, end, first segment, and innermost element or -1
    segment: int32 (S, 8), bytes, first and end of the kept bytes, the original if this segment is a
        copy or -1, whether it is kept, whether a headline was cut off, the kind of copy, and how copies
        changed the decision
    element: int32 (E, 2), tag, and parent or -1; empty for text
    repeats: float32 (S, 5), similarity to the original, copies, lines of the block, similar rows, words
    inside: uint32 (L,), the elements that contain each line of HTML (bits of `tags.INSIDE`); empty for text
    scores: float32 (S,); contributions: float32 (S, codes)
    kinds: float32 (S, K), the probability of each kind of line; no rows if the model has no kinds
    link_bytes: int32 (L,), bytes of each line of HTML in links; empty for text
    seen: int32 (S, 3), other pages of the site with the line, as it is and with other names or numbers, and
        1 if the first number may be too small; no rows if nothing is known about the site
    site_pages: other pages known of the site
    quoted: int16 (S, words), the words that reasons quote; no rows if they are not chosen yet
    policy, threshold: what decided about the page
    """

    data: Bytes
    line: NDArray[np.int32]
    segment: NDArray[np.int32]
    element: NDArray[np.int32]
    repeats: Floats
    inside: NDArray[np.uint32]
    scores: Floats
    contributions: Floats
    kinds: Floats
    link_bytes: NDArray[np.int32]
    seen: NDArray[np.int32]
    site_pages: int
    policy: int
    threshold: float
    is_html: bool
    quoted: NDArray[np.int16]


_NO_SEEN = np.zeros((0, 3), np.int32)
_NO_INSIDE = np.zeros(0, np.uint32)
_NO_LINKS = np.zeros(0, np.int32)
_NOT_CHOSEN = np.zeros((0, MOST_QUOTED), np.int16)
_NO_MARKUP = (np.zeros(0, np.uint8), *(np.zeros(0, np.int64) for _ in range(3)))


def pages_lines(scored: ScoredBatch) -> Iterator[PageLines]:
    """Yield the lines of each page of a batch, in arrays of their own, so that the batch can be freed."""
    batch, decisions, markup = scored.batch, scored.decisions, scored.markup
    lines, segments = batch.line_start.size, batch.segment_start.size
    page_byte = np.append(batch.line_start, batch.data.size)[batch.page_line]
    line, segment = np.empty((lines, 4), np.int32), np.empty((segments, 8), np.int32)
    element = np.empty((0 if markup is None else markup.tag.size, 2), np.int32)
    structure = _NO_MARKUP
    if markup is not None:
        structure = (markup.tag, markup.parent, markup.line_element, markup.page_element)
    stays = (scored.clean.stay_start, scored.clean.stay_end)
    decided = (decisions.kept, decisions.cut_words, decisions.rule, stays)
    native.run("page_records", batch, page_byte, scored.copies, decided, structure, line, segment, element)
    repeats, inside = _repeats(scored), _inside(scored)
    recurrence, seen = scored.recurrence, _NO_SEEN
    if recurrence is not None:
        varied = np.maximum(recurrence.masked, recurrence.named)
        unsure = np.zeros(varied.size, np.bool_) if recurrence.unsure is None else recurrence.unsure
        seen = np.column_stack((recurrence.exact, varied, unsure)).astype(np.int32)
    first_element = [0] * page_byte.size if markup is None else markup.page_element.tolist()
    bounds = zip(
        page_byte.tolist(),
        batch.page_line.tolist(),
        batch.page_segment().tolist(),
        first_element,
        strict=True,
    )
    policies, thresholds = decisions.policy.tolist(), decisions.threshold.tolist()
    for page, (begin, end) in enumerate(pairwise(bounds)):
        (byte, first_line, row, first), (byte_end, last_line, row_end, last) = begin, end
        yield PageLines(
            data=batch.data[byte:byte_end].copy(),
            line=line[first_line:last_line].copy(),
            segment=segment[row:row_end].copy(),
            element=element[first:last].copy(),
            repeats=repeats[row:row_end].copy(),
            inside=inside[first_line:last_line].copy(),
            scores=scored.scores[row:row_end].copy(),
            contributions=scored.contributions[row:row_end].copy(),
            kinds=scored.line_kinds[row:row_end].copy(),
            link_bytes=_NO_LINKS if markup is None else markup.line_link[first_line:last_line].copy(),
            seen=seen[row:row_end].copy(),
            site_pages=0 if recurrence is None else int(recurrence.site_pages[page]),
            policy=policies[page],
            threshold=thresholds[page],
            is_html=markup is not None,
            quoted=_NOT_CHOSEN,
        )


def _repeats(scored: ScoredBatch) -> Floats:
    """Return float32 (S, 5), the numbers of repeats and words that a page's lines need."""
    found = scored.repeats
    columns = (found.similarity, found.copies, found.block, found.alike, np.diff(scored.words.segment_word))
    return np.column_stack(columns).astype(np.float32)


def _inside(scored: ScoredBatch) -> NDArray[np.uint32]:
    """Return uint32 (L,), the elements that contain each line of HTML; empty for text."""
    markup = scored.markup
    if markup is None:
        return _NO_INSIDE
    if not markup.inside.size:
        return np.zeros(markup.line_element.size, np.uint32)
    return np.where(markup.line_element >= 0, markup.inside[markup.line_element], np.uint32(0))
