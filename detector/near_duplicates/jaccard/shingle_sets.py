"""Hashed sets of shingles, and the Jaccard of two of them: what verification compares.

A shingle is a polynomial of 64-bit hashes of its words. Two different shingles of a pair of texts share a
hash with a chance of about m² / 2^65, m being the shingles of both: 3e-14 for two texts
of 500 words, and then the similarity is off by one shingle. The hash has no secret, so
a text can be made on purpose whose shingles collide.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.loads import load64
from detector.near_duplicates.minhash.sketches import Reading, read_words, reading_of
from detector.near_duplicates.texts import Spans
from detector.records import Bytes, Floats64, Integers, Number
from detector.settings import DuplicateSettings

Keys = NDArray[np.uint64]

MULTIPLIER: Final = np.uint64(0x9FB21C651E98DF25)
WORD_SEED: Final = np.uint64(0xA0761D6478BD642F)
# A free place in a hash table; a shingle with this hash is counted as the one with 1.
FREE: Final = np.uint64(0)


class Sets(NamedTuple):
    """The sets of some texts: uint64 `keys`, those of text i from `start[i]` to `start[i + 1]`."""

    keys: Keys
    start: Integers


@inlined
def _word_key(folded: Bytes, at: Number, end: Number) -> Number:
    """Return a hash of one folded word; up to seven bytes behind it are read, not used."""
    key = WORD_SEED ^ np.uint64(end - at)
    while at + 8 < end:
        key = (key ^ load64(folded, at)) * MULTIPLIER
        key ^= key >> np.uint64(32)
        at += 8
    rest = load64(folded, at) << np.uint64(64 - 8 * (end - at))
    key = (key ^ rest) * MULTIPLIER
    # Twice, so that the low bits, which tables go by, depend on the letters as well.
    key = (key ^ (key >> np.uint64(32))) * MULTIPLIER
    return key ^ (key >> np.uint64(29))


@inlined
def _add(key: Number, table: Keys, mask: Number) -> bool:
    """Put a key into a hash table; tell whether it was not there."""
    at = np.int64(key) & mask
    while table[at] != FREE and table[at] != key:
        at = (at + 1) & mask
    if table[at] == key:
        return False
    table[at] = key
    return True


@inlined
def _cleared(table: Keys, keys: Number) -> Number:
    """Empty as much of a hash table as so many keys need, at most half full; return its mask."""
    size = 16
    while size < 2 * keys:
        size *= 2
    table[:size] = FREE
    return size - 1


@kernel
def _write_sets(
    spans: Spans, reading: Reading, word_keys: Keys, table: Keys, keys: Keys, start: Integers
) -> None:
    """Write the different shingles of every text, in the order of the text."""
    written = 0
    for text in range(spans.start.size):
        start[text] = written
        words = read_words(spans, text, reading)
        for word in range(words):
            end = reading.word_start[word + 1] - 1
            word_keys[word] = _word_key(reading.folded, reading.word_start[word], end)
        count = max(words - reading.size + 1, 0)
        mask = _cleared(table, count)
        for first in range(count):
            key = np.uint64(0)
            for word in range(first, first + reading.size):
                key = (key + word_keys[word]) * MULTIPLIER
            key = max(key, np.uint64(1))
            if _add(key, table, mask):
                keys[written] = key
                written += 1
    start[spans.start.size] = written


def table_for(most: int) -> Keys:
    """Return a hash table for sets of up to `most` keys."""
    return np.empty(max(16, 1 << (2 * most - 1).bit_length()), np.uint64)


def shingle_sets(spans: Spans, settings: DuplicateSettings) -> Sets:
    """Return the sets of texts; those shorter than a shingle have empty ones."""
    reading = reading_of(settings, spans)
    lengths = spans.end - spans.start
    start = np.empty(lengths.size + 1, np.int64)
    # A word takes a byte and a gap at least, or is a character of three bytes.
    most = int(lengths.max(initial=0)) // 2 + 1
    keys = np.empty(int((lengths // 2 + 1).sum()), np.uint64)
    word_keys = np.empty(reading.word_start.size, np.uint64)
    _write_sets(spans, reading, word_keys, table_for(most), keys, start)
    return Sets(keys[: start[-1]], start)


@inlined
def _shared(keys: Keys, span: tuple[Number, Number], table: Keys, mask: Number, needed: Number) -> Number:
    """Return how many keys of a span are in a table; -1 as soon as fewer than `needed` can be."""
    found, left = np.int64(0), span[1] - span[0]
    for number in range(span[0], span[1]):
        key = keys[number]
        at = np.int64(key) & mask
        while table[at] != FREE and table[at] != key:
            at = (at + 1) & mask
        found += table[at] == key
        left -= 1
        if found + left < needed:
            return np.int64(-1)
    return found


@kernel
def _jaccards(
    left: Integers, right: Integers, sets: Sets, table: Keys, least: float, result: Floats64
) -> None:
    """Write the Jaccard of each pair; -1 below `least`. Equal `left` should stand together."""
    keys, start = sets
    held, mask = np.int64(-1), np.int64(0)
    for pair in range(left.size):
        one, two = left[pair], right[pair]
        size = start[one + 1] - start[one]
        other = start[two + 1] - start[two]
        needed = np.int64(np.ceil(least / (1 + least) * (size + other) - 1e-6))
        result[pair] = -1
        if min(size, other) < needed or size + other == 0:
            continue
        if one != held:
            held, mask = one, _cleared(table, size)
            for number in range(start[one], start[one + 1]):
                _add(keys[number], table, mask)
        shared = _shared(keys, (start[two], start[two + 1]), table, mask, needed)
        similarity = shared / (size + other - shared)
        if shared >= 0 and similarity >= least:
            result[pair] = similarity


def jaccards(left: Integers, right: Integers, sets: Sets, least: float) -> Floats64:
    """Return float64 (pairs,): the exact Jaccard of pairs of sets; -1 below `least`."""
    result = np.empty(left.size, np.float64)
    table = table_for(int(np.diff(sets.start).max(initial=0)))
    _jaccards(left, right, sets, table, least, result)
    return result
