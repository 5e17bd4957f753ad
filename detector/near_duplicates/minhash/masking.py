"""Numbers and dates made alike, for pages that differ in nothing else.

A word with a digit becomes `MASK`, and a date as a whole does: a day, up to three words and
a year ("3 de mayo de 2024", "3.5.2024"), a word, day and year ("May 3, 2024"), or a year
and two numbers ("2024-05-03"). No list of months is needed, so it works in every language.
"""

from typing import Final

import numpy as np

from detector.compiled import inlined
from detector.records import Bytes, Integers, Number
from detector.text import characters as chars
from detector.text.characters import Characters
from detector.text.reading import read

# Not a letter, mark or digit: no word of a text is equal to it.
MASK: Final = 35
SPACE: Final = 32
LAST_DAY: Final = 31
YEARS: Final = (1900, 2099)
# Words between day and year: "of", the month, "of".
MOST_BETWEEN: Final = 3


@inlined
def _number(folded: Bytes, start: Number, end: Number, table: Characters) -> Number:
    """Return the value of a word of ASCII digits; -1 for another word with a digit, -2 without."""
    value, found, at = np.int64(0), False, start
    plain = end - start <= 4
    while at < end:
        byte = folded[at]
        if ord("0") <= byte <= ord("9"):
            value, found, at = value * 10 + np.int64(byte) - 48, True, at + 1
            continue
        plain = False
        _, kind, length = read(folded, at, table)
        found |= kind == chars.DIGIT
        at += length
    if not found:
        return np.int64(-2)
    return value if plain else np.int64(-1)


@inlined
def _is_day(value: Number) -> bool:
    return bool(1 <= value <= LAST_DAY)


@inlined
def _is_year(value: Number) -> bool:
    return bool(YEARS[0] <= value <= YEARS[1])


@inlined
def _value(folded: Bytes, word_start: Integers, word: Number, words: Number, table: Characters) -> Number:
    """Return what `_number` says of a word; -2 outside the text."""
    if word < 0 or word >= words:
        return np.int64(-2)
    return _number(folded, word_start[word], word_start[word + 1] - 1, table)


@inlined
def _date_end(folded: Bytes, word_start: Integers, word: Number, words: Number, table: Characters) -> Number:
    """Return the word behind a date that begins at `word`; `word` if none does."""
    value = _value(folded, word_start, word, words, table)
    if _is_day(value):
        for between in range(1, MOST_BETWEEN + 1):
            following = _value(folded, word_start, word + between + 1, words, table)
            if _is_year(following):
                return word + between + 2
            if following != -2 or _value(folded, word_start, word + between, words, table) != -2:
                break
    elif value == -2 or _is_year(value):
        second = _value(folded, word_start, word + 1, words, table)
        third = _value(folded, word_start, word + 2, words, table)
        if _is_day(second) and (_is_year(third) if value == -2 else _is_day(third)):
            return word + 3
    return word


@inlined
def mask_words(folded: Bytes, word_start: Integers, words: Number, table: Characters) -> Number:
    """Mask numbers and dates in folded words, in place; return the number of words left."""
    at, kept, word = np.int64(0), np.int64(0), np.int64(0)
    while word < words:
        behind = _date_end(folded, word_start, word, words, table)
        start, end = word_start[word], word_start[word + 1]
        masked = behind > word or _number(folded, start, end - 1, table) != -2
        word = max(behind, word + 1)
        word_start[kept] = at
        if masked:
            folded[at], folded[at + 1] = MASK, SPACE
            at += 2
        else:
            for source in range(start, end):
                folded[at + source - start] = folded[source]
            at += end - start
        kept += 1
    word_start[kept] = at
    return kept
