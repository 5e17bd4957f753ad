"""Segments to words: one pass over the bytes of a batch.

A word is a maximal run of letters, marks and digits, case folded; in scripts that are
written without spaces every character is a word (contracts, "Measures"). The same pass
counts characters by class, which is most of what there is to know of a line's shape.
"""

import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.records import Batch, Bytes, Number, Words
from detector.text import characters as chars
from detector.text.characters import Characters
from detector.text.reading import class_of, decode, read

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
def mix(key: Number, code: Number) -> Number:
    """Add one code point to a word's key."""
    return (key ^ np.uint64(code)) * MIX


@inlined
def mix_folded(key: Number, code: Number, table: Characters) -> Number:
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
def finish(key: Number) -> Number:
    """Spread a word's key over all 64 bits."""
    key ^= key >> np.uint64(32)
    key *= SEED
    return key ^ (key >> np.uint64(29))


@inlined
def _ascii_run(
    data: Bytes, at: Number, end: Number, key: Number, counts: NDArray[np.int32]
) -> tuple[Number, Number, Number]:
    """Read ASCII letters and digits from `at` on: most of all text goes through this loop."""
    begin, shape, uppers, digits = at, np.uint16(0), 0, 0
    info: Number = ASCII[data[at]]
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
def _close(words: Words, number: Number, key: Number, span: tuple[Number, Number], shape: Number) -> Number:
    """Write one word; return the next word's number."""
    words.key[number], words.start[number], words.end[number] = finish(key), span[0], span[1]
    words.shape[number] = shape
    return number + 1


@inlined
def _segment_words(
    data: Bytes,
    span: tuple[Number, Number],
    words: Words,
    number: Number,
    table: Characters,
    counts: NDArray[np.int32],
) -> Number:
    """Write the words of one segment from word `number` on; return the next number."""
    at, end = span
    begin: Number = -1
    shape: Number = np.uint8(0)
    key = SEED
    while at < end:
        if ASCII[data[at]] & IN_WORD:
            if begin < 0:
                begin, key = at, SEED
                shape = np.uint8(FIRST_UPPER if (ASCII[data[at]] >> UPPER_BIT) & 1 else 0)
            at, key, run_shape = _ascii_run(data, at, end, key, counts)
            shape |= run_shape
            continue
        code, kind, length = read(data, at, table)
        counts[kind] += 1
        if chars.LETTER <= kind <= chars.DIGIT:
            if begin < 0:
                begin, key, shape = at, SEED, np.uint8(FIRST_UPPER if kind == chars.UPPER else 0)
            key = mix_folded(key, code, table)
            shape |= SHAPE_OF_CLASS[kind]
        else:
            if begin >= 0:
                number, begin = _close(words, number, key, (begin, at), shape), -1
            if kind == chars.SINGLE:
                key = mix_folded(SEED, code, table)
                number = _close(words, number, key, (at, at + length), np.uint8(IS_SINGLE))
        at += length
    return _close(words, number, key, (begin, end), shape) if begin >= 0 else number


@inlined
def _edge_classes(data: Bytes, start: Number, end: Number, table: Characters) -> tuple[Number, Number]:
    """Return the classes of the first and the last character that is not white space."""
    first = last = np.uint8(chars.SPACE)
    at = start
    while at < end and first == chars.SPACE:
        _, first, length = read(data, at, table)
        at += length
    at = end
    while at > start and last == chars.SPACE:
        at -= 1
        while at > start and data[at] & 0xC0 == 0x80:
            at -= 1
        _, last, _ = read(data, at, table)
    return first, last


@kernel
def _all_words(batch: Batch, table: Characters, words: Words) -> int:
    """Fill `words` for all segments; return the number of words."""
    number = 0
    for segment in range(batch.segment_start.size):
        words.segment_word[segment] = number
        start, end = batch.segment_start[segment], batch.segment_end[segment]
        number = _segment_words(batch.data, (start, end), words, number, table, words.counts[segment])
        words.edges[segment] = _edge_classes(batch.data, start, end, table)
    words.segment_word[batch.segment_start.size] = number
    return number


@kernel
def _may_compose(data: Bytes, table: Characters) -> bool:
    """Tell whether any character is one that NFC might change (a superset of those it does)."""
    at = 0
    while at < data.size:
        if data[at] < 0x80:
            at += 1
            continue
        code, length = decode(data, at)
        if class_of(code, table) & np.uint8(chars.MAY_COMPOSE):
            return True
        at += length
    return False


def word_key(word: str) -> int:
    """Return the key of one word, folded already, in plain Python (the reference)."""
    key, mask = int(SEED), (1 << 64) - 1
    for char in word:
        key = ((key ^ ord(char)) * int(MIX)) & mask
    key ^= key >> 32
    key = (key * int(SEED)) & mask
    return key ^ (key >> 29)


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
    number = _all_words(batch, chars.characters(), words)
    words = words._replace(
        key=words.key[:number], start=words.start[:number], end=words.end[:number], shape=words.shape[:number]
    )
    _normalise(batch, words)
    return words


def _normalise(batch: Batch, words: Words) -> None:
    """Give words that are not in NFC the keys of their normal form: few pages have any."""
    if not batch.segment_start.size or not _may_compose(batch.data, chars.characters()):
        return
    for page, start in enumerate(batch.line_start[batch.page_line[:-1].clip(max=batch.line_start.size - 1)]):
        last_line = int(batch.page_line[page + 1]) - 1
        if last_line < batch.page_line[page]:
            continue
        text = bytes(batch.data[int(start) : int(batch.line_end[last_line])]).decode("utf-8", "surrogatepass")
        if unicodedata.is_normalized("NFC", text):
            continue
        rows = batch.line_segment[batch.page_line[page : page + 2]]
        for number in range(int(words.segment_word[rows[0]]), int(words.segment_word[rows[1]])):
            word = bytes(batch.data[int(words.start[number]) : int(words.end[number])]).decode()
            if not unicodedata.is_normalized("NFC", word):
                words.key[number] = word_key(unicodedata.normalize("NFC", word).casefold())
