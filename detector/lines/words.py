"""Segments to words: one pass over the bytes of a batch.

A word is a maximal run of letters, marks and digits, case folded; in scripts that are
written without spaces every character is a word (contracts, "Measures"). The same pass
counts characters by class, which is most of what there is to know of a line's shape.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.lines import characters as chars
from detector.lines.characters import Characters
from detector.records import Batch, Words

# Word shapes (bits).
HAS_UPPER: Final = 1  # an upper case letter anywhere
HAS_DIGIT: Final = 2
FIRST_UPPER: Final = 4
IS_SINGLE: Final = 8  # one character of a script without spaces
HAS_LOWER: Final = 16

# 64-bit multiplier of Fibonacci hashing (2^64 / golden ratio, odd).
MIX: Final = np.uint64(0x9E3779B97F4A7C15)
SEED: Final = np.uint64(0x2545F4914F6CDD1D)

# What the word loop needs of each byte, in one load: the folded character in the low
# eight bits, above it the word's shape bits, and whether the byte is in a word at all.
SHAPE_SHIFT: Final = 8
UPPER_BIT: Final = 8
DIGIT_BIT: Final = 9
IN_WORD: Final = 1 << 15


def _ascii_table() -> NDArray[np.uint16]:
    table = np.zeros(256, np.uint16)
    for byte in range(128):
        char = chr(byte)
        if char.isalnum():
            shape = HAS_DIGIT if char.isdigit() else HAS_UPPER if char.isupper() else HAS_LOWER
            table[byte] = ord(char.lower()) | shape << SHAPE_SHIFT | IN_WORD
    return table


ASCII: Final = _ascii_table()
SHAPE_OF_CLASS: Final = np.array([0, 0, HAS_LOWER, HAS_UPPER, 0, HAS_DIGIT, 0, 0, 0, 0], dtype=np.uint8)


@inlined
def decode(data, at):
    """Return the code point at byte `at` (valid UTF-8, not ASCII) and its length."""
    lead = np.uint32(data[at])
    low = np.uint32(0x3F)
    if lead < 0xE0:
        return ((lead & np.uint32(0x1F)) << np.uint32(6)) | (np.uint32(data[at + 1]) & low), 2
    if lead < 0xF0:
        return (
            ((lead & np.uint32(0x0F)) << np.uint32(12))
            | ((np.uint32(data[at + 1]) & low) << np.uint32(6))
            | (np.uint32(data[at + 2]) & low)
        ), 3
    return (
        ((lead & np.uint32(0x07)) << np.uint32(18))
        | ((np.uint32(data[at + 1]) & low) << np.uint32(12))
        | ((np.uint32(data[at + 2]) & low) << np.uint32(6))
        | (np.uint32(data[at + 3]) & low)
    ), 4


@inlined
def class_of(code, table):
    """Return the class of a code point, with its flags."""
    block = np.int64(table.block[code >> np.uint32(chars.BLOCK_SHIFT)])
    return table.cell[(block << chars.BLOCK_SHIFT) | np.int64(code & np.uint32(chars.BLOCK_SIZE - 1))]


@inlined
def mix(key, code):
    """Add one code point to a word's key."""
    return (key ^ np.uint64(code)) * MIX


@inlined
def mix_folded(key, code, table):
    """Add one code point, case folded, to a word's key."""
    block = np.int64(table.fold_block[code >> np.uint32(chars.BLOCK_SHIFT)])
    fold = table.fold_cell[(block << chars.BLOCK_SHIFT) | np.int64(code & np.uint32(chars.BLOCK_SIZE - 1))]
    if fold < chars.EXPANDS:
        return mix(key, np.uint32(np.int64(code) + fold))
    for folded in table.expansion[fold - chars.EXPANDS]:
        if folded:
            key = mix(key, folded)
    return key


@inlined
def finish(key):
    """Spread a word's key over all 64 bits."""
    key ^= key >> np.uint64(32)
    key *= SEED
    return key ^ (key >> np.uint64(29))


