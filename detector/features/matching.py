"""Which lines of a page are copies of one another, exactly or nearly.

Exact copies share the hash of their words; near copies (a word changed, other case or
punctuation) are found by MinHash over single words, banded, and then compared word by
word. The words' own keys are what is hashed: these signatures never leave the page.
Linear in the page: every row is looked up a fixed number of times.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined
from detector.near_duplicates.minhash.signatures import EMPTY, TOGETHER, update
from detector.near_duplicates.minhash.xxhash import finalised
from detector.records import Floats, Integers, Number, Words
from detector.text import words as word
from detector.text.characters import SINGLE
from detector.text.keys import NOTHING, NUMBERS, START_KEY, line_key, next_key

# Lines of fewer words are labels: they come twice without being repeats. For scripts
# without spaces a word is a character (labelling guide: 4 words, or 10 characters).
LEAST_WORDS: Final = 4
LEAST_SINGLES: Final = 10
# Longer lines are compared exactly only: near copies of whole paragraphs on one page are
# rare, and comparing costs the square of the length.
MOST_WORDS: Final = 60

# 64 slots in 16 bands of 4: of two lines that share 0.6 of their words 89 % are compared,
# at 0.7 98.7 %. An eight-word headline with one word changed shares 0.78.
LINE_SLOTS: Final = 64
BANDS: Final = 16
ROWS: Final = LINE_SLOTS // BANDS
# Words in the same order, as a share of both lines' words, from which lines are copies.
SIMILAR: Final = 0.85


class Scratch(NamedTuple):
    """Room for the longest page (R rows) and line.

    table_key: uint64 (2^k,), table_row: int64 (2^k,), table_turn: int64 (2^k,): a hash
        table, at most half full; a slot is taken if its turn is the present one, so that a
        new turn empties the table; turn: int64 (1,)
    group: int64 (R,), first row of the page with the same or nearly the same words, or -1
    band: uint32 (R, 16), keys of the bands; slots: uint32 (64,), one line's signature
    column: int32 (MOST_WORDS + 2,), one column of a word-by-word comparison
    lead: float32 (R,), content that follows each row; best: float32 (R,), chosen: int64 (R,)
    """

    table_key: NDArray[np.uint64]
    table_row: Integers
    table_turn: Integers
    turn: Integers
    group: Integers
    band: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    column: NDArray[np.int32]
    lead: Floats
    best: Floats
    chosen: Integers


class Rows(NamedTuple):
    """One page's rows, and how much of the hash table they use (a power of two)."""

    first: int
    last: int
    table: int


@inlined
def table_size(rows: Number) -> Number:
    """Return the table's size for a page: up to three keys a row, at most half full."""
    table = 16
    while table < 6 * rows:
        table *= 2
    return table


@inlined
def page_rows(first: Number, last: Number) -> Rows:
    """Return a page's rows."""
    return Rows(first, last, table_size(last - first))


@inlined
def clear(scratch: Scratch) -> None:
    """Empty the hash table."""
    scratch.turn[0] += 1


@inlined
def _slot_of(key: Number, rows: Rows, scratch: Scratch) -> Number:
    """Return the table's slot that holds `key`, or the free one where it belongs."""
    mask, turn = rows.table - 1, scratch.turn[0]
    at = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask
    while scratch.table_turn[at] == turn and scratch.table_key[at] != key:
        at = (at + 1) & mask
    return at


@inlined
def row_with(key: Number, rows: Rows, scratch: Scratch) -> Number:
    """Return the row that `key` was first met with, or -1."""
    at = _slot_of(key, rows, scratch)
    return scratch.table_row[at] if scratch.table_turn[at] == scratch.turn[0] else np.int64(-1)


@inlined
def first_with(key: Number, row: Number, rows: Rows, scratch: Scratch) -> Number:
    """Return the row that `key` was first met with: `row`, if it is new."""
    at = _slot_of(key, rows, scratch)
    if scratch.table_turn[at] != scratch.turn[0]:
        scratch.table_key[at], scratch.table_row[at], scratch.table_turn[at] = key, row, scratch.turn[0]
    return scratch.table_row[at]


@inlined
def says_enough(words: Number, singles: Number) -> bool:
    """Tell whether so many words (`singles` of them characters) are more than a label."""
    return bool((words - singles) * LEAST_SINGLES + singles * LEAST_WORDS >= LEAST_WORDS * LEAST_SINGLES)


@inlined
def is_long_enough(words: Words, row: Number) -> bool:
    """Tell whether a line says enough to be a repeat rather than a label."""
    return says_enough(words.segment_word[row + 1] - words.segment_word[row], words.counts[row, SINGLE])


