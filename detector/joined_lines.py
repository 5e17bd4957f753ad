"""Which lines to join in the clean text: the halves of a sentence that was split by a page break.

    ... kept a daily record of the
    Harbour Studies Group | 1 / 3          <- foot and head of the page, dropped
    tide, so that every pile ...           -> "... kept a daily record of the tide, so that every pile ..."

There must be a form feed, a running head or a page number between the halves, and no kept line. Numbers count
only if they increase and split sentences (`text.shape`). The first half must be an incomplete sentence, and
the second must go on in lower case, so scripts without case are never joined. Headings and lines of lists,
tables, code, dialogue and other blocks are never joined.
"""

import re
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.decisions import Decisions
from detector.records import COPY_KINDS, Batch, Bytes, Copies, Words
from detector.text.decoding import text_of

# How a line is joined to the kept line before it; the kernel has the same numbers.
APART: Final = 0
BY_SPACE: Final = 1
CLOSE: Final = 2  # without a space: a word that has its hyphen
WITHOUT_HYPHEN: Final = 3

_RUNNING_HEAD: Final = COPY_KINDS.index("running-head")
# The least words of the first half, and the most lines, and words of a line, between the halves.
_LEAST_WORDS: Final = 6
_MOST_BETWEEN: Final = 6
_LONGEST_BETWEEN: Final = 15
_HYPHENS: Final = "-\u2010\u00ad\u00ac"
_PAGE_NUMBER: Final = re.compile(
    r"\W*(?:[^\W\d_]{1,10}\W{1,3})?(?:\d{1,4}|[ivxlc]{1,7})(?:\W+(?:\w{1,4}\W+)?\d{1,4})?\W*", re.I
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


def joined_lines(batch: Batch, words: Words, copies: Copies, decisions: Decisions) -> Bytes:
    """Return uint8 (L,), how each line is joined to the kept line before it (`APART` and so on)."""
    joins, data = np.zeros(batch.line_start.size, np.uint8), batch.data.tobytes()
    for first, last in pairwise(batch.page_line.tolist()):
        page = _Page(data, batch, words, copies, decisions.kept, first, last)
        for before, after in page.breaks():
            joins[after] = page.join(before, after)
    return joins


class _Page:
    """The lines `first` to `last` of a batch."""

    def __init__(
        self,
        data: bytes,
        batch: Batch,
        words: Words,
        copies: Copies,
        kept: NDArray[np.bool_],
        first: int,
        last: int,
    ) -> None:
        self.first, self.data = first, data
        self.start, self.end = batch.line_start[first:last].tolist(), batch.line_end[first:last].tolist()
        segment = batch.line_segment[first : last + 1].tolist()
        self.rows = [range(*pair) for pair in pairwise(segment)]
        self.kept = [bool(rows) and bool(kept[rows.start : rows.stop].all()) for rows in self.rows]
        self.is_head = [
            bool(rows) and not kept[rows.start] and int(copies.kind[rows.start]) == _RUNNING_HEAD
            for rows in self.rows
        ]
        self.any_kept = [bool(kept[rows.start : rows.stop].any()) for rows in self.rows]
        self.words = words
        self._lines: list[str] = []
        self._has_pages: bool | None = None

    def breaks(self) -> list[tuple[int, int]]:
        """Return pairs of kept, uncut lines that may have a page break between them."""
        return [
            (before + self.first, after + self.first)
            for before, after in pairwise(number for number, kept in enumerate(self.any_kept) if kept)
            if self.kept[before] and self.kept[after] and self._is_break(before, after)
        ]

    def _is_break(self, before: int, after: int) -> bool:
        between = [number for number in range(before + 1, after) if self.rows[number]]
        if len(between) > _MOST_BETWEEN or any(self._size(number) > _LONGEST_BETWEEN for number in between):
            return False
        start = self.data[self.start[after] : self.end[after]]
        lead = self.end[before], self.end[after] - len(start.lstrip())
        return (
            b"\f" in self.data[slice(*lead)]
            or any(self.is_head[number] for number in between)
            or (any(_PAGE_NUMBER.fullmatch(self._text(number)) for number in between) and self._is_printed())
        )

    def _is_printed(self) -> bool:
        """Tell whether numbers on their own lines are page numbers."""
        from detector.text.shape import has_pages  # most pages have none of its marks

        if self._has_pages is None:
            self._has_pages = has_pages([self._text(number) for number, rows in enumerate(self.rows) if rows])
        return self._has_pages

    def _size(self, line: int) -> int:
        rows = self.rows[line]
        return int(self.words.segment_word[rows.stop] - self.words.segment_word[rows.start])

    def _text(self, line: int) -> str:
        return text_of(self.data[self.start[line] : self.end[line]]).strip()

    def join(self, before: int, after: int) -> int:
        """Return how the second of two lines is joined to the first."""
        before, after = before - self.first, after - self.first
        half, rest = self._text(before), self._text(after)
        if self._size(before) < _LEAST_WORDS or not rest[:1].islower() or half.isupper() or half[:1] == "#":
            return APART
        hyphen = half[-1:] in _HYPHENS and half[-2:-1].isalpha()
        if not (hyphen or half[-1:].isalpha() or half[-1:] == ",") or self._in_block(before, after):
            return APART
        return self._by_hyphen(half, rest) if hyphen else BY_SPACE

    def _in_block(self, *numbers: int) -> bool:
        from detector.text.blocks.find import blocks_by_shape  # most pages have no halves of sentences

        if not self._lines:
            self._lines = [self._text(number) for number in range(len(self.rows))]
            self._blocks = blocks_by_shape(
                [text_of(self.data[start:end]) for start, end in zip(self.start, self.end, strict=True)]
            )
        return any(self._blocks[number] is not None for number in numbers)

    def _by_hyphen(self, half: str, rest: str) -> int:
        """Return whether to remove the hyphen: only if the joined word occurs on the page."""
        last, first = _WORD.findall(half)[-1], _WORD.findall(rest)[0]
        known = {word.casefold() for line in self._lines for word in _WORD.findall(line)}
        is_soft = half[-1] == "\u00ad"
        return WITHOUT_HYPHEN if is_soft or (last + first).casefold() in known else CLOSE
