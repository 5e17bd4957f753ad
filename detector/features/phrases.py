"""What a line's words and phrases usually are: a linear model over hashed n-grams.

Words, pairs of words, the whole line, and its first and last two words are hashed to
buckets; a bucket's weight, learned by logistic regression, says how much the n-gram
speaks for boilerplate (positive) or for main content (negative). A line's sum is
divided by the square root of its n-grams, so that length alone says little (Wang and
Manning 2012 found bigram counts with a linear model hard to beat on short texts).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.schema import PHRASES, START
from detector.records import Batch, Floats, Integers, Number, Words
from detector.text.keys import pair_key

BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS
KNOWN_BITS: Final = 20

AT: Final = START["phrases"]
WORDS_SAY, PAIRS_SAY, LINE_SAYS, PHRASES_SAY, STRONGEST, WEAKEST, KNOWN_WORDS = range(AT, AT + len(PHRASES))

# One odd multiplier for each kind of n-gram, so that kinds do not collide as a whole.
WORD: Final = np.uint64(0x9E3779B97F4A7C15)
PAIR: Final = np.uint64(0xC2B2AE3D27D4EB4F)
LINE: Final = np.uint64(0x165667B19E3779F9)
HEAD: Final = np.uint64(0x27D4EB2F165667C5)
TAIL: Final = np.uint64(0x85EBCA77C2B2AE63)
EDGE: Final = np.uint64(0xD6E8FEB86659FD93)


class PhraseWeights(NamedTuple):
    """What training learned of n-grams.

    bucket: float32 (2^18,), log-odds of boilerplate; bias: float32 (1,)
    known: uint64 (2^14,), a bit for each of 2^20 hashes of words that were seen
    on at least three training pages
    """

    bucket: Floats
    bias: Floats
    known: NDArray[np.uint64]


@inlined
def bucket_of(key: Number, kind: Number) -> Number:
    """Return the bucket of an n-gram of one kind."""
    return np.int64((key * kind) >> np.uint64(64 - BUCKET_BITS))


@inlined
def is_known(key: Number, known: NDArray[np.uint64]) -> bool:
    """Tell whether a word was seen in training."""
    bit = (key * PAIR) >> np.uint64(64 - KNOWN_BITS)
    return bool((known[np.int64(bit >> np.uint64(6))] >> (bit & np.uint64(63))) & np.uint64(1))


@inlined
def ngrams(words: Words, segment: Number, buckets: Integers) -> tuple[Number, Number]:
    """Write the buckets of a segment's n-grams: words, then pairs, then those of the line.

    Returns the number of words and of all n-grams; there are at most 2 * words + 4.
    """
    first, last = words.segment_word[segment], words.segment_word[segment + 1]
    n_words = last - first
    at, whole = 0, np.uint64(n_words)
    for number in range(first, last):
        key = words.key[number]
        buckets[at] = bucket_of(key, WORD)
        whole = pair_key(whole, key)
        at += 1
    for number in range(first, last - 1):
        buckets[at] = bucket_of(pair_key(words.key[number], words.key[number + 1]), PAIR)
        at += 1
    edges = np.uint64(words.edges[segment, 0]) * np.uint64(16) + np.uint64(words.edges[segment, 1])
    buckets[at] = bucket_of(edges + np.uint64(1) + (np.uint64(min(n_words, 8)) << np.uint64(8)), EDGE)
    at += 1
    if n_words:
        buckets[at] = bucket_of(whole, LINE)
        head, tail = words.key[first], words.key[last - 1]
        if n_words > 1:
            head, tail = pair_key(head, words.key[first + 1]), pair_key(words.key[last - 2], tail)
        buckets[at + 1], buckets[at + 2] = bucket_of(head, HEAD), bucket_of(tail, TAIL)
        at += 3
    return n_words, at


@kernel
def phrases(batch: Batch, words: Words, weights: PhraseWeights, buckets: Integers, evidence: Floats) -> None:
    """Write the phrase columns of all segments; `buckets` is room for one segment's n-grams."""
    for segment in range(batch.segment_start.size):
        row = evidence[segment]
        n_words, n_grams = ngrams(words, segment, buckets)
        sums = (np.float32(0), np.float32(0), np.float32(0))
        strongest, weakest, known = np.float32(0), np.float32(0), 0
        n_pairs = max(n_words - 1, 0)
        for at in range(n_grams):
            weight = weights.bucket[buckets[at]]
            strongest, weakest = max(strongest, weight), min(weakest, weight)
            if at < n_words:
                sums = (sums[0] + weight, sums[1], sums[2])
            elif at < n_words + n_pairs:
                sums = (sums[0], sums[1] + weight, sums[2])
            else:
                sums = (sums[0], sums[1], sums[2] + weight)
        for number in range(words.segment_word[segment], words.segment_word[segment + 1]):
            known += is_known(words.key[number], weights.known)
        scale = np.float32(1) / np.sqrt(np.float32(n_grams))
        row[WORDS_SAY], row[PAIRS_SAY], row[LINE_SAYS] = sums[0] * scale, sums[1] * scale, sums[2] * scale
        row[PHRASES_SAY] = (sums[0] + sums[1] + sums[2]) * scale + weights.bias[0]
        row[STRONGEST], row[WEAKEST] = strongest, weakest
        row[KNOWN_WORDS] = np.float32(known) / np.float32(max(n_words, 1))


@kernel
def _all_ngrams(words: Words, buckets: Integers, indptr: Integers, indices: NDArray[np.int32]) -> None:
    for segment in range(indptr.size - 1):
        _, n_grams = ngrams(words, segment, buckets)
        at = indptr[segment]
        for number in range(n_grams):
            indices[at + number] = buckets[number]
        indptr[segment + 1] = at + n_grams


def room_for_ngrams(words: Words) -> Integers:
    """Return room for the n-grams of the longest segment."""
    return np.empty(2 * int(np.diff(words.segment_word).max(initial=0)) + 4, np.int64)


def ngram_buckets(words: Words) -> tuple[Integers, NDArray[np.int32]]:
    """Return row starts (S + 1,) and buckets of every segment, as training takes them."""
    n_segments = words.segment_word.size - 1
    indptr = np.zeros(n_segments + 1, np.int64)
    indices = np.empty(2 * words.key.size + 4 * n_segments, np.int32)
    _all_ngrams(words, room_for_ngrams(words), indptr, indices)
    return indptr, indices[: indptr[-1]]
