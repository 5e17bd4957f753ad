"""The HTML scanner: one pass over what the parser serialised.

`scan_text` writes lines, `scan_tags` reads markup; here is what each tag does to both.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.records import Bytes, Integers, Number
from detector.text import scan_tags as tags_of
from detector.text import scan_text as text_of
from detector.text import tags as tag
from detector.text.scan_tags import GT, SLASH, read_name, skip_attributes, tag_number
from detector.text.scan_text import (
    AFTER_LINK,
    CELL,
    DEPTH,
    ELEMENTS,
    LINE_START,
    LINES,
    LINK_BYTES,
    LINK_DEPTH,
    LINK_START,
    LT,
    PENDING,
    PRE_DEPTH,
    SOFT,
    WRITTEN,
    Output,
    boundary,
    close_line,
)
from detector.text.tags import Tags

BANG: Final = 33
DASH: Final = 45
QUESTION: Final = 63

INSIDE_CELL: Final = tag.INSIDE_BIT["cell"]


@inlined
def _after(html: Bytes, at: Number, end: Number) -> Number:
    """Return where the tag that `at` stands in ends (no attributes left)."""
    while at < end and html[at] != GT:
        at += 1
    return at + 1


@inlined
def _declaration(html: Bytes, at: Number, end: Number) -> Number:
    """Return where the comment, doctype or processing instruction after `<` ends."""
    if at + 2 < end and html[at] == BANG and html[at + 1] == DASH and html[at + 2] == DASH:
        at += 3
        while at < end and not (html[at] == GT and html[at - 1] == DASH and html[at - 2] == DASH):
            at += 1
        return at + 1
    return _after(html, at, end)


@inlined
def _raw_end(html: Bytes, at: Number, end: Number, name: Number) -> Number:
    """Return where the raw text of the element called `name` ends."""
    while at < end:
        if html[at] == LT and at + 1 < end and html[at + 1] == SLASH:
            found, _ = read_name(html, at + 2, end)
            if found == name:
                return at
        at += 1
    return end


@inlined
def _skip_raw(html: Bytes, at: Number, end: Number, name: Number, out: Output, state: Integers) -> Number:
    """Pass an element of raw text, its attributes first; keep structured data as a hint."""
    is_data = tags_of.is_data_script(html, at, end)
    start = skip_attributes(html, at, end)
    stop = _raw_end(html, start, end, name)
    if is_data:
        tags_of.write_hint(html, start, stop, tags_of.DATA_HINT, out, state)
    return _after(html, stop, end)


@inlined
def _skip_title(html: Bytes, at: Number, end: Number, out: Output, state: Integers) -> Number:
    """Pass the text of the page's title, kept as a hint; its end tag is still to come."""
    start = skip_attributes(html, at, end)
    stop = start
    while stop < end and html[stop] != LT:
        stop += 1
    if stop > start:
        tags_of.write_hint(html, start, stop, tags_of.TITLE_HINT, out, state)
    return stop


@inlined
def _skip_content(
    html: Bytes, at: Number, end: Number, flags: Number, tags: Tags, out_state: tuple[Output, Integers]
) -> Number:
    """Pass an element that gives no lines, from its attributes to after its end tag."""
    out, state = out_state
    in_head = flags & (tag.HEAD | tag.TITLE)
    at = _skip_title(html, at, end, out, state) if flags & tag.TITLE else skip_attributes(html, at, end)
    depth = 1
    while at < end and depth:
        if html[at] != LT:
            at += 1
            continue
        at += 1
        closing = html[at] == SLASH if at < end else False
        if at < end and (html[at] == BANG or html[at] == QUESTION):
            at = _declaration(html, at, end)
            continue
        name, stop = read_name(html, at + closing, end)
        kind = tags.flags[tag_number(name, tags)]
        if closing:
            depth -= 0 if kind & tag.VOID else 1
            at = _after(html, stop, end)
        elif kind & tag.RAW:
            at = _skip_raw(html, stop, end, name, out, state)
        elif kind & tag.META:
            at = tags_of.read_meta(html, stop, end, out, state)
        elif kind & tag.TITLE and in_head:
            at, depth = _skip_title(html, stop, end, out, state), depth + 1
        else:
            at, depth = skip_attributes(html, stop, end), depth + (0 if kind & tag.VOID else 1)
    return at


@inlined
def _open_boundary(flags: Number, out: Output, state: Integers) -> None:
    """Do what the start of an element does to the open line."""
    if flags & tag.ROW:
        close_line(out, state)
        state[CELL] = text_of.NO_CELL
    elif flags & tag.BLOCK:
        boundary(out, state)
    elif flags & tag.CELL:
        state[PENDING] = text_of.TAB if state[WRITTEN] > state[LINE_START] else text_of.NONE
        state[CELL], state[SOFT], state[AFTER_LINK] = text_of.EMPTY_CELL, 0, 0
    elif flags & tag.LINK and state[AFTER_LINK]:
        close_line(out, state)


