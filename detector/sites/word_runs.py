"""Runs of words that recur on a site: the template in text that has lost its newlines.

In a line longer than 1,000 characters, the menu, the headline and the first sentence may be one sentence. So
for such lines, a profile also counts runs of five words (with numbers masked). Runs on a fifth of the pages
belong to the template. Lines are split where these begin and end, so that the parts can be scored. Without a
profile, nothing is split.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Batch, Integers, Words
from detector.sites.recurrence import least_of_template, looked_up, summed
from detector.text.keys import ANY_NUMBER
from detector.text.plain import LONG_LINE
from detector.text.words import HAS_DIGIT, IS_SINGLE

# The words of a run, and of one with characters of a script without spaces.
RUN: Final = 5
RUN_OF_CHARACTERS: Final = 15

MIX: Final = np.uint64(0xFF51AFD7ED558CCD)


class RunCounts(NamedTuple):
    """The runs of a site. key: int64 (R,), ascending; pages: int32 (R,), number of pages that have it."""

    key: Integers
    pages: NDArray[np.int32]


class _Runs(NamedTuple):
    """The runs of a batch.

    key: int64 (N,); first: int64 (N,), ascending, its first word; size: its number of words
    numbers: bool (N,), whether any of its words is a number, and so masked
    """

    key: Integers
    first: Integers
    size: int
    numbers: NDArray[np.bool_]


NO_RUNS: Final = RunCounts(np.zeros(0, np.int64), np.zeros(0, np.int32))


def _line_of_words(batch: Batch, words: Words) -> tuple[Integers, Integers]:
    """Return int64, ascending: the words in long lines, and the line of each."""
    long = np.flatnonzero(batch.line_end - batch.line_start > LONG_LINE)
    long = np.array([line for line in long if _characters(batch, int(line)) > LONG_LINE], np.int64)
    first = words.segment_word[batch.line_segment[long]]
    size = words.segment_word[batch.line_segment[long + 1]] - first
    line = np.repeat(long, size)
    return np.arange(line.size) + np.repeat(first - np.cumsum(size) + size, size), line


def _characters(batch: Batch, line: int) -> int:
    text = batch.data[int(batch.line_start[line]) : int(batch.line_end[line])]
    return int(np.count_nonzero((text & 0xC0) != 0x80))


def _runs(batch: Batch, words: Words) -> list[_Runs]:
    """Return the runs of words in long lines: those of scripts without spaces, and the others."""
    word, line = _line_of_words(batch, words)
    if not word.size:
        return []
    shape = words.shape[word]
    key = np.where(shape & HAS_DIGIT, ANY_NUMBER, words.key[word])
    singles, numbers = (
        np.concatenate(([0], np.cumsum((shape & kind) > 0))) for kind in (IS_SINGLE, HAS_DIGIT)
    )
    found = []
    for size, of_characters in ((RUN, False), (RUN_OF_CHARACTERS, True)):
        number = max(word.size - size + 1, 0)
        run = np.zeros(number, np.uint64)
        for at in range(size):
            run = ((run * np.uint64(31)) ^ key[at : at + number]) * MIX
            run ^= run >> np.uint64(29)
        chosen = line[:number] == line[size - 1 :]
        chosen &= (singles[size:] > singles[:number]) == of_characters
        has_number = numbers[size:] > numbers[:number]
        found.append(_Runs(run[chosen].view(np.int64), word[:number][chosen], size, has_number[chosen]))
    return found


def runs_of_pages(batch: Batch, words: Words) -> list[Integers]:
    """Return for each page int64, ascending: the keys of the runs in its long lines."""
    first_word = words.segment_word[batch.page_segment()]
    parts = [
        np.split(runs.key, np.searchsorted(runs.first, first_word[1:-1])) for runs in _runs(batch, words)
    ]
    none = np.zeros(0, np.int64)
    return [
        np.unique(np.concatenate([none, *(part[page] for part in parts)]))
        for page in range(first_word.size - 1)
    ]


def counted(pages: Sequence[Integers]) -> RunCounts:
    """Return the counts of pages, given the runs of each (`runs_of_pages`)."""
    key = np.concatenate([NO_RUNS.key, *pages])
    return RunCounts(*summed(key, np.ones(key.size, np.int32)))


def merged(counts: Sequence[RunCounts]) -> RunCounts:
    """Return the sum of the counts of different pages. The result is the same in any order."""
    key = np.concatenate([NO_RUNS.key, *(part.key for part in counts)])
    return RunCounts(*summed(key, np.concatenate([NO_RUNS.pages, *(part.pages for part in counts)])))


def recurring(counts: RunCounts, pages: int, most: int) -> RunCounts:
    """Return at most `most` runs that may be template: the most frequent, then the smallest keys."""
    stay = np.flatnonzero(counts.pages >= least_of_template(pages - 1))
    stay = np.sort(stay[np.argsort(-counts.pages[stay], kind="stable")][:most])
    return RunCounts(counts.key[stay], counts.pages[stay])


def pages_of_words(
    batch: Batch, words: Words, counts: RunCounts, site_pages: int, counted: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Return int32 (W, 2): on how many other pages of the site the most frequent run of each word is.

    For runs without numbers, and for all runs with numbers masked; 0 if there is none.
    site_pages: number of pages of the site; counted: bool (P,), whether a page is one of them
    """
    found = np.zeros((words.key.size, 2), np.int32)
    first_word, own = words.segment_word[batch.page_segment()], counted.astype(np.int32)
    for runs in _runs(batch, words):
        here = own[np.searchsorted(first_word, runs.first, side="right") - 1]
        pages = looked_up(runs.key, counts.key, counts.pages) - here
        of_site = pages >= least_of_template(site_pages - here)
        for masked, chosen in enumerate((of_site & ~runs.numbers, of_site)):
            for at in range(runs.size):
                np.maximum.at(found[:, masked], runs.first[chosen] + at, pages[chosen])
    return found


