"""MinHash signatures, bit-identical to `datasketch` 2.0 (scheme "affine32").

A shingle is hashed by 32-bit xxHash (seed 0), mixed by MurmurHash3's finaliser, and
sent through affine permutations `a * h + b mod 2^32`; a slot keeps the smallest value
(Broder 1997, "On the resemblance and containment of documents"). Everything is done in
one pass over a text's bytes: making shingles as Python objects would cost more than
hashing them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.near_duplicates.minhash.shingles import fold_words
from detector.near_duplicates.minhash.xxhash import (
    READ_AHEAD,
    Tails,
    begin_hash,
    finalised,
    finish_hashes,
    room_for_tails,
    xxhash32,
)
from detector.records import Bytes, Integers, Number
from detector.text.characters import Characters, characters

Signatures = NDArray[np.uint32]  # (texts, slots)

SLOTS: Final = 128
EMPTY: Final = np.uint32(0xFFFFFFFF)

TEXTS_TOGETHER: Final = 256
# Shingles that pass over a signature together: its slots are loaded and stored once for all.
TOGETHER: Final = 8


@lru_cache(maxsize=8)
def permutations(slots: int = SLOTS, seed: int = 1) -> NDArray[np.uint32]:
    """Return uint32 (2, slots): the factors and offsets that `datasketch` draws."""
    generator = np.random.RandomState(seed)
    factors = generator.randint(0, 1 << 31, slots, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.array([factors, generator.randint(0, 1 << 32, slots, dtype=np.uint32)])


@inlined
def _shingle(folded: Bytes, word_start: Integers, span: tuple[Number, Number], first: Number) -> Number:
    """Return the mixed hash of the shingle that begins at word `first`; span: words, size."""
    words, size = span
    return finalised(xxhash32(folded, word_start[first], word_start[min(first + size, words)] - 1))


@inlined
def _slot(factor: Number, offset: Number, one: Number, two: Number) -> Number:
    """Return the smaller of two shingles' values in a slot."""
    first = np.uint32(np.uint32(factor * one) + offset)
    return min(first, np.uint32(np.uint32(factor * two) + offset))


@inlined
def update(slots: NDArray[np.uint32], hashed: tuple[Number, ...], permutation: NDArray[np.uint32]) -> None:
    """Let the mixed hashes of eight shingles into a signature."""
    for slot in range(slots.size):
        factor, offset = permutation[0, slot], permutation[1, slot]
        least = min(slots[slot], _slot(factor, offset, hashed[0], hashed[1]))
        least = min(least, _slot(factor, offset, hashed[2], hashed[3]))
        least = min(least, _slot(factor, offset, hashed[4], hashed[5]))
        slots[slot] = min(least, _slot(factor, offset, hashed[6], hashed[7]))


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
    span, last = (words, size), max(words - size, 0)
    for first in range(0, last + 1, TOGETHER):
        # Behind the last shingle it is taken again: that changes no minimum.
        one = _shingle(folded, word_start, span, first)
        two = _shingle(folded, word_start, span, min(first + 1, last))
        three = _shingle(folded, word_start, span, min(first + 2, last))
        four = _shingle(folded, word_start, span, min(first + 3, last))
        five = _shingle(folded, word_start, span, min(first + 4, last))
        six = _shingle(folded, word_start, span, min(first + 5, last))
        seven = _shingle(folded, word_start, span, min(first + 6, last))
        eight = _shingle(folded, word_start, span, min(first + 7, last))
        update(slots, (one, two, three, four, five, six, seven, eight), permutation)


@inlined
def sign_long(
    folded: Bytes,
    word_start: Integers,
    span: tuple[Number, Number],
    permutation: NDArray[np.uint32],
    slots: NDArray[np.uint32],
    tails: Tails,
) -> None:
    """Do what `sign` does, faster for texts of many words; span: words, size of a shingle.

    `tails` must have room for a hash a word and seven more, `folded` for `READ_AHEAD` bytes
    behind the last word.
    """
    words, size = span
    if words == 0:
        return
    count = max(words - size, 0) + 1
    for first in range(count):
        end = word_start[min(first + size, words)] - 1
        begin_hash(folded, (word_start[first], end), tails, first)
    finish_hashes(tails, count)
    value = tails.value
    for number in range(count, count + TOGETHER - 1):
        value[number] = value[count - 1]  # taken again: that changes no minimum
    for at in range(0, count, TOGETHER):
        one, two, three, four = value[at], value[at + 1], value[at + 2], value[at + 3]
        five, six, seven, eight = value[at + 4], value[at + 5], value[at + 6], value[at + 7]
        update(slots, (one, two, three, four, five, six, seven, eight), permutation)


@kernel
def _sign_all(
    data: Bytes,
    text_start: Integers,
    table: Characters,
    size: int,
    permutation: NDArray[np.uint32],
    scratch: tuple[Bytes, Integers, Tails, Signatures],
) -> None:
    folded, word_start, tails, signatures = scratch
    for text in range(text_start.size - 1):
        words = fold_words(data, (text_start[text], text_start[text + 1]), table, folded, word_start)
        sign_long(folded, word_start, (words, size), permutation, signatures[text], tails)


def signatures_of(texts: Sequence[bytes], size: int = 5, slots: int = SLOTS, bits: int = 32) -> NDArray[Any]:
    """Return uint32 (texts, slots): the signatures of UTF-8 texts in NFC.

    With `bits` 8 it is uint8, the low byte of each slot: a quarter of the size, for a share
    of 1/256 more of slots that agree by accident. datasketch cannot take those.
    """
    if bits not in (8, 32):
        raise ValueError(f"a slot has 8 or 32 bits, not {bits}")
    longest = max(map(len, texts), default=0)
    room = (
        np.empty(3 * longest + READ_AHEAD, np.uint8),
        np.empty(longest + READ_AHEAD, np.int64),
        room_for_tails(longest + TOGETHER),
    )
    signatures = np.full((len(texts), slots), EMPTY, np.uint32)
    for first in range(0, len(texts), TEXTS_TOGETHER):  # few enough for the processor's cache
        some = texts[first : first + TEXTS_TOGETHER]
        text_start = np.cumsum([0, *map(len, some)], dtype=np.int64)
        data: Bytes = np.frombuffer(b"".join(some), np.uint8)
        part = signatures[first : first + TEXTS_TOGETHER]
        _sign_all(data, text_start, characters(), size, permutations(slots), (*room, part))
    return signatures if bits == 32 else signatures.astype(np.uint8)
