"""Texts to shingles: case-folded words, joined by one space, `size` at a time.

A word is a maximal run of letters, marks and digits, or one character of a script that
is written without spaces; so a text in such a script gets character shingles without
being told. A text with fewer words than `size` has one shingle, all of it; a text
without words has none (contracts, "MinHash").

`reference_shingles` is the definition in plain Python. The kernels here and in
`minhash` are tested against it, and it is what to feed to `datasketch` for signatures
equal to ours.
"""

import unicodedata
from typing import Final, NamedTuple

import numpy as np

from detector.compiled import inlined
from detector.loads import load32, load64, ones, spaces32, store16, store32, store64, trailing_zeros
from detector.records import Bytes, Integers, Number
from detector.text import characters as chars
from detector.text.characters import Characters, character_class
from detector.text.reading import class_of, decode, read

SPACE: Final = 32
# Eight bytes are folded together. In each of these numbers all eight bytes are alike.
HIGH_BITS: Final = np.uint64(0x8080808080808080)
LOW_BITS: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
SPACES: Final = np.uint64(0x2020202020202020)
# Added to an ASCII byte, they set its high bit from this character on.
FROM_A: Final = np.uint64((0x80 - ord("a")) * 0x0101010101010101)
BEHIND_Z: Final = np.uint64((0x7F - ord("z")) * 0x0101010101010101)
FROM_0: Final = np.uint64((0x80 - ord("0")) * 0x0101010101010101)
BEHIND_9: Final = np.uint64((0x7F - ord("9")) * 0x0101010101010101)


def reference_words(text: str) -> list[str]:
    """Return the words of a text, normalised to NFC and case folded."""
    words: list[str] = []
    open_word = ""
    for char in unicodedata.normalize("NFC", text) + " ":
        kind = character_class(ord(char)) & chars.CLASS_BITS
        if chars.LETTER <= kind <= chars.DIGIT:
            open_word += char.casefold()
            continue
        if open_word:
            words.append(open_word)
            open_word = ""
        if kind == chars.SINGLE:
            words.append(char.casefold())
    return words


def reference_shingles(text: str, size: int = 5) -> set[bytes]:
    """Return the set of shingles of a text, as the bytes that are hashed."""
    words = reference_words(text)
    count = max(len(words) - size + 1, min(len(words), 1))
    return {" ".join(words[at : at + size]).encode() for at in range(count)}


