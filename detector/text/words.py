"""From segments to words, in one pass over the bytes of a batch (kernels/text/words.cpp).

A word is a maximal run of letters, marks and digits, case folded. In scripts without spaces, every character
is a word. The same pass counts the characters of each class, which describe most of the shape of a line.
"""

import unicodedata
from typing import Final

import numpy as np

from detector import native
from detector.records import Batch, Words
from detector.text.characters import N_CLASSES
from detector.text.decoding import text_of

# Word shapes (flags).
HAS_UPPER: Final = 1  # has an upper-case letter
HAS_DIGIT: Final = 2
FIRST_UPPER: Final = 4
IS_SINGLE: Final = 8  # a character of a script without spaces
HAS_LOWER: Final = 16

# The 64-bit multiplier of Fibonacci hashing (2^64 / golden ratio, odd), and the key of the empty word.
MIX: Final = 0x9E3779B97F4A7C15
SEED: Final = 0x2545F4914F6CDD1D


def word_key(word: str) -> int:
    """Return the key of a case-folded word: the reference for the kernel."""
    key, mask = SEED, (1 << 64) - 1
    for char in word:
        key = ((key ^ ord(char)) * MIX) & mask
    key ^= key >> 32
    key = (key * SEED) & mask
    return key ^ (key >> 29)


def no_words() -> Words:
    """Return words for no segments."""
    numbers = np.zeros(0, np.int64)
    return Words(
        key=np.zeros(0, np.uint64),
        start=numbers,
        end=numbers,
        shape=np.zeros(0, np.uint8),
        segment_word=np.zeros(1, np.int64),
        counts=np.zeros((0, N_CLASSES), np.int32),
        edges=np.zeros((0, 2), np.uint8),
    )


def words_of(batch: Batch) -> Words:
    """Return the words of a batch. Linear in its bytes."""
    n_segments = batch.segment_start.size
    # A word takes at least one byte and a separator, or two bytes of UTF-8.
    most = int((batch.segment_end - batch.segment_start + 1).sum()) // 2 + n_segments
    words = Words(
        key=np.empty(most, np.uint64),
        start=np.empty(most, np.int64),
        end=np.empty(most, np.int64),
        shape=np.empty(most, np.uint8),
        segment_word=np.empty(n_segments + 1, np.int64),
        counts=np.zeros((n_segments, N_CLASSES), np.int32),
        edges=np.empty((n_segments, 2), np.uint8),
    )
    number = native.run("find_words", batch, words)
    words = words._replace(
        key=words.key[:number], start=words.start[:number], end=words.end[:number], shape=words.shape[:number]
    )
    _normalise(batch, words)
    return words


def _normalise(batch: Batch, words: Words) -> None:
    """Give words that are not in NFC the keys of their normal form. Few pages have any."""
    flags = np.zeros(batch.page_line.size - 1, np.bool_)
    if not native.run("flag_composing_pages", batch, flags):
        return
    for page in np.flatnonzero(flags).tolist():
        first, last = batch.page_line[page : page + 2].tolist()
        text = text_of(batch.data[batch.line_start[first] : batch.line_end[last - 1]].tobytes())
        if unicodedata.is_normalized("NFC", text):
            continue
        rows = batch.line_segment[[first, last]]
        for number in range(*words.segment_word[rows].tolist()):
            word = text_of(batch.data[words.start[number] : words.end[number]].tobytes())
            if not unicodedata.is_normalized("NFC", word):
                words.key[number] = word_key(unicodedata.normalize("NFC", word).casefold())
