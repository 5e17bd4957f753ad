"""Signatures to datasketch and back. The one file here that imports it: half a second."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.extras import need
from detector.near_duplicates.minhash.signatures import Signatures

need("datasketch", "datasketch", "converting signatures")

from datasketch import LeanMinHash, MinHash  # noqa: E402  (after the word on how to get it)

SCHEME: Final = "affine32"
SEED: Final = 1


def to_datasketch(signatures: NDArray[Any]) -> list[LeanMinHash]:
    """Return a `LeanMinHash` for each row of uint32 (texts, slots) signatures.

    They are comparable with datasketch's own of scheme "affine32", seed 1 and a hashfunc of
    32-bit xxHash with seed 0, not with sha1 ones. Raises `ValueError` for signatures of 8
    bits a slot, which lack what datasketch needs.
    """
    if signatures.dtype != np.uint32:
        raise ValueError(
            f"datasketch needs 32 bits a slot, not {signatures.dtype}: make the signatures with bits=32"
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
                f"{SCHEME!r} with seed {SEED} is comparable: make it anew with these"
            )
        if len(sketch.hashvalues) != len(found[0].hashvalues):
            raise ValueError(f"sketch {number} has another number of slots than the first")
    rows = [np.asarray(sketch.hashvalues, np.uint32) for sketch in found]
    return np.stack(rows) if rows else np.zeros((0, 0), np.uint32)
