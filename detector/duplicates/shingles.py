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
from typing import Final

import numpy as np

from detector.compiled import inlined
from detector.lines import characters as chars
from detector.lines.characters import Characters, character_class
from detector.lines.reading import read
from detector.lines.words import ASCII, IN_WORD
from detector.records import Bytes, Integers, Number

SPACE: Final = 32


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


@inlined
def fold_words(
    data: Bytes, span: tuple[Number, Number], table: Characters, folded: Bytes, word_start: Integers
) -> Number:
    """Write the words of one text to `folded`, each followed by one space.

    Returns the number of words. `word_start` receives where each begins, and behind the
    last where the next would; case folding may make a text up to 3 times as long.
    """
    at, end = span
    written, words, in_word = 0, 0, False
    while at < end:
        info: Number = ASCII[data[at]]
        if info & IN_WORD:
            if not in_word:
                word_start[words] = written
                in_word = True
            while info & IN_WORD:
                folded[written] = info & np.uint16(0xFF)
                written += 1
                at += 1
                info = ASCII[data[at]] if at < end else np.uint16(0)
            continue
        code, kind, length = read(data, at, table)
        part_of_word = chars.LETTER <= kind <= chars.DIGIT
        if in_word and not part_of_word:
            folded[written] = SPACE
            written, words, in_word = written + 1, words + 1, False
        if part_of_word or kind == chars.SINGLE:
            if not in_word:
                word_start[words] = written
            written = _write_folded(code, table, folded, written)
            in_word = part_of_word
            if not part_of_word:
                folded[written] = SPACE
                written, words = written + 1, words + 1
        at += length
    if in_word:
        folded[written] = SPACE
        written, words = written + 1, words + 1
    word_start[words] = written
    return words
