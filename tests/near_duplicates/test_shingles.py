"""Folded words are those of the plain definition, for any text and at any place."""

import unicodedata

import numpy as np
from detector.compiled import kernel
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.minhash.shingles import fold_words, reference_words
from detector.text import characters as chars
from detector.text.characters import character_class, characters

PIECES = st.sampled_from(
    ["word ", "Two, words.", "x1", " ", "  ", "...", "é", "Ñandú ", "Привет ", "мир", "ΌΣΟΣ ", "Straße", "İ", "ﬁn ", "中文", "ไทย ",
     "नमस्ते ", "עברית ", "٠١٢ ", "😀", "\u0345", "\n", "\0", "ABCDEFGH", "abcdefgh ", "a b c d e f g ", "߿", "ǆ", "ΐ"]
)  # fmt: skip


@kernel
def folded_words(data, start, end, table, folded, word_start):
    return fold_words(data, (start, end), table, folded, word_start)


def words_of(text, before=b"", behind=b"", spare=2):
    data = text.encode()
    folded = np.full(3 * len(data) + spare, 255, np.uint8)
    starts = np.empty(len(data) + 2, np.int64)
    buffer = np.frombuffer(before + data + behind, np.uint8)
    count = folded_words(buffer, len(before), len(before) + len(data), characters(), folded, starts)
    return [bytes(folded[starts[at] : starts[at + 1] - 1]).decode() for at in range(count)]


@given(
    st.lists(PIECES, max_size=30).map("".join),
    st.sampled_from([b"", b"ab", b" "]),
    st.sampled_from([b"", b"cd ef gh ij", "д".encode()]),
)
def test_words_of_mixed_scripts(text, before, behind):
    text = unicodedata.normalize("NFC", text)
    assert words_of(text, before, behind) == reference_words(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_words_of_any_text(text):
    text = unicodedata.normalize("NFC", text)
    assert words_of(text) == reference_words(text)


def test_every_character_of_three_bytes():
    for first in range(0x800, 0x10000, 64):
        text = "".join(
            f"{chr(code)}a{chr(code)} " for code in range(first, first + 64) if not 0xD800 <= code < 0xE000
        )
        text = unicodedata.normalize("NFC", text)
        assert words_of(text) == reference_words(text), hex(first)


def test_single_characters_fold_to_themselves():
    for code in range(0x110000):
        if character_class(code) & chars.CLASS_BITS == chars.SINGLE:
            assert chr(code).casefold() == chr(code)


def test_every_character_of_two_bytes():
    for code in range(0x80, 0x800):
        text = unicodedata.normalize("NFC", f"a{chr(code)}{chr(code)} {chr(code)} b")
        assert words_of(text) == reference_words(text), hex(code)
