"""Finds the lines of a page in its source, by their characters.

Scoring gives lines, not elements. To write the kept lines with their markup, the source of the page is parsed
once more, and its text is aligned with the lines, ignoring white space and invisible characters. Nearly
always both are the same. If the reader left something out (line numbers of code) or wrote something else (a
formula), the next lines show where the text continues.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers, ScoredLine

# Characters that only one side may have: soft hyphen, zero-width characters, byte-order mark.
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# This many consecutive characters are not found elsewhere by chance; shorter runs are searched together with
# what follows.
_ANCHOR: Final = 24
# How far ahead to search for the text.
_WINDOW: Final = 20_000
# Runs with more pairs of characters than this are not compared one by one; the same limit applies to a whole
# page.
_MOST_PAIRS: Final = 250_000
_MOST_OF_PAGE: Final = 20_000_000


class KeptText(NamedTuple):
    """The visible characters of a page's lines.

    text: without white space
    kept: bool (C,), whether each is kept
    spaced: bool (C,), whether it follows white space or begins a line
    line_start: int64 (L + 1,), first character of each line, and C
    """

    text: str
    kept: NDArray[np.bool_]
    spaced: NDArray[np.bool_]
    line_start: Integers


def visible(text: str) -> str:
    """Return the characters that count: neither white space nor invisible."""
    return "".join((text if text.isascii() else text.translate(_INVISIBLE)).split())


def kept_text(lines: Sequence[ScoredLine]) -> KeptText:
    """Return the visible characters of all lines, with the decision about each."""
    pieces: list[str] = []
    kept: list[NDArray[np.bool_]] = []
    spaced: list[NDArray[np.bool_]] = []
    starts = [0]
    for line in lines:
        words = line.text.translate(_INVISIBLE).split()
        sizes = np.array([0, *map(len, words)], np.int64)
        begins = np.cumsum(sizes)
        is_first = np.zeros(begins[-1], np.bool_)
        is_first[begins[:-1][sizes[1:] > 0]] = True
        pieces += words
        spaced.append(is_first)
        kept.append(_kept_characters(line, int(begins[-1])))
        starts.append(starts[-1] + int(begins[-1]))
    return KeptText("".join(pieces), _joined(kept), _joined(spaced), np.array(starts, np.int64))


def _kept_characters(line: ScoredLine, size: int) -> NDArray[np.bool_]:
    """Return bool (size,), whether each visible character of a line is kept."""
    if not line.kept or not line.cuts:
        return np.full(size, line.kept)
    is_cut = np.zeros(len(line.text), np.bool_)
    for first, last in line.cuts:
        is_cut[first:last] = True
    fates = [not is_cut[at] for at, character in enumerate(line.text) if visible(character)]
    return np.array(fates, np.bool_)


def _joined(parts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def aligned(source: str, lines: KeptText) -> Integers:
    """Return int64: the character of the lines for each visible character of the source, or -1.

    Parameters
    ----------
    source
        The visible characters of the source, in document order.
    lines
        The visible characters of the lines.
    """
    if source == lines.text:
        return np.arange(len(source), dtype=np.int64)
    return _Alignment(source, lines).found


class _Alignment:
    """Goes through the lines, and finds each in the source at or after the end of the previous one."""

    def __init__(self, source: str, lines: KeptText) -> None:
        self.source, self.text = source, lines.text
        self.found = np.full(len(source), -1, np.int64)
        self.at = 0  # the first character of the source that is still free
        self.missed = 0  # the first character of the lines that has not been found
        self.pairs_left = _MOST_OF_PAGE
        starts = lines.line_start.tolist()
        for start, end in pairwise(starts):
            if start < end:
                self._line(start, end)
        self._between(len(self.text), len(source))

    def _line(self, start: int, end: int) -> None:
        """Find one line; a line that is not found is compared when a later one is found."""
        line = self.text[start:end]
        if self.missed == start and self.source.startswith(line, self.at):
            place = self.at
        else:
            known = line if len(line) >= _ANCHOR else self.text[start : start + _ANCHOR]
            place = self.source.find(known, self.at, self.at + _WINDOW)
        if place < 0:
            return
        self._between(start, place)
        shared = min(end - start, len(self.source) - place)
        self.found[place : place + shared] = np.arange(start, start + shared)
        self.at, self.missed = place + shared, end

    def _between(self, end: int, place: int) -> None:
        """Compare the missing part of the lines, up to `end`, with the source up to `place`."""
        first, at = self.missed, self.at
        pairs = (end - first) * (place - at)
        if pairs == 0 or pairs > min(_MOST_PAIRS, self.pairs_left):
            return
        self.pairs_left -= pairs
        matcher = SequenceMatcher(None, self.text[first:end], self.source[at:place], autojunk=False)
        for line_at, source_at, size in matcher.get_matching_blocks():
            begin = at + source_at
            self.found[begin : begin + size] = np.arange(first + line_at, first + line_at + size)


def stays(found: Integers, lines: KeptText) -> NDArray[np.bool_]:
    """Return bool: for each visible character of the source, whether it is kept.

    Characters that are in no line are dropped, except within a kept line, such as the second form of a
    formula.
    """
    known = np.flatnonzero(found >= 0)
    kept = np.zeros(found.size, np.bool_)
    kept[known] = lines.kept[found[known]]
    if known.size in (0, found.size):
        return kept
    line = np.searchsorted(lines.line_start, found, side="right")
    before = np.searchsorted(known, np.arange(found.size), side="right") - 1
    after = np.minimum(before + 1, known.size - 1)
    left, right = known[np.maximum(before, 0)], known[after]
    within = (found < 0) & (before >= 0) & (right > left) & (line[left] == line[right])
    kept[within] = kept[left[within]] & kept[right[within]]
    return kept
