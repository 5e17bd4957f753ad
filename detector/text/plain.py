"""Plain text to lines and segments.

A line ends at LF, CRLF or a lone CR, and nowhere else: U+0085, U+2028, U+2029, VT and
FF are white space inside a line (contracts, "Lines"). Nothing is trimmed: text and
ending of all lines, joined, are the input.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.records import Batch, Bytes, Integers, Number
from detector.text import characters as chars
from detector.text.characters import Characters, characters
from detector.text.reading import read

# A line longer than this many characters is scored sentence by sentence (contracts).
LONG_LINE: Final = 1000

LF: Final = 10
CR: Final = 13


@kernel
def _split(
    data: Bytes, page_start: Integers, line_start: Integers, line_end: Integers, page_line: Integers
) -> int:
    """Write the spans of all lines; return their number. A page's end ends its last line."""
    number = 0
    for page in range(page_start.size - 1):
        page_line[page] = number
        start, end = page_start[page], page_start[page + 1]
        at = start
        while at < end:
            if data[at] != LF and data[at] != CR:
                at += 1
                continue
            line_start[number], line_end[number] = start, at
            number += 1
            at += 2 if data[at] == CR and at + 1 < end and data[at + 1] == LF else 1
            start = at
        if start < end:
            line_start[number], line_end[number] = start, end
            number += 1
    page_line[page_start.size - 1] = number
    return number


@inlined
def _is_blank(data: Bytes, start: Number, end: Number, table: Characters) -> bool:
    at = start
    while at < end:
        _, kind, length = read(data, at, table)
        if kind != chars.SPACE:
            return False
        at += length
    return True


@inlined
def _count_characters(data: Bytes, start: Number, end: Number) -> Number:
    number = 0
    for at in range(start, end):
        number += (data[at] & 0xC0) != 0x80
    return number


@inlined
def _sentence_end(data: Bytes, start: Number, end: Number, table: Characters) -> Number:
    """Return where the sentence that begins at `start` ends, its trailing space included.

    A sentence ends after an end mark (and closing marks) that white space follows, or
    after an end mark that is not ASCII, as of scripts written without spaces.
    """
    at, ended, spaced = start, False, False
    while at < end:
        _, kind, length = read(data, at, table)
        if spaced and kind != chars.SPACE:
            return at
        if kind == chars.SPACE:
            spaced = ended
        elif kind == chars.END:
            ended = True
        elif kind != chars.PUNCTUATION:
            if ended and data[at - 1] >= 0x80:
                return at
            ended = False
        at += length
    return end


@kernel
def _segment(
    data: Bytes,
    line_start: Integers,
    line_end: Integers,
    table: Characters,
    segments: tuple[Integers, Integers, Integers],
) -> int:
    """Write the segments of all lines; return their number (or that needed, if too few fit)."""
    start, end, line_segment = segments
    number = 0
    for line in range(line_start.size):
        line_segment[line] = number
        at, stop = line_start[line], line_end[line]
        if _is_blank(data, at, stop, table):
            continue
        if stop - at <= LONG_LINE or _count_characters(data, at, stop) <= LONG_LINE:
            if number < start.size:
                start[number], end[number] = at, stop
            number += 1
            continue
        while at < stop:
            until = _sentence_end(data, at, stop, table)
            if _is_blank(data, until, stop, table):
                until = stop
            if number < start.size:
                start[number], end[number] = at, until
            number += 1
            at = until
    line_segment[line_start.size] = number
    return number


def segmented(data: Bytes, line_start: Integers, line_end: Integers, page_line: Integers) -> Batch:
    """Return the batch of these lines, with its segments."""
    table: Characters = characters()
    line_segment = np.empty(line_start.size + 1, np.int64)
    room = line_start.size + 64
    while True:
        spans = (np.empty(room, np.int64), np.empty(room, np.int64), line_segment)
        number = _segment(data, line_start, line_end, table, spans)
        if number <= room:
            break
        room = number
    return Batch(data, line_start, line_end, spans[0][:number], spans[1][:number], line_segment, page_line)


def text_batch(pages: Sequence[bytes]) -> Batch:
    """Return the lines and segments of text pages, each valid UTF-8."""
    data: NDArray[np.uint8] = np.frombuffer(b"".join(pages), np.uint8)
    page_start = np.zeros(len(pages) + 1, np.int64)
    np.cumsum([len(page) for page in pages], out=page_start[1:])
    most = int(np.count_nonzero(data == LF) + np.count_nonzero(data == CR)) + len(pages)
    line_start, line_end = np.empty(most, np.int64), np.empty(most, np.int64)
    page_line = np.empty(len(pages) + 1, np.int64)
    number = _split(data, page_start, line_start, line_end, page_line)
    return segmented(data, line_start[:number], line_end[:number], page_line)
