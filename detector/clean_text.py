"""Lines and decisions to clean text: invents nothing, reorders nothing.

Kept lines stand in their order with what was between them. Where lines were dropped, the
blank lines around them melt into the longest of their runs; no blank lines stand at the
ends, and the last line has no ending (contracts, "Result").
"""

from typing import Final, NamedTuple

import numpy as np

from detector.compiled import inlined, kernel
from detector.decisions import Decisions
from detector.records import Batch, Bytes, Integers, Number, Words
from detector.text import characters as chars
from detector.text.characters import Characters, characters
from detector.text.reading import read

# What may stand between a headline and the text that it is glued to, with spaces around.
SEPARATORS: Final = np.array([ord(char) for char in "-–—|:·•»/~"], np.uint32)


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


@inlined
def _peek(data: Bytes, at: Number, end: Number, table: Characters) -> tuple[Number, Number, Number]:
    """Return code point, class and length of the character at `at`; length 0 at the end."""
    if at >= end:
        return np.uint32(0), np.uint8(chars.OTHER), 0
    return read(data, at, table)


@inlined
def _skip(data: Bytes, at: Number, end: Number, spaces: bool, table: Characters) -> Number:
    """Pass white space, or the marks that close what stands before."""
    while at < end:
        _, kind, length = _peek(data, at, end, table)
        if (kind == chars.SPACE) != spaces or (not spaces and kind < chars.END):
            break
        at += length
    return at


@inlined
def _after_headline(data: Bytes, at: Number, end: Number, table: Characters) -> Number:
    """Return where text goes on after a headline that ends at `at`."""
    at = _skip(data, at, end, False, table)
    at = _skip(data, at, end, True, table)
    code, _, length = _peek(data, at, end, table)
    _, following, _ = _peek(data, at + length, end, table)
    for separator in SEPARATORS:
        if code == separator and following == chars.SPACE:
            return _skip(data, at + length, end, True, table)
    return at


@inlined
def _stays(batch: Batch, words: Words, decisions: Decisions, table: Characters, out: Clean) -> None:
    """Write which bytes of each segment stay."""
    for line in range(batch.line_start.size):
        last_kept = -1
        for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
            start, end = batch.segment_start[row], batch.segment_end[row]
            if not decisions.kept[row]:
                end = start
            else:
                last_kept = row
                if decisions.cut_words[row]:
                    last_word = words.segment_word[row] + decisions.cut_words[row] - 1
                    start = _after_headline(batch.data, words.end[last_word], end, table)
            out.stay_start[row], out.stay_end[row] = start, end
        if last_kept >= 0 and last_kept < batch.line_segment[line + 1] - 1:
            # Sentences were cut off the line's end: the space before them goes too.
            end = out.stay_end[last_kept]
            while end > out.stay_start[last_kept] and batch.data[end - 1] <= 32:
                end -= 1
            out.stay_end[last_kept] = end


@inlined
def _copy(data: Bytes, start: Number, end: Number, text: Bytes, at: Number) -> Number:
    for position in range(start, end):
        text[at] = data[position]
        at += 1
    return at


@inlined
def _line_stays(batch: Batch, line: Number, out: Clean) -> bool:
    for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
        if out.stay_end[row] > out.stay_start[row]:
            return True
    return False


@inlined
def _write_page(batch: Batch, lines: tuple[Number, Number], out: Clean, at: Number) -> Number:
    """Write one page's clean text from `at` on; return where it ends."""
    previous, run, best_start, best = -1, 0, 0, 0
    for line in range(lines[0], lines[1]):
        if batch.line_segment[line] == batch.line_segment[line + 1]:
            run += 1
            if run > best:
                best, best_start = run, line + 1 - run
            continue
        run = 0
        if not _line_stays(batch, line, out):
            continue
        if previous >= 0:
            at = _copy(batch.data, batch.line_end[previous], batch.line_start[previous + 1], out.text, at)
            stop = best_start + best
            at = _copy(
                batch.data,
                batch.line_start[best_start],
                batch.line_start[stop] if best else batch.line_start[best_start],
                out.text,
                at,
            )
        for row in range(batch.line_segment[line], batch.line_segment[line + 1]):
            at = _copy(batch.data, out.stay_start[row], out.stay_end[row], out.text, at)
        previous, best = line, 0
    return at


@kernel
def _write(batch: Batch, words: Words, decisions: Decisions, table: Characters, out: Clean) -> None:
    _stays(batch, words, decisions, table, out)
    at = 0
    for page in range(batch.page_line.size - 1):
        at = _write_page(batch, (batch.page_line[page], batch.page_line[page + 1]), out, at)
        out.page_end[page] = at


def clean_text(batch: Batch, words: Words, decisions: Decisions) -> Clean:
    """Return the clean text of all pages."""
    n_segments = batch.segment_start.size
    out = Clean(
        text=np.empty(batch.data.size + 1, np.uint8),
        page_end=np.empty(batch.page_line.size - 1, np.int64),
        stay_start=np.empty(n_segments, np.int64),
        stay_end=np.empty(n_segments, np.int64),
    )
    _write(batch, words, decisions, characters(), out)
    return out._replace(text=out.text[: out.page_end[-1] if out.page_end.size else 0])
