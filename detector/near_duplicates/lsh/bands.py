"""Bands of signatures: which texts are compared at all.

Texts that agree in all rows of a band are candidates (Leskovec, Rajaraman and Ullman,
"Mining of Massive Datasets", chapter 3). Every candidate is verified, so bands decide
recall alone: as many rows as the wished recall allows, for the fewest false candidates.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined
from detector.records import Number

# Below it 128 slots in bands of one row miss more than .005 of the pairs at the threshold,
# and nearly everything would be compared with everything.
LEAST_THRESHOLD: Final = 0.05


class Bands(NamedTuple):
    """How a signature is cut: `number` bands of `rows` slots; what is left over is not used."""

    number: int
    rows: int

    def recall(self, similarity: float) -> float:
        """Return the share of the pairs of a similarity that become candidates."""
        return float(1 - (1 - similarity**self.rows) ** self.number)


def bands_for(threshold: float, slots: int, recall: float) -> Bands:
    """Return the bands of most rows that find `recall` of the pairs exactly at the threshold.

    Raises `ValueError` for a threshold that signatures of so many slots do not serve.
    """
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise ValueError(
            f"threshold is a Jaccard similarity from {LEAST_THRESHOLD} to 1, not {threshold}; below that "
            "nearly every two texts would have to be compared"
        )
    for rows in range(slots, 0, -1):
        bands = Bands(slots // rows, rows)
        if bands.recall(threshold) >= recall:
            return bands
    raise ValueError(
        f"{slots} slots cannot find {recall} of the pairs at threshold {threshold}: raise the slots, or "
        "wish for less recall"
    )


@inlined
def band_key(slots: NDArray[np.uint32], first: Number, rows: Number, mask: Number) -> Number:
    """Return a hash of the slots of one band.

    Bands with other slots may share a key by accident, one pair in 4 billion: such a
    candidate fails verification.
    """
    key = np.uint64(0x9E3779B97F4A7C15)
    for slot in range(first, first + rows):
        key = (key ^ np.uint64(slots[slot] & mask)) * np.uint64(0xFF51AFD7ED558CCD)
        key ^= key >> np.uint64(32)
    return np.uint32(key)
