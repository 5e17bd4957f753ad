"""Hashed sets of shingles, and their Jaccard similarity, for verification.

A shingle is a polynomial of 64-bit hashes of its words. The probability that two different shingles of a pair
of texts share a hash is about m² / 2^65 for m shingles in both: 3e-14 for two texts of 500 words. The
similarity is then off by one shingle. The hash has no secret, so texts with colliding shingles can be made on
purpose. The kernel is kernels/near_duplicates/jaccard.cpp.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.near_duplicates.texts import Spans
from detector.records import Floats64, Integers
from detector.settings import DuplicateSettings

Keys = NDArray[np.uint64]


class Sets(NamedTuple):
    """The sets of some texts: uint64 `keys`; those of text i are from `start[i]` to `start[i + 1]`."""

    keys: Keys
    start: Integers


def shingle_sets(spans: Spans, settings: DuplicateSettings) -> Sets:
    """Return the sets of texts; those of texts shorter than a shingle are empty."""
    lengths = spans.end - spans.start
    # A word takes at least a byte and a gap, or is a character of three bytes.
    keys = np.empty(int((lengths // 2 + 1).sum()), np.uint64)
    start = np.empty(lengths.size + 1, np.int64)
    number = native.run("shingle_sets", spans, settings.shingle, settings.folding, keys, start)
    return Sets(keys[:number], start)


def jaccards(left: Integers, right: Integers, sets: Sets, least: float) -> Floats64:
    """Return float64 (pairs,): the exact Jaccard similarity of pairs of sets; -1 below `least`.

    Pairs with the same left side should be adjacent.
    """
    result = np.empty(left.size, np.float64)
    native.run("jaccards", left, right, sets, float(least), result)
    return result
