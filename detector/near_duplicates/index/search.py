"""Compares new texts with the segments of an index: candidates by bisection, then exactly."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.near_duplicates.find import all_pairs, sketch_all
from detector.near_duplicates.index.files import Segment, broken
from detector.near_duplicates.jaccard.shingle_sets import Sets, jaccards, shingle_sets
from detector.near_duplicates.jaccard.verification import NO_OWNERS, Verifier
from detector.near_duplicates.keep_policy import copies_of
from detector.near_duplicates.lsh.bands import Bands
from detector.near_duplicates.lsh.representatives import Links
from detector.near_duplicates.minhash.sketches import Sketches
from detector.near_duplicates.texts import HeldTexts
from detector.near_duplicates.workspace import Workspace
from detector.progress import no_progress
from detector.records import Floats64, Integers
from detector.settings import DuplicateSettings

# New texts whose candidates are collected together, and pairs that are verified together.
TEXTS_TOGETHER: Final = 4096
PAIRS_TOGETHER: Final = 20_000
LOW: Final = np.uint64(0xFFFFFFFF)


class NewTexts(NamedTuple):
    """The sketched texts of a query."""

    ids: Sequence[str]
    texts: HeldTexts
    sketches: Sketches
    first: Integers  # int64 (texts,), the first of them with equal words


class Earlier(NamedTuple):
    """The most similar earlier text of each new text.

    segment: int64 (texts,), number of a segment, the number of segments for the new texts themselves, or -1
    for none; row: int64, in the segment; similarity: float64
    known: bool, whether a text in the segments has equal words
    """

    segment: Integers
    row: Integers
    similarity: Floats64
    known: NDArray[np.bool_]


def sketched(ids: Sequence[str], texts: Sequence[str], bands: Bands, settings: DuplicateSettings) -> NewTexts:
    """Return new texts with their sketches."""
    held = HeldTexts(texts)
    with Workspace(None, settings.memory, {}) as work:
        sketches = sketch_all(held, bands, settings, work, no_progress)
    return NewTexts(ids, held, sketches, copies_of(sketches.digest, np.arange(len(texts))).first)


def better(earlier: Earlier, at: Integers, segment: int, row: Integers, similarity: Floats64) -> None:
    """Store results that are more similar than the current ones; `at` is ascending."""
    order = np.lexsort((row, -similarity, at))
    at, row, similarity = at[order], row[order], similarity[order]
    leads = np.ones(at.size, np.bool_)
    leads[1:] = at[1:] != at[:-1]
    leads &= similarity > earlier.similarity[at]
    at = at[leads]
    earlier.segment[at], earlier.row[at], earlier.similarity[at] = segment, row[leads], similarity[leads]


def equal_rows(digest: NDArray[np.uint64], segment: Segment) -> Integers:
    """Return int64 (texts,): the row of a segment's text with equal words, or -1.

    digest: uint64 (texts, 2)
    """
    known, found = segment.arrays["digest"], np.full(digest.shape[0], -1, np.int64)
    if not known.shape[0]:
        return found
    at = np.minimum(np.searchsorted(known[:, 0], digest[:, 0]), known.shape[0] - 1)
    equal = (known[at] == digest).all(axis=1)
    found[equal] = segment.arrays["digest_row"][at[equal]]
    return found


def _candidates(rows: Integers, keys: NDArray[np.uint32], segment: Segment, most: int) -> NDArray[np.uint64]:
    """Return distinct uint64 codes: the new row in the upper half, the row of the segment in the lower half.

    `most` texts of a bucket are taken; of a larger bucket, different ones in each band.
    """
    parts, bands = [np.zeros(0, np.uint64)], keys.shape[1]
    for band in range(bands):
        known = segment.band(band)
        wanted = keys[rows, band].astype(np.uint64) << np.uint64(32)
        order = np.argsort(wanted)  # neighbours in the file are consecutive
        start = np.searchsorted(known, wanted[order])
        size = np.searchsorted(known, wanted[order] | LOW, "right") - start
        count = np.minimum(size, most)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        within += np.repeat(size * band // bands, count)
        old = known[np.repeat(start, count) + within % np.repeat(size, count)] & LOW
        new = np.repeat(rows[order].astype(np.uint64), count)
        parts.append(np.unique(new << np.uint64(32) | old))
    return np.unique(np.concatenate(parts))


def band_rows(segment: Segment, codes: NDArray[np.uint64]) -> Integers:
    """Return the rows of a segment in some codes; raises `ModelFormatError` if they do not exist."""
    rows = (codes & LOW).astype(np.int64)
    if rows.size and int(rows.max()) >= segment.texts:
        raise broken(segment.place, "its bands name rows that are not there")
    return rows


def stored_sets(segment: Segment, rows: Integers) -> Sets:
    """Return the stored sets of rows."""
    start = segment.arrays["set_start"]
    begins, ends = start[rows].tolist(), start[rows + 1].tolist()
    keys = segment.arrays["set_keys"]
    parts = [keys[begin:end] for begin, end in zip(begins, ends, strict=True)]
    offset = np.concatenate([np.zeros(1, np.int64), np.cumsum(start[rows + 1] - start[rows])])
    return Sets(np.concatenate(parts) if parts else np.zeros(0, np.uint64), offset)


def equal_texts(new: NewTexts, segments: Sequence[Segment]) -> Earlier:
    """Return the first earlier text with equal words for each new text."""
    count = len(new.texts)
    earlier = Earlier(
        np.full(count, -1, np.int64), np.full(count, -1, np.int64), np.zeros(count), np.zeros(count, np.bool_)
    )
    for number, segment in enumerate(segments):
        row = equal_rows(new.sketches.digest, segment)
        at = np.flatnonzero(row >= 0)
        earlier.known[at] = True
        better(earlier, at, number, row[at], np.ones(at.size))
    again = np.flatnonzero(new.first != np.arange(count))
    better(earlier, again, len(segments), new.first[again], np.ones(again.size))
    return earlier


class Search:
    """Finds earlier texts with at least a given Jaccard similarity."""

    def __init__(self, settings: DuplicateSettings, threshold: float) -> None:
        self._settings, self._threshold = settings, threshold

    def earlier(self, new: NewTexts, segments: Sequence[Segment]) -> Earlier:
        """Return the most similar earlier text of each new one; the first one if there are several."""
        earlier = equal_texts(new, segments)
        left = np.flatnonzero((earlier.similarity < 1) & (new.sketches.shingles > 0))
        for number, segment in enumerate(segments):
            for first in range(0, left.size, TEXTS_TOGETHER):
                self._search(new, left[first : first + TEXTS_TOGETHER], (number, segment), earlier)
        self._among_new(new, left, len(segments), earlier)
        return earlier

    def _search(self, new: NewTexts, rows: Integers, numbered: tuple[int, Segment], earlier: Earlier) -> None:
        """Compare new texts with those of one segment."""
        number, segment = numbered
        codes = _candidates(rows, new.sketches.keys, segment, self._settings.max_group)
        for first in range(0, codes.size, PAIRS_TOGETHER):
            part = codes[first : first + PAIRS_TOGETHER]
            ours, left = np.unique((part >> np.uint64(32)).astype(np.int64), return_inverse=True)
            theirs, right = np.unique(band_rows(segment, part), return_inverse=True)
            sets = joined_sets(
                shingle_sets(new.texts.fetch(ours), self._settings), stored_sets(segment, theirs)
            )
            similarity = jaccards(left, ours.size + right, sets, self._threshold)
            found = similarity >= 0
            better(earlier, ours[left[found]], number, theirs[right[found]], similarity[found])

    def _among_new(self, new: NewTexts, active: Integers, number: int, earlier: Earlier) -> None:
        """Compare the new texts with each other."""
        count = len(new.texts)
        verifier = Verifier(new.texts, new.sketches.shingles, self._threshold, self._settings)
        links = Links(np.full(count, -1, np.int64), np.arange(count))
        with Workspace(None, self._settings.memory, {}) as work:
            run = (self._settings, work, no_progress)
            pairs = all_pairs(new.sketches, active, verifier, links, NO_OWNERS, run)
        better(earlier, pairs.right, number, pairs.left, pairs.similarity)


def joined_sets(one: Sets, two: Sets) -> Sets:
    """Return the sets of both, first those of the first."""
    start = np.concatenate([one.start, one.start[-1] + two.start[1:]])
    return Sets(np.concatenate([one.keys, two.keys]), start)
