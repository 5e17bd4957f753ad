"""From band keys to candidate pairs, one band at a time, by sorting.

A bucket is a run of equal keys. The members of small buckets are paired with each other. A pair that shared a
bucket in an earlier band was already emitted there, which its keys show, so nothing has to be remembered.
Buckets larger than `max_group` are passed on as a whole (`groups`).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Integers

# The number of candidates that are made and verified together.
PAIRS_TOGETHER: Final = 1 << 17
BITS: Final = 64


class Buckets(NamedTuple):
    """The buckets of one band with at least two texts.

    members: int64, positions; those of a bucket are consecutive and ascending
    start, size: int64 (buckets,)
    """

    members: Integers
    start: Integers
    size: Integers


class Emitted(NamedTuple):
    """Decides whether a pair was emitted by an earlier band.

    keys: uint32 (n, bands); large: uint64 (n, bands / 64), a bit for each band in which a text's bucket was
    too large to be joined; owner: int64 (n,), texts of one owner do not form pairs; empty if every text is
    its own owner
    """

    keys: NDArray[np.uint32]
    large: NDArray[np.uint64]
    owner: Integers


def large_marks(texts: int, bands: int) -> NDArray[np.uint64]:
    """Return the empty `Emitted.large`."""
    return np.zeros((texts, -(-bands // BITS)), np.uint64)


def buckets_of(keys: NDArray[np.uint32], active: Integers) -> Buckets:
    """Return the buckets of a band; keys: uint32 (n,) of that band; active: the positions to use."""
    codes = keys[active].astype(np.uint64) << np.uint64(32)
    codes |= active.astype(np.uint64)
    codes.sort()
    members = (codes & np.uint64(0xFFFFFFFF)).astype(np.int64)
    codes >>= np.uint64(32)
    border = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    start = np.concatenate([np.zeros(1, np.int64), border])
    size = np.diff(np.append(start, codes.size))
    shared = size > 1
    return Buckets(members, start[shared], size[shared])


def joined_pairs(
    buckets: Buckets, band: int, emitted: Emitted, most: int
) -> Iterator[tuple[Integers, Integers]]:
    """Yield the new candidate pairs of buckets with up to `most` members, in chunks."""
    small = buckets.size <= most
    chosen = Buckets(buckets.members, buckets.start[small], buckets.size[small])
    cursor = np.zeros(2, np.int64)
    room = max(PAIRS_TOGETHER, most)
    left, right = np.empty(room, np.int64), np.empty(room, np.int64)
    while cursor[0] < chosen.start.size:
        count = native.run("join_buckets", chosen, band, emitted, cursor, left, right)
        yield left[:count].copy(), right[:count].copy()


def large_buckets(buckets: Buckets, band: int, emitted: Emitted, most: int) -> Iterator[Integers]:
    """Yield the members of each bucket with more than `most`, and mark them."""
    bit = np.uint64(1) << np.uint64(band % BITS)
    for bucket in np.flatnonzero(buckets.size > most).tolist():
        start = int(buckets.start[bucket])
        members = buckets.members[start : start + int(buckets.size[bucket])]
        emitted.large[members, band // BITS] |= bit
        yield members
