"""Text of a serialised page to lines: the half of the HTML scanner that writes.

The scanner's state is one int64 array, a slot for each name below, so that its
functions can be small and still share it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined
from detector.records import Bytes, Integers, Number

# Slots of the state.
WRITTEN: Final = 0  # bytes of `Output.data` written
LINE_START: Final = 1  # where the open line begins in it
LINES: Final = 2  # lines closed
ELEMENTS: Final = 3
TOKENS: Final = 4
HINTS: Final = 5  # hints closed
HINT_BYTES: Final = 6
DEPTH: Final = 7  # open elements
PENDING: Final = 8  # what must come before the next visible character: NONE, SPACE or TAB
LINE_ELEMENT: Final = 9  # innermost element at the open line's first character
LINK_DEPTH: Final = 10  # 1 inside a link
LINK_START: Final = 11  # where the link's text begins in `data`, not before the line
LINK_BYTES: Final = 12  # bytes of the open line in links that are closed
AFTER_LINK: Final = 13  # 1 when the last visible text was a link's
PRE_DEPTH: Final = 14  # open elements that keep white space
CELL: Final = 15  # state of the table cell: NO_CELL, EMPTY_CELL, TEXT_CELL or LINES_CELL
SOFT: Final = 16  # 1 when a line must end if the cell has more text
N_STATE: Final = 17

NONE: Final = 0
SPACE: Final = 1
TAB: Final = 2

NO_CELL: Final = 0
EMPTY_CELL: Final = 1
TEXT_CELL: Final = 2
LINES_CELL: Final = 3  # the cell has several lines: it is not joined to the next one

LT: Final = 60
AMP: Final = 38
LF: Final = 10


class Output(NamedTuple):
    """Where the scanner writes; sizes are bounds known before it starts.

    The first group becomes a `Batch`, the second a `Markup`; `stack_*` hold the open
    elements (number, flags, name hash).
    """

    data: Bytes
    line_start: Integers
    line_end: Integers
    line_element: Integers
    line_link: NDArray[np.int32]
    tag: Bytes
    parent: Integers
    inside: NDArray[np.uint32]
    element_token: Integers
    token: NDArray[np.uint32]
    hints: Bytes
    hint_end: Integers
    hint_kind: Bytes
    stack_element: Integers
    stack_flags: NDArray[np.uint16]
    stack_hash: NDArray[np.uint32]


@inlined
def space_length(html: Bytes, at: Number) -> Number:
    """Return the length in bytes of the white space character at `at`, 0 if it is none.

    All of Unicode's white space, so that a no-break space ends a word here too.
    """
    byte = html[at]
    if byte <= 32:
        return 1 if byte == 32 or 9 <= byte <= 13 else 0
    if byte < 0xC2:
        return 0
    if byte == 0xC2:
        return 2 if html[at + 1] == 0xA0 or html[at + 1] == 0x85 else 0
    if byte == 0xE2:
        second, third = html[at + 1], html[at + 2]
        if second == 0x80:
            return 3 if third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF else 0
        return 3 if second == 0x81 and third == 0x9F else 0
    if byte == 0xE3:
        return 3 if html[at + 1] == 0x80 and html[at + 2] == 0x80 else 0
    return 3 if byte == 0xE1 and html[at + 1] == 0x9A and html[at + 2] == 0x80 else 0


@inlined
def close_line(out: Output, state: Integers) -> None:
    """End the open line without its trailing spaces; a blank one leaves no line."""
    written = state[WRITTEN]
    while written > state[LINE_START] and out.data[written - 1] <= 32:
        written -= 1
    state[WRITTEN] = written
    if written > state[LINE_START]:
        number = state[LINES]
        out.line_start[number], out.line_end[number] = state[LINE_START], written
        out.line_element[number] = state[LINE_ELEMENT]
        if state[LINK_DEPTH]:
            state[LINK_BYTES] += written - max(state[LINK_START], state[LINE_START])
        out.line_link[number] = state[LINK_BYTES]
        out.data[written] = LF
        state[LINES] += 1
        state[WRITTEN] = state[LINE_START] = state[LINK_START] = written + 1
        state[LINK_BYTES] = 0
        if state[CELL] == TEXT_CELL:
            state[CELL] = LINES_CELL
    state[PENDING] = NONE
    state[AFTER_LINK] = state[SOFT] = 0


@inlined
def boundary(out: Output, state: Integers) -> None:
    """Meet the start or end of a block.

    In a table cell the line stays open until the cell has more text, so that a row
    whose cells hold one block each is one line.
    """
    if state[CELL] == TEXT_CELL:
        state[SOFT] = 1
    elif state[CELL] != EMPTY_CELL:
        close_line(out, state)


@inlined
def _begin_word(out: Output, state: Integers) -> None:
    """Write what must stand before the next visible character."""
    if state[SOFT]:
        close_line(out, state)
    written = state[WRITTEN]
    if written == state[LINE_START]:
        state[LINE_ELEMENT] = out.stack_element[state[DEPTH] - 1] if state[DEPTH] else -1
    elif state[PENDING] != NONE:
        out.data[written] = 9 if state[PENDING] == TAB else 32
        state[WRITTEN] = written + 1
    state[PENDING] = NONE
    if not state[LINK_DEPTH]:
        state[AFTER_LINK] = 0
    if state[CELL] == EMPTY_CELL:
        state[CELL] = TEXT_CELL


@inlined
def unescape(html: Bytes, at: Number) -> tuple[Number, Number]:
    """Return the character of the reference at `at` and the reference's length.

    The serialiser writes no other references than these.
    """
    second = html[at + 1] if at + 4 < html.size else 0
    if second == 108 and html[at + 2] == 116 and html[at + 3] == 59:
        return 60, 4  # &lt;
    if second == 103 and html[at + 2] == 116 and html[at + 3] == 59:
        return 62, 4  # &gt;
    if second == 97 and html[at + 2] == 109 and html[at + 4] == 59:
        return 38, 5  # &amp;
    if second == 113 and html[at + 2] == 117 and at + 5 < html.size and html[at + 5] == 59:
        return 34, 6  # &quot;
    return 38, 1


@inlined
def write_text(html: Bytes, at: Number, end: Number, out: Output, state: Integers) -> Number:
    """Write text from `at` to the next tag, white space collapsed; return where it stops."""
    while at < end and html[at] != LT:
        length = space_length(html, at)
        if length:
            state[PENDING] = max(state[PENDING], SPACE)
            at += length
            continue
        _begin_word(out, state)
        written = state[WRITTEN]
        while at < end and html[at] != LT:
            byte = html[at]
            if byte == AMP:
                byte, length = unescape(html, at)
                at += length
            elif (byte <= 32 or byte >= 0xC2) and space_length(html, at):
                break
            else:
                at += 1
            out.data[written] = byte
            written += 1
        state[WRITTEN] = written
    return at


@inlined
def write_preformatted(
    html: Bytes, at: Number, end: Number, raw: Number, out: Output, state: Integers
) -> Number:
    """Write text that keeps its white space, a line a line; return where it stops.

    `raw` text has no references and runs to `end`; other text stops at a tag.
    """
    while at < end and (raw or html[at] != LT):
        byte, length = html[at], 1
        if byte == LF or byte == 13:
            close_line(out, state)
        else:
            if byte == AMP and not raw:
                byte, length = unescape(html, at)
            if state[WRITTEN] == state[LINE_START] or state[SOFT]:
                _begin_word(out, state)
            out.data[state[WRITTEN]] = byte
            state[WRITTEN] += 1
        at += length
    return at
