"""Template buckets: many texts that share a band without being similar, like pages of one template.

Comparing all of them would be quadratic. The shingles of the template are in nearly all of them; similar
texts also share rarer shingles, by which they are found.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from detector.near_duplicates.jaccard.verification import Verifier
from detector.near_duplicates.lsh.candidates import Buckets, Emitted, joined_pairs
from detector.records import Integers

# The most members of a bucket that are compared for sharing a shingle. This bounds the work; larger families
# have found a representative, or are found in other bands.
RARE: Final = 50


def rare_pairs(
    members: Integers, verifier: Verifier, band: int, emitted: Emitted
) -> Iterator[tuple[Integers, Integers]]:
    """Yield the new candidate pairs of a template bucket: those that share a shingle that is rare in it."""
    keys, text = verifier.shingles_of(members, band)
    order = np.argsort(keys, kind="stable")  # stable: positions are ascending within a bucket
    keys, text = keys[order], text[order]
    new = np.ones(keys.size, np.bool_)
    new[1:] = keys[1:] != keys[:-1]
    start = np.flatnonzero(new)
    shared = Buckets(text, start, np.diff(np.append(start, keys.size)))
    for left, right in joined_pairs(shared, band, emitted, RARE):
        once = np.unique(left << 32 | right)
        yield once >> 32, once & 0xFFFFFFFF
