"""From candidates to pairs: the exact similarity of each, from sets made again from the texts."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.near_duplicates.jaccard.shingle_sets import Keys, jaccards, shingle_sets
from detector.near_duplicates.texts import Texts
from detector.records import Floats64, Integers
from detector.settings import DuplicateSettings

# The share of the memory that sets may take; the texts that they are made from take as much.
SHARE: Final = 6
# How far apart texts of one family may be in the order by similarity.
FAMILY_STEPS: Final = 2
# The arrays of `Verifier.shingles_of`: the hash, the position, and both once more, sorted.
BYTES_OF_SHINGLE: Final = 40


NO_OWNERS: Final = np.zeros(0, np.int64)


class PairArrays(NamedTuple):
    """Verified pairs: int64 (pairs,) `left` < `right`, positions, and float64 `similarity`."""

    left: Integers
    right: Integers
    similarity: Floats64


NO_PAIRS: Final = PairArrays(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64))


def together(parts: list[PairArrays]) -> PairArrays:
    """Return the distinct pairs of all parts, ordered by left and right."""
    if not parts:
        return NO_PAIRS
    left, right, similarity = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort((left << 32 | right).view(np.uint64))
    left, right, similarity = left[order], right[order], similarity[order]
    new = np.ones(left.size, np.bool_)
    new[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return PairArrays(left[new], right[new], similarity[new])


def _by_family(left: Integers, right: Integers) -> Integers:
    """Return an order of pairs in which pairs that share texts, directly or indirectly, are adjacent.

    So most texts are read only once, however many can be compared at a time.
    """
    texts, rows = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, two = rows[: left.size], rows[left.size :]
    family = np.arange(texts.size)
    for _ in range(FAMILY_STEPS):
        np.minimum.at(family, one, family[two])
        np.minimum.at(family, two, family[one])
    return np.lexsort((left, family[one]))


class Verifier:
    """Compares texts exactly, as many at a time as fit into memory.

    shingles: int32 (texts,), an upper bound for the shingles of each text
    owner: int64 (texts,); texts of one owner do not form pairs; empty if every text is its own owner
    """

    def __init__(
        self,
        texts: Texts,
        shingles: NDArray[np.int32],
        threshold: float,
        settings: DuplicateSettings,
        owner: Integers = NO_OWNERS,
    ) -> None:
        self._texts, self._shingles = texts, shingles
        self._threshold, self._settings, self._owner = threshold, settings, owner

    def similarities(self, left: Integers, right: Integers) -> Floats64:
        """Return float64 (pairs,): the similarity of each pair of positions; -1 below the threshold."""
        positions, rows = np.unique(np.concatenate([left, right]), return_inverse=True)
        size = 8 * int(self._shingles[positions].sum(dtype=np.int64))
        if left.size > 1 and size > self._settings.memory // SHARE:
            half = left.size // 2
            parts = [self.similarities(left[part], right[part]) for part in (slice(half), slice(half, None))]
            return np.concatenate(parts)
        sets = shingle_sets(self._texts.fetch(positions), self._settings)
        return jaccards(rows[: left.size], rows[left.size :], sets, self._threshold)

    def shingles_of(self, positions: Integers, number: int) -> tuple[Keys, Integers]:
        """Return hashed shingles of texts, and the position of each text.

        If memory is short, only the `number`-th part of them, the same for each text.
        """
        bound = self._shingles[positions].cumsum(dtype=np.int64)
        room = self._settings.memory // SHARE // BYTES_OF_SHINGLE
        parts = -(-int(bound[-1]) // room)
        keys, owner = list[Keys](), list[Integers]()
        for some in np.split(positions, np.searchsorted(bound, np.arange(1, parts) * room)):
            sets = shingle_sets(self._texts.fetch(some), self._settings)
            ours = sets.keys % np.uint64(parts) == np.uint64(number % parts)
            keys.append(sets.keys[ours])
            owner.append(np.repeat(some, np.diff(sets.start))[ours])
        return np.concatenate(keys), np.concatenate(owner)

    def pairs(self, left: Integers, right: Integers) -> PairArrays:
        """Return the pairs at or above the threshold, with the smaller position on the left."""
        if self._owner.size:
            foreign = self._owner[left] != self._owner[right]
            left, right = left[foreign], right[foreign]
        if not left.size:
            return NO_PAIRS
        order = _by_family(left, right)
        left, right = left[order], right[order]
        similarity = self.similarities(left, right)
        found = similarity >= 0
        left, right = left[found], right[found]
        return PairArrays(np.minimum(left, right), np.maximum(left, right), similarity[found])


class Queue:
    """Candidates that wait for verification, so that the texts of several bands' pairs are read only once."""

    def __init__(self, verifier: Verifier, most: int) -> None:
        self._verifier, self._most = verifier, most
        self._waiting: list[tuple[Integers, Integers]] = []
        self._size = 0
        self._found: list[PairArrays] = []

    def add(self, candidates: Iterable[tuple[Integers, Integers]]) -> None:
        """Add candidates; verify all waiting ones when there are enough."""
        for left, right in candidates:
            self._waiting.append((left, right))
            self._size += left.size
            if self._size >= self._most:
                self.flush()

    def flush(self) -> None:
        """Verify all waiting candidates."""
        if self._waiting:
            left, right = (np.concatenate(side) for side in zip(*self._waiting, strict=True))
            self._waiting, self._size = [], 0
            self.take(self._verifier.pairs(left, right))

    def take(self, pairs: PairArrays) -> None:
        """Add verified pairs. Parts of similar size are merged, so each pair is copied only a few times."""
        self._found.append(pairs)
        while len(self._found) > 1 and self._found[-2].left.size <= 2 * self._found[-1].left.size:
            self._found.append(together([self._found.pop(), self._found.pop()]))

    def pairs(self) -> PairArrays:
        """Return all distinct verified pairs."""
        self.flush()
        self._found = [together(self._found)]
        return self._found[0]
