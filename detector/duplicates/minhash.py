"""MinHash signatures, bit-identical to `datasketch` 2.0 (scheme "affine32").

A shingle is hashed by 32-bit xxHash (seed 0), mixed by MurmurHash3's finaliser, and
sent through affine permutations `a * h + b mod 2^32`; a slot keeps the smallest value
(Broder 1997, "On the resemblance and containment of documents"). Everything is done in
one pass over a text's bytes: making shingles as Python objects would cost more than
hashing them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.duplicates.shingles import fold_words
from detector.lines.characters import Characters, characters
from detector.records import Bytes, Integers, Number

Signatures = NDArray[np.uint32]  # (texts, slots)

SLOTS: Final = 128
EMPTY: Final = np.uint32(0xFFFFFFFF)

P1: Final = np.uint32(2654435761)
P2: Final = np.uint32(2246822519)
P3: Final = np.uint32(3266489917)
P4: Final = np.uint32(668265263)
P5: Final = np.uint32(374761393)


@lru_cache(maxsize=8)
def permutations(slots: int = SLOTS, seed: int = 1) -> NDArray[np.uint32]:
    """Return uint32 (2, slots): the factors and offsets that `datasketch` draws."""
    generator = np.random.RandomState(seed)
    factors = generator.randint(0, 1 << 31, slots, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.array([factors, generator.randint(0, 1 << 32, slots, dtype=np.uint32)])


@inlined
def _rotated(value: Number, bits: Number) -> Number:
    return np.uint32((value << np.uint32(bits)) | (value >> np.uint32(32 - bits)))


@inlined
def _word32(data: Bytes, at: Number) -> Number:
    """Return four bytes as a little-endian number."""
    return np.uint32(
        np.uint32(data[at])
        | np.uint32(data[at + 1]) << np.uint32(8)
        | np.uint32(data[at + 2]) << np.uint32(16)
        | np.uint32(data[at + 3]) << np.uint32(24)
    )


@inlined
def _round(lane: Number, data: Bytes, at: Number) -> Number:
    return np.uint32(_rotated(np.uint32(lane + np.uint32(_word32(data, at) * P2)), 13) * P1)


@inlined
def xxhash32(data: Bytes, start: Number, end: Number) -> Number:
    """Return 32-bit xxHash with seed 0 of `data[start:end]`.

    Every product and sum is cast back to 32 bits, because numba promotes them to 64.
    """
    at = start
    if end - start >= 16:
        one, two = np.uint32(P1 + P2), P2
        three, four = np.uint32(0), np.uint32(np.uint32(0) - P1)
        while at <= end - 16:
            one, two = _round(one, data, at), _round(two, data, at + 4)
            three, four = _round(three, data, at + 8), _round(four, data, at + 12)
            at += 16
        value = np.uint32(_rotated(one, 1) + _rotated(two, 7))
        value = np.uint32(value + _rotated(three, 12))
        value = np.uint32(value + _rotated(four, 18))
    else:
        value = P5
    value = np.uint32(value + np.uint32(end - start))
    while at <= end - 4:
        value = np.uint32(_rotated(np.uint32(value + np.uint32(_word32(data, at) * P3)), 17) * P4)
        at += 4
    while at < end:
        value = np.uint32(_rotated(np.uint32(value + np.uint32(np.uint32(data[at]) * P5)), 11) * P1)
        at += 1
    value = np.uint32((value ^ (value >> np.uint32(15))) * P2)
    value = np.uint32((value ^ (value >> np.uint32(13))) * P3)
    return np.uint32(value ^ (value >> np.uint32(16)))


@inlined
def finalised(value: Number) -> Number:
    """Return MurmurHash3's finaliser of a 32-bit hash: a fixed bijection."""
    value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@inlined
def update(slots: NDArray[np.uint32], hashed: Number, permutation: NDArray[np.uint32]) -> None:
    """Let one shingle's hash into a signature."""
    mixed = finalised(hashed)
    for slot in range(slots.size):
        value = np.uint32(np.uint32(permutation[0, slot] * mixed) + permutation[1, slot])
        slots[slot] = min(slots[slot], value)


@inlined
def sign(
    folded: Bytes,
    word_start: Integers,
    words: Number,
    size: Number,
    permutation: NDArray[np.uint32],
    slots: NDArray[np.uint32],
) -> None:
    """Write the signature of one text whose words are folded; `slots` must be `EMPTY`."""
    if words == 0:
        return
    for first in range(max(words - size + 1, 1)):
        end = word_start[min(first + size, words)] - 1
        update(slots, xxhash32(folded, word_start[first], end), permutation)


@kernel
def _sign_all(
    data: Bytes,
    text_start: Integers,
    table: Characters,
    size: int,
    permutation: NDArray[np.uint32],
    scratch: tuple[Bytes, Integers, Signatures],
) -> None:
    folded, word_start, signatures = scratch
    for text in range(text_start.size - 1):
        words = fold_words(data, (text_start[text], text_start[text + 1]), table, folded, word_start)
        sign(folded, word_start, words, size, permutation, signatures[text])


def signatures_of(texts: Sequence[bytes], size: int = 5, slots: int = SLOTS) -> Signatures:
    """Return uint32 (texts, slots): the signatures of UTF-8 texts in NFC."""
    text_start = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=text_start[1:])
    longest = int(np.diff(text_start).max(initial=0))
    scratch = (
        np.empty(3 * longest + 2, np.uint8),
        np.empty(longest + 2, np.int64),
        np.full((len(texts), slots), EMPTY, np.uint32),
    )
    data: Bytes = np.frombuffer(b"".join(texts), np.uint8)
    _sign_all(data, text_start, characters(), size, permutations(slots), scratch)
    return scratch[2]
