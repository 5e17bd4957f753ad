"""What a line looks like: lengths, kinds of characters, how it begins and ends.

Nothing here knows a language. Lengths count a character of a script without spaces as
three letters and 0.6 of a word, so that a Chinese line is as long as its translation
(measured on Chinese pages unseen in training: words F1 .84 to .88).
"""

from typing import Final

import numpy as np

from detector.compiled import inlined, kernel
from detector.features.schema import SHAPE, START
from detector.records import Batch, Bytes, Floats, Integers, Number, Words
from detector.text import characters as chars
from detector.text import words as word
from detector.text.characters import Characters
from detector.text.reading import read

LETTERS_PER_SINGLE: Final = 3
WORDS_PER_SINGLE: Final = 0.6

AT: Final = START["shape"]
(
    LOG_WORDS, LOG_CHARACTERS, WORD_LENGTH, UPPER_SHARE, CAPITALISED_SHARE, DIGIT_SHARE, DIGIT_WORDS,
    PUNCTUATION_SHARE, SYMBOL_SHARE, SINGLE_SHARE, NON_ASCII_SHARE, SENTENCE_ENDS, SHORT_WORDS, LONG_WORDS,
    NO_WORDS, PART_OF_LONG_LINE, FIRST, _, _, _, _, LAST, _, _, _, _, LOG_INDENT, BULLET,
) = range(AT, AT + len(SHAPE))  # fmt: skip

# Column, from FIRST or LAST on, of each class of character at a line's edge; -1 for none.
FIRST_COLUMN: Final = np.array([-1, -1, 1, 0, 1, 2, 1, 3, 3, 4], np.int64)
LAST_COLUMN: Final = np.array([-1, -1, 1, 1, 1, 2, 1, 0, 3, 4], np.int64)

# What text renderings set before the items of a list.
BULLETS: Final = np.array([ord(char) for char in "•·*+-–—◦▪▸►‣⁃○●■□✓"], np.uint32)
MOST_NUMBER: Final = 3
FULL_STOP: Final = 46
CLOSING: Final = 41


@inlined
def words_in(words: Words, segment: Number) -> Number:
    """Return how many words a segment has, a character without spaces counting 0.6."""
    count = words.segment_word[segment + 1] - words.segment_word[segment]
    return np.float32(count - (1 - WORDS_PER_SINGLE) * words.counts[segment, chars.SINGLE])


@inlined
def _word_kinds(
    words: Words, segment: Number, bytes_per_letter: Number
) -> tuple[Number, Number, Number, Number]:
    """Count words that are capitalised, have digits, are short (to 3 letters) and long (from 8)."""
    capitalised, digits, short, long = 0, 0, 0, 0
    for number in range(words.segment_word[segment], words.segment_word[segment + 1]):
        shape = words.shape[number]
        letters = (words.end[number] - words.start[number]) / bytes_per_letter
        capitalised += (shape & word.FIRST_UPPER) != 0
        digits += (shape & word.HAS_DIGIT) != 0
        short += letters < 3.5
        long += letters > 7.5
    return capitalised, digits, short, long


@inlined
def _list_mark(data: Bytes, start: Number, end: Number, table: Characters) -> tuple[Number, Number]:
    """Return the spaces before a line's text, and whether it begins as an item of a list."""
    at, indent = start, 0
    code, kind, length = np.uint32(0), np.uint8(chars.OTHER), 0
    while at < end:
        code, kind, length = read(data, at, table)
        if kind != chars.SPACE:
            break
        indent, at = indent + 1, at + length
    marked = False
    for bullet in BULLETS:
        marked |= code == bullet
    digits = 0
    while kind == chars.DIGIT and digits < MOST_NUMBER and at + length < end:
        digits, at = digits + 1, at + length
        code, kind, length = read(data, at, table)
    marked |= digits > 0 and code in (FULL_STOP, CLOSING)
    return indent, marked and at + length < end and data[at + length] <= 32


@kernel
def shape(batch: Batch, words: Words, table: Characters, evidence: Floats) -> None:
    """Write the shape columns of all segments."""
    for segment in range(batch.segment_start.size):
        row, count = evidence[segment], words.counts[segment]
        n_words = words.segment_word[segment + 1] - words.segment_word[segment]
        singles = count[chars.SINGLE]
        letters = count[chars.LETTER] + count[chars.UPPER] + count[chars.MARK] + count[chars.DIGIT]
        seen = letters + singles + count[chars.END] + count[chars.PUNCTUATION] + count[chars.SYMBOL]
        size = batch.segment_end[segment] - batch.segment_start[segment]
        characters = seen + count[chars.SPACE] + count[chars.OTHER]
        per_letter = np.float32(1.0) + np.float32(size - characters) / max(letters + singles, 1)
        capitalised, digits, short, long = _word_kinds(words, segment, per_letter)
        some_words, some_seen = np.float32(max(n_words, 1)), np.float32(max(seen, 1))
        row[LOG_WORDS] = np.log1p(words_in(words, segment))
        row[LOG_CHARACTERS] = np.log1p(np.float32(characters + (LETTERS_PER_SINGLE - 1) * singles))
        row[WORD_LENGTH] = min(np.float32(letters + singles) / some_words, np.float32(30)) / np.float32(10)
        row[UPPER_SHARE] = np.float32(count[chars.UPPER]) / max(letters, 1)
        row[CAPITALISED_SHARE] = capitalised / some_words
        row[DIGIT_SHARE] = np.float32(count[chars.DIGIT]) / some_seen
        row[DIGIT_WORDS] = digits / some_words
        row[PUNCTUATION_SHARE] = np.float32(count[chars.PUNCTUATION] + count[chars.END]) / some_seen
        row[SYMBOL_SHARE] = np.float32(count[chars.SYMBOL]) / some_seen
        row[SINGLE_SHARE] = singles / some_seen
        row[NON_ASCII_SHARE] = np.float32(size - characters) / max(size, 1)
        row[SENTENCE_ENDS] = np.log1p(np.float32(count[chars.END]))
        row[SHORT_WORDS], row[LONG_WORDS] = short / some_words, long / some_words
        row[NO_WORDS] = n_words == 0
        span = (batch.segment_start[segment], batch.segment_end[segment])
        indent, marked = _list_mark(batch.data, span[0], span[1], table)
        row[LOG_INDENT], row[BULLET] = np.log1p(np.float32(indent)), marked
        row[FIRST : FIRST + 10] = 0
        first, last = FIRST_COLUMN[words.edges[segment, 0]], LAST_COLUMN[words.edges[segment, 1]]
        if first >= 0:
            row[FIRST + first] = 1
        if last >= 0:
            row[LAST + last] = 1


@kernel
def long_lines(line_segment: Integers, evidence: Floats) -> None:
    """Mark the segments that are sentences of a long line."""
    for line in range(line_segment.size - 1):
        several = line_segment[line + 1] - line_segment[line] > 1
        for segment in range(line_segment[line], line_segment[line + 1]):
            evidence[segment, PART_OF_LONG_LINE] = several