@inlined
def in_order(
    words: Words, one: tuple[Number, Number], two: tuple[Number, Number], column: NDArray[np.int32]
) -> Number:
    """Return the length of the longest common subsequence of two word ranges.

    The second may have `MOST_WORDS` words.
    """
    size = two[1] - two[0]
    column[: size + 1] = 0
    for number in range(one[0], one[1]):
        diagonal = np.int32(0)
        for at in range(size):
            above = column[at + 1]
            if words.key[number] == words.key[two[0] + at]:
                column[at + 1] = diagonal + 1
            else:
                column[at + 1] = max(above, column[at])
            diagonal = above
    return column[size]


@inlined
def _numbers(words: Words, row: Number) -> Number:
    """Return a hash of a line's words with digits."""
    key = START_KEY
    for number in range(words.segment_word[row], words.segment_word[row + 1]):
        if words.shape[number] & word.HAS_DIGIT:
            key = next_key(key, words.key[number])
    return key


@inlined
def nearly_same(words: Words, one: Number, two: Number, column: NDArray[np.int32]) -> bool:
    """Tell whether two lines are copies. Lines with other numbers are rows of a list."""
    if _numbers(words, one) != _numbers(words, two):
        return False
    first = (words.segment_word[one], words.segment_word[one + 1])
    second = (words.segment_word[two], words.segment_word[two + 1])
    size = first[1] - first[0] + second[1] - second[0]
    return bool(2 * in_order(words, first, second, column) >= SIMILAR * size)


@inlined
def group_exact(words: Words, rows: Rows, scratch: Scratch) -> None:
    """Point every row with words at the first row with the same words."""
    clear(scratch)
    for row in range(rows.first, rows.last):
        empty = words.segment_word[row + 1] == words.segment_word[row]
        key = line_key(words, row, NOTHING)
        scratch.group[row - rows.first] = -1 if empty else first_with(key, row, rows, scratch)


@inlined
def count_alike(words: Words, rows: Rows, scratch: Scratch, alike: NDArray[np.int32]) -> None:
    """Count for every row the rows that differ from it in numbers at most."""
    clear(scratch)
    for row in range(rows.first, rows.last):
        first = first_with(line_key(words, row, NUMBERS), row, rows, scratch)
        scratch.chosen[row - rows.first] = first
        alike[first] += 1
    for row in range(rows.first, rows.last):
        alike[row] = alike[scratch.chosen[row - rows.first]]


@inlined
def _mixed(words: Words, number: Number, last: Number) -> Number:
    """Return the hash of a word; behind the last it is taken again: that changes no minimum."""
    return finalised(np.uint32(words.key[min(number, last)] >> np.uint64(32)))


@inlined
def _sign_row(
    words: Words, row: Number, permutation: NDArray[np.uint32], scratch: Scratch, band: NDArray[np.uint32]
) -> None:
    """Write the band keys of one line (never 0)."""
    for slot in range(LINE_SLOTS):
        scratch.slots[slot] = EMPTY
    last = words.segment_word[row + 1] - 1
    for number in range(words.segment_word[row], last + 1, TOGETHER):
        one, two = _mixed(words, number, last), _mixed(words, number + 1, last)
        three, four = _mixed(words, number + 2, last), _mixed(words, number + 3, last)
        five, six = _mixed(words, number + 4, last), _mixed(words, number + 5, last)
        seven, eight = _mixed(words, number + 6, last), _mixed(words, number + 7, last)
        update(scratch.slots, (one, two, three, four, five, six, seven, eight), permutation)
    for number in range(BANDS):
        key = np.uint32(number + 1)
        for slot in range(number * ROWS, (number + 1) * ROWS):
            key = np.uint32(np.uint32(key ^ scratch.slots[slot]) * np.uint32(0x01000193))
            key = np.uint32(key ^ (key >> np.uint32(15)))
        band[number] = key | np.uint32(1)


@inlined
def group_near(words: Words, rows: Rows, permutation: NDArray[np.uint32], scratch: Scratch) -> None:
    """Point rows at an earlier row that is nearly the same, one band at a time."""
    for row in range(rows.first, rows.last):
        n_words = words.segment_word[row + 1] - words.segment_word[row]
        scratch.band[row - rows.first, 0] = 0
        if scratch.group[row - rows.first] == row and n_words <= MOST_WORDS and is_long_enough(words, row):
            _sign_row(words, row, permutation, scratch, scratch.band[row - rows.first])
    for number in range(BANDS):
        clear(scratch)
        for row in range(rows.first, rows.last):
            if scratch.band[row - rows.first, 0] == 0 or scratch.group[row - rows.first] != row:
                continue
            first = first_with(np.uint64(scratch.band[row - rows.first, number]), row, rows, scratch)
            if first != row and nearly_same(words, first, row, scratch.column):
                scratch.group[row - rows.first] = scratch.group[first - rows.first]
    for row in range(rows.first, rows.last):
        # A row's first may itself have joined another group since.
        first = scratch.group[row - rows.first]
        if first >= 0:
            scratch.group[row - rows.first] = scratch.group[first - rows.first]