def pages_of_segments(words: Words, pages: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return int32 (S, 2): on how many other pages the runs are that cover half of a segment's words.

    pages: (W, 2), of `pages_of_words`
    """
    found = np.zeros((words.segment_word.size - 1, 2), np.int32)
    segment = np.repeat(np.arange(found.shape[0]), np.diff(words.segment_word))
    for row in np.unique(segment[pages[:, 1] > 0]):
        rows = slice(int(words.segment_word[row]), int(words.segment_word[row + 1]))
        found[row] = np.median(pages[rows], axis=0)
    return found


def cut(batch: Batch, words: Words, pages: NDArray[np.int32]) -> Batch:
    """Return the batch with long lines split where runs of the site begin and end; `pages`: (W, 2)."""
    segment, of_site = (
        np.repeat(np.arange(batch.segment_start.size), np.diff(words.segment_word)),
        pages[:, 1] > 0,
    )
    edge = np.flatnonzero((of_site[1:] != of_site[:-1]) & (segment[1:] == segment[:-1])) + 1
    if not edge.size:
        return batch
    at = np.array([_border(batch, int(words.end[word - 1]), int(words.start[word])) for word in edge])
    line = np.searchsorted(batch.line_segment, segment[edge], side="right") - 1
    added = np.bincount(line, minlength=batch.line_start.size)
    return batch._replace(
        segment_start=np.sort(np.concatenate((batch.segment_start, at))),
        segment_end=np.sort(np.concatenate((batch.segment_end, at))),
        line_segment=batch.line_segment + np.concatenate(([0], np.cumsum(added))),
    )


def _border(batch: Batch, end: int, start: int) -> int:
    """Return where to split between two words: after the last space, so brackets stay with their word."""
    space = bytes(batch.data[end:start]).rfind(b" ")
    return start if space < 0 else end + space + 1
