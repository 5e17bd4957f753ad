"""The result of `find_duplicates`: frozen arrays that make Python objects on access."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np

from detector.records import Floats64, Integers


class Pair(NamedTuple):
    """Two texts by position, `a` before `b`, and their exact Jaccard similarity."""

    a: int
    b: int
    similarity: float


class Twin(NamedTuple):
    """The near-duplicate that is kept for a removed text, and their similarity."""

    kept: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group too large to compare every pair: members are compared with a representative.

    Attributes
    ----------
    representative : int
        Its position.
    texts : int
        Number of texts, without exact copies.
    pairs_estimated : int
        Number of pairs, estimated from a sample.
    """

    representative: int
    texts: int
    pairs_estimated: int


@dataclass(frozen=True, slots=True, eq=False)
class Pairs(Sequence[Pair]):
    """All verified pairs, ordered by `a` and `b`.

    left, right: int64 (pairs,), positions; similarity: float64 (pairs,)
    """

    left: Integers
    right: Integers
    similarity: Floats64

    def __len__(self) -> int:
        return self.left.size

    @overload
    def __getitem__(self, at: int) -> Pair: ...
    @overload
    def __getitem__(self, at: slice) -> list[Pair]: ...
    def __getitem__(self, at: int | slice) -> Pair | list[Pair]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return Pair(int(self.left[at]), int(self.right[at]), float(self.similarity[at]))

    def __iter__(self) -> Iterator[Pair]:
        return map(Pair, self.left.tolist(), self.right.tolist(), self.similarity.tolist())

    def __repr__(self) -> str:
        return f"<{len(self)} pairs>"


@dataclass(frozen=True, slots=True, eq=False)
class Removed(Mapping[int, Twin]):
    """Maps the position of each removed text to its kept near-duplicate, in order of positions.

    position, kept: int64 (removed,), sorted positions, and those of the kept texts; similarity: float64
    """

    position: Integers
    kept: Integers
    similarity: Floats64

    def __len__(self) -> int:
        return self.position.size

    def __iter__(self) -> Iterator[int]:
        return iter(self.position.tolist())

    def __getitem__(self, position: int) -> Twin:
        at = int(np.searchsorted(self.position, position))
        if at == self.position.size or self.position[at] != position:
            raise KeyError(position)
        return Twin(int(self.kept[at]), float(self.similarity[at]))

    def __repr__(self) -> str:
        return f"<{len(self)} removed>"


@dataclass(frozen=True, slots=True, eq=False)
class Duplicates:
    """Which texts are near-duplicates, and which of them are kept.

    Attributes
    ----------
    pairs : Pairs
        Every verified pair at or above the threshold. Exact copies are linked only to their first copy,
        members of `groups` only to a representative.
    kept : ndarray of int64, (kept,)
        Sorted positions of the kept texts.
    removed : Removed
        Maps removed positions to the kept near-duplicate and their similarity.
    groups : tuple of Group
        Groups that were too large to compare every pair.
    """

    pairs: Pairs
    kept: Integers
    removed: Removed
    groups: tuple[Group, ...]

    @property
    def abridged(self) -> bool:
        """Whether `pairs` leaves out pairs of large groups."""
        return bool(self.groups)
