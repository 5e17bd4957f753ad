"""From texts to MinHash signatures and sets of shingles, with numbers and dates masked."""

import numpy as np
import xxhash

from detector.near_duplicates.minhash.permutations import permutations
from detector.near_duplicates.minhash.shingles import reference_shingles, reference_words
from detector.text.characters import CLASS_BITS, DIGIT, character_class


def finalised(hashes: np.ndarray) -> np.ndarray:
    """Return MurmurHash3's finaliser of uint32 hashes."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def signature_of(text: str, size: int, slots: int) -> np.ndarray:
    """Return uint32 (slots,): the smallest permuted hash of a text's shingles, by permutation."""
    shingles = reference_shingles(text, size)
    hashes = finalised(np.array([xxhash.xxh32_intdigest(shingle) for shingle in shingles], np.uint32))
    factor, offset = permutations(slots)
    return (factor * hashes[:, None] + offset).min(axis=0, initial=0xFFFFFFFF)


def jaccard(one: set, two: set) -> float:
    return len(one & two) / len(one | two) if one | two else 0.0


def value_of(word: str) -> int | None:
    """Return the value of a word of up to four ASCII digits, -1 for other words with a digit, else None."""
    if not any(character_class(ord(char)) & CLASS_BITS == DIGIT for char in word):
        return None
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 4 else -1


def date_size(values: list[int | None]) -> int:
    """Return how many words at the beginning make up a date, 0 if there is none.

    A date is a day, a word or number (or two or three words without digits), and a year; or a word, a day
    and a year; or a year and two numbers that may be month and day.
    """

    def is_day(at):
        return at < len(values) and values[at] is not None and 1 <= values[at] <= 31

    def is_year(at):
        return at < len(values) and values[at] is not None and 1900 <= values[at] <= 2099

    if is_day(0):
        for between in (1, 2, 3):
            if is_year(between + 1) and (between == 1 or set(values[1 : between + 1]) == {None}):
                return between + 2
    elif is_day(1) and (is_year(2) if values[0] is None else is_year(0) and is_day(2)):
        return 3
    return 0


def masked_words(text: str, equal_forms: bool = False) -> list[str]:
    """Return the words of a text, "#" for each date and for each other word with a digit."""
    words = reference_words(text, equal_forms)
    masked, at = [], 0
    while at < len(words):
        values = [value_of(word) for word in words[at : at + 5]]
        size = date_size(values)
        masked.append("#" if size or values[0] is not None else words[at])
        at += max(size, 1)
    return masked
