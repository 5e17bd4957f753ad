"""The numbers that numpy's generator draws, many at a time, which is faster for thousands of small draws.

The stream is identical to the bit (tested), so a corpus is the same for its seed.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers

# 64-bit numbers that are taken from the source together: about as many as a page needs.
AHEAD: Final = 320
LOW: Final = (1 << 32) - 1
# With fewer draws than this, an array does not pay off.
FEW: Final = 2


def _below(halves: NDArray[np.uint32], at: int, end: int) -> tuple[int, int]:
    """Return a number below an end, and the position of the next half: past the last if there are too few."""
    product = 0
    while end > 1:
        if at >= halves.size:
            return 0, halves.size + 1
        product = int(halves[at]) * end
        at += 1
        low = product & LOW
        # Lemire's method: draws that would make some numbers likelier are repeated.
        if low >= end or low >= (LOW + 1) % end:
            break
    return product >> 32, at


def _draw(halves: NDArray[np.uint32], at: int, ends: Integers, found: Integers) -> int:
    """Write a number below each end; return the position of the next half."""
    wide = ends > 1
    count = int(wide.sum())
    if at + count <= halves.size:
        # All at once, which is right unless one of them must be repeated: one in millions.
        end = ends[wide].astype(np.uint64)
        product = halves[at : at + count].astype(np.uint64) * end
        low = product & np.uint64(LOW)
        if ((low >= end) | (low >= np.uint64(LOW + 1) % end)).all():
            found[:] = 0
            found[wide] = (product >> np.uint64(32)).astype(np.int64)
            return at + count
    for number, end_of in enumerate(ends.tolist()):
        found[number], at = _below(halves, at, end_of)
    return at


def _draw_runs(halves: NDArray[np.uint32], at: int, ends: Integers, found: Integers) -> int:
    """Write runs one after the other: the length, then that many numbers below each further end.

    ends: the shortest length, then the ends for the additional length and for the numbers
    """
    count, written = int(found[0]), 0
    shortest, longer, *kinds = ends.tolist()
    for _ in range(count):
        more, at = _below(halves, at, longer)
        length = shortest + more
        found[written] = length
        written += 1
        for kind in kinds:
            at = _draw(halves, at, _same(kind, length), found[written : written + length])
            written += length
    return at


@lru_cache(maxsize=4096)
def _same(end: int, size: int) -> Integers:
    return np.full(size, end, np.int64)


class Stream:
    """Draws integers below 2^32 and fractions, like `np.random.Generator` on PCG64.

    A 64-bit number is two draws of 32 bits, its low half first; a fraction takes a whole one.
    """

    def __init__(self, source: np.random.BitGenerator, pending: int | None = None) -> None:
        self._source = source
        self._halves = np.array([] if pending is None else [0, pending], np.uint32)
        self._at = self._halves.size // 2

    @classmethod
    def after(cls, generator: np.random.Generator) -> "Stream":
        """Continue at the position of a generator, which must not be used afterwards."""
        state = generator.bit_generator.state
        return cls(generator.bit_generator, state["uinteger"] if state["has_uint32"] else None)

    def _more(self) -> None:
        # A pending draw stays the second half of a number.
        first = self._at & ~1
        more = self._source.random_raw(AHEAD).astype("<u8", copy=False).view("<u4")
        self._halves = np.concatenate((self._halves[first:], more))
        self._at -= first

    def below(self, ends: Integers) -> list[int]:
        """Return a number from 0 to below each end; int64 (n,)."""
        found = np.empty(ends.size, np.int64)
        while (at := _draw(self._halves, self._at, ends, found)) > self._halves.size:
            self._more()
        self._at = at
        return found.tolist()

    def runs(self, count: int, lengths: tuple[int, int], ends: tuple[int, ...]) -> list[int]:
        """Return `count` runs, concatenated: a length, then that many numbers below each end.

        lengths: from the first to one less than the second
        """
        low, high = lengths
        found = np.empty(count * (1 + (high - 1) * len(ends)), np.int64)
        given = np.array((low, high - low, *ends), np.int64)
        while True:
            found[0] = count
            at = _draw_runs(self._halves, self._at, given, found)
            if at <= self._halves.size:
                self._at = at
                return found.tolist()
            self._more()

    def _one_below(self, end: int) -> int:
        while end > 1:
            if self._at >= self._halves.size:
                self._more()
            product = int(self._halves[self._at]) * end
            self._at += 1
            if product & LOW >= end or product & LOW >= (LOW + 1) % end:
                return product >> 32
        return 0

    def integers(self, low: int, high: int, size: int | None = None) -> Any:  # noqa: ANN401
        """Return a number from low to high - 1, or a list of `size` of them."""
        if size is None:
            return low + self._one_below(high - low)
        if size <= FEW:
            return [low + self._one_below(high - low) for _ in range(size)]
        found = self.below(_same(high - low, size))
        return [low + number for number in found] if low else found

    def random(self) -> float:
        """Return a fraction from 0 to below 1."""
        if self._at + 3 > self._halves.size:
            self._more()
        at = self._at + (self._at & 1)
        low, high = self._halves[at : at + 2].tolist()
        if self._at & 1:
            # The pending half is placed after the number that is taken.
            self._halves[at + 1] = self._halves[self._at]
        self._at += 2
        return float((high << 32 | low) >> 11) / (1 << 53)
