"""How typical the words and phrases of a line are of boilerplate: a linear model over hashed n-grams.

Words, pairs of words, the whole line, and its first and last two words are hashed to buckets. The weight of a
bucket, from logistic regression, says how much the n-gram points to boilerplate (positive) or to main content
(negative). The sum is divided by the square root of the number of n-grams, so that length alone has little
effect. Wang and Manning (2012) found bigrams with a linear model hard to beat on short texts. The kernel is
kernels/features/phrases.h.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.records import Floats, Integers, Words

BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS
KNOWN_BITS: Final = 20
# The multiplier that chooses the bit of a word in `PhraseWeights.known`.
KNOWN_MIX: Final = np.uint64(0xC2B2AE3D27D4EB4F)


class PhraseWeights(NamedTuple):
    """The weights of n-grams.

    bucket: float32 (2^18,), log-odds of boilerplate; bias: float32 (1,)
    known: uint64 (2^14,), a bit for each of 2^20 hashes of words: whether it was on at least three
    training pages
    """

    bucket: Floats
    bias: Floats
    known: NDArray[np.uint64]


def ngram_buckets(words: Words) -> tuple[Integers, NDArray[np.int32]]:
    """Return the n-grams of every segment, for training.

    Returns
    -------
    start : ndarray of int64, (S + 1,)
        Where the buckets of each segment begin.
    buckets : ndarray of int32
        Words, then pairs, then those of the whole line.
    """
    n_segments = words.segment_word.size - 1
    start = np.empty(n_segments + 1, np.int64)
    buckets = np.empty(2 * words.key.size + 4 * n_segments, np.int32)
    number = native.run("ngram_buckets", words, start, buckets)
    return start, buckets[:number]