@inlined
def _start_tag(html: Bytes, at: Number, end: Number, tags: Tags, out: Output, state: Integers) -> Number:
    """Read the start tag whose name begins at `at`; return where reading goes on."""
    name, at = read_name(html, at, end)
    number = tag_number(name, tags)
    flags = tags.flags[number]
    if flags & tag.META:
        return tags_of.read_meta(html, at, end, out, state)
    if flags & tag.VOID:
        if flags & tag.BREAK:
            boundary(out, state)
        return skip_attributes(html, at, end)
    if flags & tag.SKIP:
        if flags & tag.RAW:
            return _skip_raw(html, at, end, name, out, state)
        return _skip_content(html, at, end, flags, tags, (out, state))
    _open_boundary(flags, out, state)
    element, depth = state[ELEMENTS], state[DEPTH]
    parent = out.stack_element[depth - 1] if depth else -1
    at = tags_of.open_element(html, at, end, number, tags, (out, state))
    out.parent[element] = parent
    if parent >= 0:
        out.inside[element] |= out.inside[parent]
    out.stack_element[depth], out.stack_flags[depth], out.stack_hash[depth] = element, flags, name
    state[DEPTH] = depth + 1
    if flags & tag.LINK:
        spaced = state[PENDING] != text_of.NONE and state[WRITTEN] > state[LINE_START]
        state[LINK_DEPTH], state[LINK_START] = 1, state[WRITTEN] + spaced
    if flags & tag.PRE:
        state[PRE_DEPTH] += 1
    if flags & tag.RAW:
        stop = _raw_end(html, at, end, name)
        at = text_of.write_preformatted(html, at, stop, 1, out, state)
    return at


@inlined
def _close_link(state: Integers) -> None:
    if state[WRITTEN] > state[LINK_START]:
        state[LINK_BYTES] += state[WRITTEN] - max(state[LINK_START], state[LINE_START])
        state[AFTER_LINK] = 1
    state[LINK_DEPTH] = 0


@inlined
def _end_tag(html: Bytes, at: Number, end: Number, out: Output, state: Integers) -> Number:
    """Read the end tag whose name begins at `at`; one that closes nothing is passed."""
    name, at = read_name(html, at, end)
    depth = state[DEPTH] - 1
    if depth >= 0 and out.stack_hash[depth] == name:
        flags = out.stack_flags[depth]
        if flags & tag.LINK:
            _close_link(state)
        if flags & tag.PRE:
            state[PRE_DEPTH] -= 1
        if flags & tag.ROW:
            close_line(out, state)
            parent = out.parent[out.stack_element[depth]]
            in_cell = parent >= 0 and out.inside[parent] & INSIDE_CELL and not flags & tag.CELL
            state[CELL] = text_of.LINES_CELL if in_cell else text_of.NO_CELL
        elif flags & tag.CELL:
            if state[CELL] == text_of.LINES_CELL:
                close_line(out, state)
            state[CELL], state[SOFT] = text_of.NO_CELL, 0
        elif flags & tag.BLOCK:
            boundary(out, state)
        state[DEPTH] = depth
    return _after(html, at, end)


@inlined
def _scan_page(html: Bytes, at: Number, end: Number, tags: Tags, out: Output, state: Integers) -> None:
    """Scan one page."""
    while at < end:
        if html[at] != LT:
            if state[PRE_DEPTH]:
                at = text_of.write_preformatted(html, at, end, 0, out, state)
            else:
                at = text_of.write_text(html, at, end, out, state)
            continue
        at += 1
        if at < end and html[at] == SLASH:
            at = _end_tag(html, at + 1, end, out, state)
        elif at < end and (html[at] == BANG or html[at] == QUESTION):
            at = _declaration(html, at, end)
        else:
            at = _start_tag(html, at, end, tags, out, state)
    close_line(out, state)


@kernel
def scan_pages(
    html: Bytes,
    pages: tuple[Integers, NDArray[np.bool_]],
    tags: tuple[Tags, Tags],
    out: Output,
    ends: Integers,
    state: Integers,
) -> None:
    """Scan all pages of a batch.

    `pages` are the pages' first bytes (P + 1,), and which of them (P,) are read with the
    second of the `tags`. `ends` int64 (P + 1, 3) receives how many lines, elements and hints there are before
    each page.
    """
    page_start, second = pages
    for page in range(page_start.size - 1):
        ends[page, 0], ends[page, 1], ends[page, 2] = state[LINES], state[ELEMENTS], state[text_of.HINTS]
        for slot in (DEPTH, PENDING, LINK_DEPTH, LINK_BYTES, AFTER_LINK, PRE_DEPTH, CELL, SOFT):
            state[slot] = 0
        state[LINE_START] = state[LINK_START] = state[WRITTEN]
        _scan_page(
            html, page_start[page], page_start[page + 1], tags[1] if second[page] else tags[0], out, state
        )
    last = page_start.size - 1
    ends[last, 0], ends[last, 1], ends[last, 2] = state[LINES], state[ELEMENTS], state[text_of.HINTS]


def room_for(html: Bytes, n_pages: int) -> tuple[Output, Integers]:
    """Return arrays that are large enough for any page of these bytes, and a new state."""
    n_tags = int(np.count_nonzero(html == LT)) + 1
    n_lines = n_tags + int(np.count_nonzero(html == text_of.LF)) + int(np.count_nonzero(html == 13)) + n_pages
    room = Output(
        data=np.empty(html.size + n_lines + 1, np.uint8),
        line_start=np.empty(n_lines, np.int64),
        line_end=np.empty(n_lines, np.int64),
        line_element=np.empty(n_lines, np.int64),
        line_link=np.empty(n_lines, np.int32),
        tag=np.empty(n_tags, np.uint8),
        parent=np.empty(n_tags, np.int64),
        inside=np.empty(n_tags, np.uint32),
        element_token=np.zeros(n_tags + 1, np.int64),
        token=np.empty(html.size // 2 + 1, np.uint32),
        hints=np.empty(html.size, np.uint8),
        hint_end=np.empty(n_tags, np.int64),
        hint_kind=np.empty(n_tags, np.uint8),
        stack_element=np.empty(n_tags, np.int64),
        stack_flags=np.empty(n_tags, np.uint16),
        stack_hash=np.empty(n_tags, np.uint32),
    )
    return room, np.zeros(text_of.N_STATE, np.int64)