@inlined
def _write_code(code: Number, folded: Bytes, at: Number) -> Number:
    """Write a code point as UTF-8; return the next position."""
    if code < 0x80:
        folded[at] = code
        return at + 1
    if code < 0x800:
        folded[at], folded[at + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return at + 2
    if code < 0x10000:
        folded[at], folded[at + 1] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F
        folded[at + 2] = 0x80 | code & 0x3F
        return at + 3
    folded[at], folded[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    folded[at + 2], folded[at + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return at + 4


@inlined
def _write_folded(code: Number, table: Characters, folded: Bytes, at: Number) -> Number:
    """Write a code point case folded; return the next position."""
    block = np.int64(table.fold_block[code >> np.uint32(chars.BLOCK_SHIFT)])
    fold = table.fold_cell[(block << chars.BLOCK_SHIFT) | np.int64(code & np.uint32(chars.BLOCK_SIZE - 1))]
    if fold < chars.EXPANDS:
        return _write_code(np.int64(code) + fold, folded, at)
    for part in table.expansion[fold - chars.EXPANDS]:
        if part:
            at = _write_code(np.int64(part), folded, at)
    return at


# Four characters of two bytes together: what their bytes begin with, and what they hold.
LEAD_BITS: Final = np.uint64(0xC0E0C0E0C0E0C0E0)
LEADS: Final = np.uint64(0x80C080C080C080C0)
LOW_FIVE: Final = np.uint64(0x001F001F001F001F)
LOW_SIX: Final = np.uint64(0x003F003F003F003F)
CODE: Final = np.uint64(0x7FF)


class _At(NamedTuple):
    """How far a text is folded: bytes read and written, and 1 inside a word, else 0."""

    read: Number
    written: Number
    in_word: Number


@inlined
def _ascii_folded(eight: Number, size: Number, folded: Bytes, at: _At) -> _At:
    """Fold the first `size` of eight bytes, which are ASCII, as far as no space would follow another."""
    lower = eight | SPACES
    letter = (lower + FROM_A) & ~(lower + BEHIND_Z)
    digit = (eight + FROM_0) & ~(eight + BEHIND_9)
    word = (letter | digit) & HIGH_BITS
    mask = (word << np.uint64(1)) - (word >> np.uint64(7))
    store64(folded, at.written, (lower & mask) | (SPACES & ~mask))
    gap = ~word & HIGH_BITS & (~np.uint64(0) >> np.uint64(64 - 8 * size))
    before = np.uint64(0x80) if at.in_word == 0 else np.uint64(0)
    more = gap & (gap << np.uint64(8) | before)  # what is no word, behind what is none either
    if more:
        kept = trailing_zeros(more) >> 3
        left_out = trailing_zeros(~(gap >> np.uint64(8 * kept)) & HIGH_BITS) >> 3
        return _At(at.read + kept + left_out, at.written + kept, np.int64(0))
    in_word = np.int64(word >> np.uint64(8 * size - 1) & np.uint64(1))
    return _At(at.read + size, at.written + size, in_word)


@inlined
def _four_folded(eight: Number, table: Characters) -> Number:
    """Return four two-byte letters folded; 0 if the eight bytes are anything else."""
    if eight & LEAD_BITS != LEADS:
        return np.uint64(0)
    code = (eight & LOW_FIVE) << np.uint64(6) | (eight >> np.uint64(8) & LOW_SIX)
    one = np.uint64(table.two_bytes[np.int64(code & CODE)])
    two = np.uint64(table.two_bytes[np.int64(code >> np.uint64(16) & CODE)])
    three = np.uint64(table.two_bytes[np.int64(code >> np.uint64(32) & CODE)])
    four = np.uint64(table.two_bytes[np.int64(code >> np.uint64(48) & CODE)])
    if one == 0 or two == 0 or three == 0 or four == 0:
        return np.uint64(0)
    return one | two << np.uint64(16) | three << np.uint64(32) | four << np.uint64(48)


@inlined
def _two_byte_words(data: Bytes, end: Number, table: Characters, folded: Bytes, at: _At) -> _At:
    """Fold words of two-byte letters, as of Greek and Cyrillic, as far as they go."""
    read, written, in_word = at
    while read < end and 0xC2 <= data[read] < 0xE0:
        if read + 8 <= end and written + 8 <= folded.size:
            four = _four_folded(load64(data, read), table)
            if four:
                store64(folded, written, four)
                read, written, in_word = read + 8, written + 8, 1
                continue
        code = (np.int64(data[read]) & 0x1F) << 6 | np.int64(data[read + 1]) & 0x3F
        encoded = table.two_bytes[code]
        if not encoded:
            break
        store16(folded, written, encoded)
        read, written, in_word = read + 2, written + 2, 1
        if read < end and data[read] == SPACE:
            folded[written] = SPACE
            read, written, in_word = read + 1, written + 1, 0
    return _At(read, written, in_word)


@inlined
def _single_words(data: Bytes, end: Number, table: Characters, folded: Bytes, at: _At) -> _At:
    """Write three-byte characters that are words by themselves, as of Han, as far as they go.

    None of them folds to another (tested).
    """
    read, written, in_word = at
    while read < end and 0xE0 <= data[read] < 0xF0:
        if read + 4 > data.size or written + 5 > folded.size:
            break
        code, _ = decode(data, read)
        if class_of(code, table) & np.uint8(chars.CLASS_BITS) != chars.SINGLE:
            break
        if in_word:
            folded[written] = SPACE
            written, in_word = written + 1, 0
        character = load32(data, read) & np.uint32(0xFFFFFF)
        store32(folded, written, np.uint32(character | np.uint32(SPACE << 24)))
        read, written = read + 3, written + 4
    return _At(read, written, in_word)


@inlined
def _character_folded(data: Bytes, table: Characters, folded: Bytes, at: _At) -> _At:
    """Fold any one character."""
    code, kind, length = read(data, at.read, table)
    written, in_word = at.written, np.int64(chars.LETTER <= kind <= chars.DIGIT)
    if at.in_word and not in_word:
        folded[written] = SPACE
        written += 1
    if in_word or kind == chars.SINGLE:
        written = _write_folded(code, table, folded, written)
        if not in_word:
            folded[written] = SPACE
            written += 1
    return _At(at.read + length, written, in_word)


@inlined
def _fold(data: Bytes, span: tuple[Number, Number], table: Characters, folded: Bytes) -> Number:
    """Write the words of one text to `folded`, each followed by one space; return the bytes written."""
    at = _At(span[0], np.int64(0), np.int64(0))
    end = span[1]
    while at.read < end:
        before = at.read
        if at.read + 8 <= data.size and at.written + 8 <= folded.size:
            eight = load64(data, at.read)
            size = min(trailing_zeros(eight & HIGH_BITS) >> 3, end - at.read)
            at = (
                _ascii_folded(eight, size, folded, at)
                if size
                else _two_byte_words(data, end, table, folded, at)
            )
        if at.read == before:
            at = _character_folded(data, table, folded, at)
    if at.in_word:
        folded[at.written] = SPACE
        return at.written + 1
    return at.written


@inlined
def _find_words(folded: Bytes, written: Number, word_start: Integers) -> Number:
    """Write where each word begins, and behind the last where the next would; return their number."""
    words, at = np.int64(0), np.int64(0)
    word_start[0] = 0
    while at + 32 <= written and words + 17 <= word_start.size:
        spaces = spaces32(folded, at)
        count = ones(spaces)
        # Four are written without asking, since most often there are four or five.
        for number in range(1, 5):
            word_start[words + number] = at + 1 + trailing_zeros(spaces)
            spaces &= spaces - np.uint64(1)
        for number in range(5, count + 1):
            word_start[words + number] = at + 1 + trailing_zeros(spaces)
            spaces &= spaces - np.uint64(1)
        words += count
        at += 32
    while at < written:
        if folded[at] == SPACE:
            words += 1
            word_start[words] = at + 1
        at += 1
    return words


@inlined
def fold_words(
    data: Bytes, span: tuple[Number, Number], table: Characters, folded: Bytes, word_start: Integers
) -> Number:
    """Write the words of one text to `folded`, each followed by one space.

    Returns the number of words. `word_start` receives where each begins, and behind the
    last where the next would; case folding may make a text up to 3 times as long. The
    text is folded first and its words found after: both go eight bytes at a time.
    """
    return _find_words(folded, _fold(data, span, table, folded), word_start)
