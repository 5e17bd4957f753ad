"""Segments to words, and words to the keys of lines."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np

from detector.text.characters import (
    BLOCK_SIZE,
    CLASS_BITS,
    DIGIT,
    LETTER,
    OTHER,
    SINGLE,
    TABLE_FILE,
    UPPER,
    comparable,
)
from detector.text.decoding import utf8
from detector.text.keys import ANY_NUMBER
from detector.text.words import FIRST_UPPER, HAS_DIGIT, HAS_LOWER, HAS_UPPER, IS_SINGLE, word_key

MASK = (1 << 64) - 1
ANY_NAME = 11


class Word(NamedTuple):
    """A word, its bytes in the segment, and its shape."""

    text: str
    start: int
    end: int
    shape: int

    @property
    def key(self) -> int:
        return word_key(unicodedata.normalize("NFC", self.text).casefold())

    @property
    def comparable_key(self) -> int:
        return self.key if self.text.isascii() else word_key(comparable(self.text))

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def is_single(self) -> bool:
        return bool(self.shape & IS_SINGLE)

    @property
    def has_digit(self) -> bool:
        return bool(self.shape & HAS_DIGIT)


@cache
def all_classes() -> bytes:
    """Return the class of every code point, in the Unicode version that the core was built from.

    `test_the_table_is_that_of_unicodedata` compares them with `unicodedata`, on a Python of that version.
    """
    with np.load(TABLE_FILE) as stored:
        cells = stored["cell"].reshape(-1, BLOCK_SIZE)[stored["block"]]
    return (cells & CLASS_BITS).astype(np.uint8).tobytes()


@cache
def newer_characters() -> str:
    """Return the characters that this Python knows and the core does not, because its Unicode is older."""
    unassigned = (chr(code) for code, kind in enumerate(all_classes()) if kind == OTHER)
    return "".join(char for char in unassigned if unicodedata.category(char)[0] != "C")


def classes_of(text: str) -> list[int]:
    """Return the class of every character."""
    classes = all_classes()
    return [classes[ord(char)] for char in text]


def words_of(segment: str) -> list[Word]:
    """Return the words of a segment: runs of letters, marks and digits; and single characters."""
    kinds = "".join(map(str, classes_of(segment)))
    return [
        Word(
            segment[match.start() : match.end()],
            len(utf8(segment[: match.start()])),
            len(utf8(segment[: match.end()])),
            shape_of(match[0]),
        )
        for match in re.finditer("[2-5]+|6", kinds)
    ]


def shape_of(kinds: str) -> int:
    """Return the shape of a word with characters of these classes."""
    bits = {str(UPPER): HAS_UPPER, str(DIGIT): HAS_DIGIT, str(LETTER): HAS_LOWER, str(SINGLE): IS_SINGLE}
    return sum(bits.get(kind, 0) for kind in set(kinds)) + FIRST_UPPER * (kinds[0] == str(UPPER))


def size_of(words: list[Word]) -> float:
    """Return how many words there are; a character of a script without spaces counts 0.6."""
    singles = sum(word.is_single for word in words)
    return (10 * len(words) - 4 * singles) / 10


def pair_key(one: int, two: int) -> int:
    return (one * 31 & MASK) ^ (two + (one >> 17) & MASK)


def next_key(key: int, word: int) -> int:
    return pair_key(key, word) * 0xFF51AFD7ED558CCD & MASK


def line_key(words: list[Word], masked: bool = False) -> int:
    """Return the key of a line as stored in files, signed; 0 for a line without words."""
    return key_of(masked_keys(words) if masked else [word.key for word in words])


def named_line_key(words: list[Word], is_sentence: bool = False) -> int:
    """Return the key of a line with numbers and names masked; the masked one if names are not masked."""
    masked = masked_keys(words)
    named = [
        ANY_NAME if at and key != ANY_NUMBER and word.shape & FIRST_UPPER else key
        for at, (word, key) in enumerate(zip(words, masked, strict=True))
    ]
    joined = [key for at, key in enumerate(named) if not (at and key == named[at - 1] == ANY_NAME)]
    names, others = joined.count(ANY_NAME), sum(key not in (ANY_NAME, ANY_NUMBER) for key in joined)
    if len(words) > 15 or is_sentence or not names or others < 2 * names:
        return key_of(masked)
    return key_of(joined)


def masked_keys(words: list[Word]) -> list[int]:
    """Return the keys of a line's words, with numbers and dates masked."""
    if not any(word.has_digit for word in words):
        return [word.key for word in words]
    return [
        int(ANY_NUMBER) if word.has_digit or in_date(words, at) else word.key for at, word in enumerate(words)
    ]


def key_of(words: list[int]) -> int:
    """Return the key of a line from those of its words."""
    if not words:
        return 0
    key = 0x9AE16A3B2F90404F
    for word in words:
        key = next_key(key, word)
    key ^= key >> 32
    key = key * 0x2545F4914F6CDD1D & MASK
    key ^= key >> 29
    return key - (key >> 63 << 64)


def in_date(words: list[Word], at: int) -> bool:
    """Tell whether a word without digits is part of a date: "3 de mayo de 2024", "May 3, 2024"."""
    days = [word.has_digit and word.size <= 4 for word in words]
    years = [word.has_digit and word.size == 4 for word in words]
    if any(days[at + 1 : at + 2]) and any(years[at + 2 : at + 3]):
        return words[at + 1].size <= 2
    return any(
        days[before] and years[after] and not any(word.has_digit for word in words[before + 1 : after])
        for before in range(max(at - 3, 0), at)
        for after in range(at + 1, min(before + 5, len(words)))
    )
