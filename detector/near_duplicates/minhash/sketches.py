"""From texts to the data that finds candidates: a digest, the number of shingles, and a key for each band.

One pass over the bytes (kernels/near_duplicates/minhash.cpp). The signature itself is discarded once its
band keys are known, which are a sixth of its size.
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
    """The sketches of n texts; rows are positions.

    digest: uint64 (n, 2), equal for equal words in the same order (texts without words: for equal
        bytes); two other texts have the same one with a probability of 2^-128
    words: int32 (n,)
    shingles: int32 (n,), words minus `size` - 1, an upper bound for the shingles of a text; 0 if it is
    shorter
    length: int64 (n,), bytes of UTF-8
    keys: uint32 (n, bands), of texts with shingles
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