@inlined
def _ascii_run(data, at, end, key, counts):
    """Read ASCII letters and digits from `at` on: most of all text goes through this loop."""
    begin, shape, uppers, digits = at, np.uint16(0), 0, 0
    info = ASCII[data[at]]
    while info & IN_WORD:
        key = mix(key, info & np.uint16(0xFF))
        shape |= info
        uppers += (info >> UPPER_BIT) & 1
        digits += (info >> DIGIT_BIT) & 1
        at += 1
        if at >= end:
            break
        info = ASCII[data[at]]
    counts[chars.UPPER] += uppers
    counts[chars.DIGIT] += digits
    counts[chars.LETTER] += at - begin - uppers - digits
    return at, key, np.uint8((shape >> SHAPE_SHIFT) & np.uint16(0x1F))


@inlined
def _close(words, number, key, begin, at, shape):
    """Write one word; return the next word's number."""
    words.key[number], words.start[number], words.end[number] = finish(key), begin, at
    words.shape[number] = shape
    return number + 1


@inlined
def _segment_words(data, at, end, words, number, table, counts):
    """Write the words of one segment from word `number` on; return the next number."""
    begin, key, shape = np.int64(-1), SEED, np.uint8(0)
    while at < end:
        if ASCII[data[at]] & IN_WORD:
            if begin < 0:
                begin, key = at, SEED
                shape = np.uint8(FIRST_UPPER if (ASCII[data[at]] >> UPPER_BIT) & 1 else 0)
            at, key, run_shape = _ascii_run(data, at, end, key, counts)
            shape |= run_shape
            continue
        code, length = np.uint32(data[at]), 1
        if code >= 0x80:
            code, length = decode(data, at)
        kind = class_of(code, table) & np.uint8(chars.CLASS_BITS)
        counts[kind] += 1
        if chars.LETTER <= kind <= chars.DIGIT:
            if begin < 0:
                begin, key, shape = at, SEED, np.uint8(FIRST_UPPER if kind == chars.UPPER else 0)
            key = mix_folded(key, code, table)
            shape |= SHAPE_OF_CLASS[kind]
        else:
            if begin >= 0:
                number, begin = _close(words, number, key, begin, at, shape), np.int64(-1)
            if kind == chars.SINGLE:
                key = mix_folded(SEED, code, table)
                number = _close(words, number, key, at, at + length, np.uint8(IS_SINGLE))
        at += length
    return _close(words, number, key, begin, end, shape) if begin >= 0 else number


@inlined
def _edge_classes(data, start, end, table):
    """Return the classes of the first and the last character that is not white space."""
    first = last = np.uint8(chars.SPACE)
    at = start
    while at < end and first == chars.SPACE:
        code, length = np.uint32(data[at]), 1
        if code >= 0x80:
            code, length = decode(data, at)
        first = class_of(code, table) & np.uint8(chars.CLASS_BITS)
        at += length
    at = end
    while at > start and last == chars.SPACE:
        at -= 1
        while at > start and data[at] & 0xC0 == 0x80:
            at -= 1
        code = np.uint32(data[at])
        if code >= 0x80:
            code, _ = decode(data, at)
        last = class_of(code, table) & np.uint8(chars.CLASS_BITS)
    return first, last


@kernel
def _all_words(batch, table, words):
    """Fill `words` for all segments; return the number of words."""
    number = 0
    for segment in range(batch.segment_start.size):
        words.segment_word[segment] = number
        start, end = batch.segment_start[segment], batch.segment_end[segment]
        number = _segment_words(batch.data, start, end, words, number, table, words.counts[segment])
        words.edges[segment] = _edge_classes(batch.data, start, end, table)
    words.segment_word[batch.segment_start.size] = number
    return number


def words_of(batch: Batch) -> Words:
    """Return the words of a batch; linear in its bytes."""
    n_segments = batch.segment_start.size
    # A word takes at least one byte and a separator, or two bytes of UTF-8.
    most = int((batch.segment_end - batch.segment_start + 1).sum()) // 2 + n_segments
    words = Words(
        np.empty(most, np.uint64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.uint8),
        np.empty(n_segments + 1, np.int64),
        np.zeros((n_segments, chars.N_CLASSES), np.int32),
        np.empty((n_segments, 2), np.uint8),
    )
    number = _all_words(batch, chars_table(), words)
    return words._replace(
        key=words.key[:number], start=words.start[:number], end=words.end[:number], shape=words.shape[:number]
    )


def chars_table() -> Characters:
    """Return the shipped character tables."""
    return chars.characters()
