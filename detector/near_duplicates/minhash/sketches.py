"""Texts to what finds candidates: a digest, the number of shingles, and a key for each band.

One pass over the bytes (kernels/near_duplicates/minhash.cpp). A signature itself is gone once its
band keys are known: they are a sixth of it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.near_duplicates.lsh.bands import Bands
from detector.near_duplicates.minhash.permutations import permutations
from detector.near_duplicates.texts import Spans
from detector.records import Integers
from detector.settings import DuplicateSettings


class Sketches(NamedTuple):
    """Of n texts; rows are positions.

    digest: uint64 (n, 2), equal for equal words in the same order (texts without words: for equal
        bytes); two other texts share one with a chance of 2^-128
    words: int32 (n,)
    shingles: int32 (n,), words less `size` - 1: no text has more shingles; 0 if it is shorter
    length: int64 (n,), bytes of UTF-8
    keys: uint32 (n, bands), of those that have shingles
    """

    digest: NDArray[np.uint64]
    words: NDArray[np.int32]
    shingles: NDArray[np.int32]
    length: Integers
    keys: NDArray[np.uint32]


def sketch(spans: Spans, settings: DuplicateSettings, bands: Bands, sketches: Sketches, first: int) -> None:
    """Write the sketches of a batch of texts into rows from `first` on."""
    signature = (settings.shingle, settings.folding, permutations(settings.slots), bands.rows)
    native.run("sketch_texts", spans, signature, first, sketches)
