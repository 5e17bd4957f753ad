"""What `find_duplicates` returns: frozen, over arrays, with Python objects made when asked for."""

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
    """The kept text that a removed one is like, and how closely."""

    kept: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group too large for every pair: each member is compared with a representative only.

    representative: a position; texts: how many there are, exact copies not counted
    pairs_estimated: about how many pairs they would make, from a sample
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
    """Position of each removed text → its kept twin, in the order of positions.

    position, kept: int64 (removed,), rising positions and their twins'; similarity: float64
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
    """Which texts are near-duplicates, and which stay.

    pairs: every verified pair at or above the threshold; exact copies are linked to
        their first copy only, members of `groups` to a representative
    kept: positions that stay, rising; int64 (kept,)
    removed: position → kept twin and similarity
    groups: the groups that were too large for every pair
    """

    pairs: Pairs
    kept: Integers
    removed: Removed
    groups: tuple[Group, ...]

    @property
    def abridged(self) -> bool:
        """Tell whether `pairs` leaves out pairs of large groups."""
        return bool(self.groups)
