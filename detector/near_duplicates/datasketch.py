"""Signatures to datasketch and back, and sketches of datasketch in our index.

The import takes half a second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.duplicate_settings import DuplicateSettings
from detector.errors import SettingsError
from detector.extras import need
from detector.near_duplicates.index.index import DuplicateIndex, Match
from detector.near_duplicates.minhash.signatures import Signatures

need("datasketch", "datasketch", "converting signatures")

from datasketch import LeanMinHash, MinHash  # noqa: E402  (after the word on how to get it)

SCHEME: Final = "affine32"
SEED: Final = 1
# The words of sketches are compared as they are, one by one.
SKETCH_SETTINGS: Final = DuplicateSettings(shingle=1, masked=False, equal_forms=False)
# Digits as letters: numbers in a text may be masked, but words of letters never are.
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def to_datasketch(signatures: NDArray[Any]) -> list[LeanMinHash]:
    """Return a `LeanMinHash` for each row of uint32 (texts, slots) signatures.

    They are comparable with those of datasketch with scheme "affine32", seed 1 and 32-bit xxHash (seed 0) as
    hash function, but not with SHA-1 sketches. Raises `ValueError` for signatures of 8 bits a slot, because
    datasketch needs 32.
    """
    if signatures.dtype != np.uint32:
        raise ValueError(
            f"datasketch needs 32 bits per slot, not {signatures.dtype}: make the signatures with bits=32"
        )
    return [LeanMinHash(seed=SEED, hashvalues=row, scheme=SCHEME) for row in signatures]


def from_datasketch(sketches: Iterable[MinHash | LeanMinHash]) -> Signatures:
    """Return uint32 (texts, slots): the signatures of datasketch's `MinHash` or `LeanMinHash` objects.

    Raises `ValueError` if scheme, seed or slots differ from ours. The hash function cannot be read from a
    sketch:
    it must be 32-bit xxHash with seed 0.
    """
    found: Sequence[Any] = list(sketches)
    for number, sketch in enumerate(found):
        if (sketch.scheme, sketch.seed) != (SCHEME, SEED):
            raise ValueError(
                f"sketch {number} has scheme {sketch.scheme!r} and seed {sketch.seed}, and only "
                f"{SCHEME!r} with seed {SEED} is comparable: make it again with these"
            )
        if len(sketch.hashvalues) != len(found[0].hashvalues):
            raise ValueError(f"sketch {number} has another number of slots than the first")
    rows = [np.asarray(sketch.hashvalues, np.uint32) for sketch in found]
    return np.stack(rows) if rows else np.zeros((0, 0), np.uint32)


class SketchIndex:
    """An index on disk for sketches of datasketch.

    They may have any scheme, seed and hash function, as long as all have the same.

        index = SketchIndex.create(Path("seen"), threshold=0.8)
        index.match([("a", minhash), ("b", other)], add=True)

    A sketch is stored as a text whose words are its slots. So it has the guarantees of a `DuplicateIndex`:
    changes are atomic, and no pair that agrees in enough slots is missed by the bands.

    Parameters
    ----------
    index : DuplicateIndex
        An index made by `create`.
    """

    def __init__(self, index: DuplicateIndex) -> None:
        self.index = index

    @classmethod
    def create(cls, folder: Path, threshold: float = 0.8) -> "SketchIndex":
        """Create an empty index; raises `SettingsError` if the folder is not empty.

        threshold: the least estimated Jaccard similarity of a match
        """
        return cls(DuplicateIndex.create(folder, _of_words(threshold), SKETCH_SETTINGS))

    @classmethod
    def open(cls, folder: Path) -> "SketchIndex":
        """Open an index; raises `ModelFormatError` if it is damaged, `SettingsError` if it has texts."""
        index = DuplicateIndex.open(folder, SKETCH_SETTINGS)
        if index.settings.shingle != SKETCH_SETTINGS.shingle:
            raise SettingsError(f"{folder} is an index of texts, not of sketches: use DuplicateIndex")
        return cls(index)

    def __len__(self) -> int:
        return len(self.index)

    def match(self, sketches: Iterable[tuple[str, MinHash | LeanMinHash]], add: bool = False) -> list[Match]:
        """Find the most similar earlier sketch of each new one, and add the new ones if requested.

        Returns
        -------
        list of Match
            One for each sketch, in order; `similarity` is the estimate of datasketch's `jaccard`.
        """
        found = self.index.match(((name, sketch_text(sketch)) for name, sketch in sketches), add)
        return [replace(match, similarity=_of_slots(match.similarity)) for match in found]


def sketch_text(sketch: MinHash | LeanMinHash) -> str:
    """Return a sketch as a text with a word for each slot: its number and its value, as letters."""
    values = (f"{slot:03x}{int(value):x}" for slot, value in enumerate(sketch.hashvalues))
    return " ".join(values).translate(_LETTERS)


def _of_words(similarity: float) -> float:
    """Return the Jaccard similarity of the words of two sketches that agree in this share of slots."""
    return similarity / (2 - similarity)


def _of_slots(similarity: float) -> float:
    """Return the share of slots in which two sketches agree, from the Jaccard similarity of their words."""
    return 2 * similarity / (1 + similarity)
