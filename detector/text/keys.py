"""Lines to keys: 64 bits that two lines share if their words are the same, in order.

`exact` is of the case-folded words; in `masked` every word with a digit counts alike, and so
do the words of a date ("3 de mayo de 2024", "May 3, 2024"), so that "Posted on May 3, 2024"
is one line on all pages of a site. No list of months is needed: a date is known by its day
and its year, as in `duplicates/masking`. Keys are stored in files: raise `KEYS_VERSION` when
any of them changes.
"""

from typing import Final, NamedTuple

import numpy as np
import xxhash

from detector.compiled import inlined, kernel
from detector.records import Integers, Number, Words
from detector.text.words import HAS_DIGIT, finish

KEYS_VERSION: Final = 1
# The key of a line without words: such lines are never counted.
NO_WORDS: Final = 0

START_KEY: Final = np.uint64(0x9AE16A3B2F90404F)
# What a masked word counts as; no word has so small a key.
ANY_NUMBER: Final = np.uint64(7)

# What is masked of a line.
NOTHING: Final = 0
NUMBERS: Final = 1
DATES: Final = 2  # numbers, and the words of dates

# A day has so many bytes at most ("31", "1st"), a year four; between them stand up to three
# words: "of", the month, "of".
DAY_BYTES: Final = 4
NUMBER_OF_DAY_BYTES: Final = 2
YEAR_BYTES: Final = 4
MOST_BETWEEN: Final = 3


class LineKeys(NamedTuple):
    """The keys of all segments: int64 (S,) each, `NO_WORDS` where a segment has no words.

    A line in which nothing is masked has the same key twice.
    """

    exact: Integers
    masked: Integers


@inlined
def pair_key(one: Number, two: Number) -> Number:
    """Return the key of two words in this order."""
    return (one * np.uint64(31)) ^ (two + (one >> np.uint64(17)))


@inlined
def next_key(key: Number, word_key: Number) -> Number:
    """Return the key of a line with one more word."""
    return pair_key(key, word_key) * np.uint64(0xFF51AFD7ED558CCD)


@inlined
def _has_digit(words: Words, number: Number) -> bool:
    return bool(words.shape[number] & HAS_DIGIT)


@inlined
def _size(words: Words, number: Number) -> Number:
    return words.end[number] - words.start[number]


@inlined
def _is_year(words: Words, number: Number) -> bool:
    return _has_digit(words, number) and bool(_size(words, number) == YEAR_BYTES)


@inlined
def _is_day(words: Words, number: Number) -> bool:
    return _has_digit(words, number) and bool(_size(words, number) <= DAY_BYTES)


@inlined
def _in_date(words: Words, number: Number, span: tuple[Number, Number]) -> bool:
    """Tell whether a word without digits belongs to a date.

    Before it stands a day and behind it a year, with at most three words between them; or
    a day and a year follow it.
    """
    first, last = span
    if number + 2 < last and _is_day(words, number + 1) and _is_year(words, number + 2):
        return bool(_size(words, number + 1) <= NUMBER_OF_DAY_BYTES)
    before, after = number - 1, number + 1
    while before >= first and number - before < MOST_BETWEEN and not _has_digit(words, before):
        before -= 1
    while after < last and after - before <= MOST_BETWEEN and not _has_digit(words, after):
        after += 1
    return bool(
        before >= first
        and after < last
        and after - before <= MOST_BETWEEN + 1
        and _is_day(words, before)
        and _is_year(words, after)
    )


@inlined
def line_key(words: Words, row: Number, mask: Number) -> Number:
    """Return a hash of a line's words in order; `mask`: `NOTHING`, `NUMBERS` or `DATES`."""
    key = START_KEY
    span = (words.segment_word[row], words.segment_word[row + 1])
    for number in range(span[0], span[1]):
        masked = mask != NOTHING and _has_digit(words, number)
        if mask == DATES and not masked:
            masked = _in_date(words, number, span)
        key = next_key(key, ANY_NUMBER if masked else words.key[number])
    return key


@kernel
def _line_keys(words: Words, exact: Integers, masked: Integers) -> None:
    for row in range(exact.size):
        if words.segment_word[row] == words.segment_word[row + 1]:
            exact[row], masked[row] = NO_WORDS, NO_WORDS
            continue
        exact[row] = np.int64(finish(line_key(words, row, NOTHING)))
        masked[row] = exact[row]
        for number in range(words.segment_word[row], words.segment_word[row + 1]):
            if _has_digit(words, number):
                masked[row] = np.int64(finish(line_key(words, row, DATES)))
                break


def line_keys(words: Words) -> LineKeys:
    """Return the keys of all segments of a batch."""
    size = words.segment_word.size - 1
    keys = LineKeys(np.empty(size, np.int64), np.empty(size, np.int64))
    _line_keys(words, keys.exact, keys.masked)
    return keys


def site_id(name: str) -> int:
    """Return the number of a site's name: xxh3, 64 bits, of its UTF-8, seen as signed."""
    return int(np.uint64(xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))).astype(np.int64))
