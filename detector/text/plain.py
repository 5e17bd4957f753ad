"""From plain text to lines and segments (kernels/text/lines.cpp).

A line ends at LF, CRLF or a lone CR only: U+0085, U+2028, U+2029, VT and FF are white space inside a line.
Nothing is trimmed: the text and endings of all lines, joined, are the input.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detector import native
from detector.records import Batch, Bytes, Integers

# A line longer than this many characters is scored sentence by sentence.
LONG_LINE: Final = 1000


def segmented(data: Bytes, line_start: Integers, line_end: Integers, page_line: Integers) -> Batch:
    """Return a batch of these lines, with segments."""
    line_segment = np.empty(line_start.size + 1, np.int64)
    room = line_start.size + 64
    while True:
        start, end = np.empty(room, np.int64), np.empty(room, np.int64)
        number = native.run("segment_lines", data, line_start, line_end, start, end, line_segment)
        if number <= room:
            break
        room = number
    return Batch(data, line_start, line_end, start[:number], end[:number], line_segment, page_line)


def joined(pages: Sequence[bytes]) -> tuple[Bytes, Integers]:
    """Return pages in one buffer, and int64 (P + 1,), the start of each."""
    start = np.zeros(len(pages) + 1, np.int64)
    np.cumsum([len(page) for page in pages], out=start[1:])
    return np.frombuffer(bytearray().join(pages), np.uint8), start


def count_bytes(data: Bytes, either: bytes) -> int:
    """Count the bytes that are one of these two."""
    return native.run("count_bytes", data, *either)


def text_batch(pages: Sequence[bytes]) -> Batch:
    """Return the lines and segments of text pages, each valid UTF-8."""
    data, page_start = joined(pages)
    most = count_bytes(data, b"\n\r") + len(pages)
    line_start, line_end = np.empty(most, np.int64), np.empty(most, np.int64)
    page_line = np.empty(len(pages) + 1, np.int64)
    number = native.run("split_lines", data, page_start, line_start, line_end, page_line)
    return segmented(data, line_start[:number], line_end[:number], page_line)
