"""Bands of signatures, which determine the texts that are compared.

Texts that agree in all rows of a band are candidates (Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", chapter 3). Every candidate is verified, so bands only affect
recall: they have as many rows as the required recall allows, for the fewest false candidates.
"""

from typing import Final, NamedTuple

# Below this threshold, 128 slots in bands of one row miss more than .005 of the pairs at the threshold, and
# nearly all pairs would be compared.
LEAST_THRESHOLD: Final = 0.05


class Bands(NamedTuple):
    """How a signature is split: into `number` bands of `rows` slots; the remaining slots are not used."""

    number: int
    rows: int

    def recall(self, similarity: float) -> float:
        """Return the share of the pairs with this similarity that become candidates."""
        return float(1 - (1 - similarity**self.rows) ** self.number)


def bands_for(threshold: float, slots: int, recall: float) -> Bands:
    """Return the bands with the most rows that find `recall` of the pairs exactly at the threshold.

    Raises `ValueError` for a threshold that is too low for signatures with this number of slots.
    """
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise ValueError(
            f"threshold is a Jaccard similarity from {LEAST_THRESHOLD} to 1, not {threshold}; below that, "
            "nearly all pairs would have to be compared"
        )
    for rows in range(slots, 0, -1):
        bands = Bands(slots // rows, rows)
        if bands.recall(threshold) >= recall:
            return bands
    raise ValueError(
        f"{slots} slots cannot find {recall} of the pairs at threshold {threshold}: use more slots, or "
        "ask for less recall"
    )
