"""Signatures to datasketch and back, and its sketches in our index. Importing it takes half a second."""

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
# Words of sketches are compared as they are, one by one.
SKETCH_SETTINGS: Final = DuplicateSettings(shingle=1, masked=False, equal_forms=False)
# Digits as letters: a number in a text may be masked, a word of letters never is.
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def to_datasketch(signatures: NDArray[Any]) -> list[LeanMinHash]:
    """Return a `LeanMinHash` for each row of uint32 (texts, slots) signatures.

    They are comparable with datasketch's own of scheme "affine32", seed 1 and a hashfunc of
    32-bit xxHash with seed 0, not with sha1 ones. Raises `ValueError` for signatures of 8
    bits a slot, which lack what datasketch needs.
    """
    if signatures.dtype != np.uint32:
        raise ValueError(
            f"datasketch needs 32 bits per slot, not {signatures.dtype}: make the signatures with bits=32"
        )
    return [LeanMinHash(seed=SEED, hashvalues=row, scheme=SCHEME) for row in signatures]


def from_datasketch(sketches: Iterable[MinHash | LeanMinHash]) -> Signatures:
    """Return uint32 (texts, slots): the signatures of datasketch's `MinHash` or `LeanMinHash` objects.

    Raises `ValueError` where scheme, seed or slots are not ours. Which hash function was
    used cannot be seen in a sketch: it must be 32-bit xxHash with seed 0.
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
    """An index on disk of datasketch's sketches: of any scheme, seed and hash function, if all have the same.

        index = SketchIndex.create(Path("seen"), threshold=0.8)
        index.match([("a", minhash), ("b", other)], add=True)

    A sketch is stored as a text whose words are its slots. So everything that holds for a `DuplicateIndex`
    holds here: nothing is written by halves, and no pair that agrees in enough slots is missed for a band.

    Parameters
    ----------
    index : DuplicateIndex
        An index that `create` made.
    """

    def __init__(self, index: DuplicateIndex) -> None:
        self.index = index

    @classmethod
    def create(cls, folder: Path, threshold: float = 0.8) -> "SketchIndex":
        """Create an empty index; raises `SettingsError` if the folder is not empty.

        threshold: the estimated Jaccard similarity from which on sketches match
        """
        return cls(DuplicateIndex.create(folder, _of_words(threshold), SKETCH_SETTINGS))

    @classmethod
    def open(cls, folder: Path) -> "SketchIndex":
        """Open an index; raises `ModelFormatError` if it is damaged, `SettingsError` if it is of texts."""
        index = DuplicateIndex.open(folder, SKETCH_SETTINGS)
        if index.settings.shingle != SKETCH_SETTINGS.shingle:
            raise SettingsError(f"{folder} is an index of texts, not of sketches: use DuplicateIndex")
        return cls(index)

    def __len__(self) -> int:
        return len(self.index)

    def match(self, sketches: Iterable[tuple[str, MinHash | LeanMinHash]], add: bool = False) -> list[Match]:
        """Find the most similar earlier sketch of each new one, and add the new ones if wanted.

        Returns
        -------
        list of Match
            One for each, in order; `similarity` is what datasketch's `jaccard` estimates.
        """
        found = self.index.match(((name, sketch_text(sketch)) for name, sketch in sketches), add)
        return [replace(match, similarity=_of_slots(match.similarity)) for match in found]


def sketch_text(sketch: MinHash | LeanMinHash) -> str:
    """Return a sketch as a text of a word for each slot, of its number and its value in letters."""
    values = (f"{slot:03x}{int(value):x}" for slot, value in enumerate(sketch.hashvalues))
    return " ".join(values).translate(_LETTERS)


def _of_words(similarity: float) -> float:
    """Return the Jaccard similarity of the words of two sketches that agree in such a share of slots."""
    return similarity / (2 - similarity)


def _of_slots(similarity: float) -> float:
    """Return the share of slots in which two sketches agree, of the Jaccard similarity of their words."""
    return 2 * similarity / (1 + similarity)
