"""Finds new texts inside longer ones of an index: candidates by rare shingles, then exact containment.

Every shingle of the index is a code in a sorted file, so it can be looked up by bisection. For a new text,
enough of the rarest shingles are looked up that any text which contains it has at least one of them. None is
missed by chance.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.near_duplicates.containment import ROUNDING, containments, in_parts, rarest
from detector.near_duplicates.index.files import Segment
from detector.near_duplicates.index.search import (
    LOW,
    PAIRS_TOGETHER,
    TEXTS_TOGETHER,
    Earlier,
    NewTexts,
    band_rows,
    better,
    equal_texts,
    joined_sets,
    stored_sets,
)
from detector.near_duplicates.jaccard.shingle_sets import Keys, Sets, shingle_sets
from detector.records import Integers
from detector.settings import DuplicateSettings

Codes = NDArray[np.uint64]


def shingle_codes(keys: Keys, rows: Integers) -> Codes:
    """Return uint64, sorted: the upper half of each shingle, and its row in the lower half."""
    return np.sort((keys & ~LOW) | rows.astype(np.uint64))


def _candidates(sets: Sets, known: Codes, threshold: float, most: int) -> Iterator[tuple[Integers, Codes]]:
    """Yield texts, and the codes of others that have one of their rarest shingles.

    A chunk has each pair once. If more than `most` texts have a shingle, only the first ones are taken.
    """
    owner = np.repeat(np.arange(sets.start.size - 1), np.diff(sets.start))
    wanted = sets.keys & ~LOW
    order = np.argsort(wanted)  # neighbours in the file are consecutive
    first, end = np.empty(owner.size, np.int64), np.empty(owner.size, np.int64)
    first[order] = np.searchsorted(known, wanted[order])
    end[order] = np.searchsorted(known, wanted[order] | LOW, "right")
    chosen = rarest(sets, owner, end - first, threshold)
    number = np.minimum(end[chosen] - first[chosen], most)
    for owners, places in in_parts(owner[chosen], first[chosen], number):
        codes = np.unique(owners.astype(np.uint64) << np.uint64(32) | (known[places] & LOW))
        for start in range(0, codes.size, PAIRS_TOGETHER):
            part = codes[start : start + PAIRS_TOGETHER]
            yield (part >> np.uint64(32)).astype(np.int64), part & LOW


def _part(sets: Sets, first: int, end: int) -> Sets:
    """Return the sets of some consecutive texts."""
    start = sets.start[first : end + 1]
    return Sets(sets.keys[start[0] : start[-1]], start - start[0])


class ContainmentSearch:
    """Finds earlier texts that have a share of the shingles of a new text."""

    def __init__(self, settings: DuplicateSettings, threshold: float) -> None:
        self._settings, self._threshold = settings, threshold

    def earlier(self, new: NewTexts, segments: Sequence[Segment]) -> Earlier:
        """Return the earlier text that contains most of each new one; the first one if there are several.

        A text with equal words comes before all others.
        """
        earlier = equal_texts(new, segments)
        rows = np.flatnonzero((earlier.similarity < 1) & (new.sketches.shingles > 0))
        sets = shingle_sets(new.texts.fetch(rows), self._settings)
        among = shingle_codes(sets.keys, np.repeat(np.arange(rows.size), np.diff(sets.start)))
        for first in range(0, rows.size, TEXTS_TOGETHER):
            some = rows[first : first + TEXTS_TOGETHER]
            own = _part(sets, first, first + some.size)
            for number, segment in enumerate(segments):
                self._search(own, some, (number, segment), earlier)
            for place, codes in _candidates(own, among, self._threshold, self._settings.max_group):
                before = codes.astype(np.int64) < first + place
                part, whole = first + place[before], codes[before].astype(np.int64)
                self._take(sets, part, whole, (rows[part], len(segments), rows[whole]), earlier)
        return earlier

    def _search(self, own: Sets, rows: Integers, numbered: tuple[int, Segment], earlier: Earlier) -> None:
        """Compare new texts with those of one segment."""
        number, segment = numbered
        for place, codes in _candidates(own, segment.band(0), self._threshold, self._settings.max_group):
            theirs, right = np.unique(band_rows(segment, codes), return_inverse=True)
            sets = joined_sets(own, stored_sets(segment, theirs))
            whole = rows.size + right
            self._take(sets, place, whole, (rows[place], number, theirs[right]), earlier)

    def _take(
        self,
        sets: Sets,
        part: Integers,
        whole: Integers,
        found: tuple[Integers, int, Integers],
        earlier: Earlier,
    ) -> None:
        """Verify pairs of sets, and store those that are better. found: new rows, segment and its rows."""
        share = containments(part, whole, sets)
        is_in = share >= self._threshold - ROUNDING
        at, segment, row = found
        better(earlier, at[is_in], segment, row[is_in], share[is_in])
