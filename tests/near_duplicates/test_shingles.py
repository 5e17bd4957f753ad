"""Folded words are those of the plain definition, for any text and at any position."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.jaccard.shingle_sets import jaccards, shingle_sets
from detector.near_duplicates.minhash.shingles import reference_shingles, reference_words
from detector.near_duplicates.texts import Spans, encoded, joined
from detector.settings import DuplicateSettings
from detector.text import characters as chars
from detector.text.characters import character_class
from tests.kernels.calls import folded_texts
from tests.oracles.minhash import jaccard, masked_words

PIECES = st.sampled_from(
    ["word ", "Two, words.", "x1", " ", "  ", "...", "é", "Ñandú ", "Привет ", "мир", "ΌΣΟΣ ", "Straße", "İ", "ﬁn ", "中文", "ไทย ",
     "नमस्ते ", "עברית ", "٠١٢ ", "😀", "\u0345", "\n", "\0", "ABCDEFGH", "abcdefgh ", "a b c d e f g ", "߿", "ǆ", "ΐ"]
)  # fmt: skip


def words_of(text, before=b"", behind=b"", folding=0):
    data = text.encode()
    spans = joined([before + data + behind])
    place = np.array([len(before)])
    return folded_texts(Spans(spans.data, place, place + len(data)), folding)[0]


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


FORMS = st.sampled_from(
    ["ＦＵＬＬ", "１２", "ｶﾀ", "ﬃ", "Ⅷ", "x²", "½", "كتـاب", "كِتَاب", "کتاب", "ی", "ﻛﺘ", "שָׁלוֹם", "do\u00adve", "\u200b", "\ufeff",
     "می\u200cخواهم", "don’t", "donʼt", "don't", "_", "__", "a_b", "_a", "b_ ", "＿", "中_文", "ㄱㅏ", "мир_1", " ", ". "]
)  # fmt: skip


@given(st.lists(FORMS | PIECES, max_size=30).map("".join), st.sampled_from([b"", b"ab", b"_"]))
def test_words_in_equal_forms(text, around):
    text = unicodedata.normalize("NFC", text)
    assert words_of(text, around, around, 2) == reference_words(text, True)


@pytest.mark.parametrize("text", ["a" + "_" * 200_000 + " b", "a_" * 100_000, "_" * 200_000])
def test_lines_of_underscores_are_read_once(text):
    assert len(words_of(text, folding=2)) <= 2


def test_every_character_in_its_equal_form():
    for first in range(0x80, 0x10000, 64):
        text = "".join(
            f"{chr(code)}a{chr(code)} " for code in range(first, first + 64) if not 0xD800 <= code < 0xE000
        )
        text = unicodedata.normalize("NFC", text)
        assert words_of(text, folding=2) == reference_words(text, True), hex(first)


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


TEXTS = st.lists(PIECES, max_size=12).map("".join)


@given(st.lists(TEXTS, max_size=5), st.integers(1, 4), st.booleans())
def test_sets_have_every_shingle_once(texts, size, masked):
    sets, known = shingle_sets(encoded(texts), DuplicateSettings(shingle=size, masked=masked)), {}
    for number, text in enumerate(texts):
        words = masked_words(text, True) if masked else reference_words(text, True)
        shingles = dict.fromkeys(tuple(words[at : at + size]) for at in range(len(words) - size + 1))
        keys = sets.keys[sets.start[number] : sets.start[number + 1]].tolist()
        for shingle, key in zip(shingles, keys, strict=True):
            assert known.setdefault(shingle, key) == key
    assert len(set(known.values())) == len(known)


@given(st.lists(TEXTS, min_size=1, max_size=6), st.integers(1, 3), st.sampled_from([0.05, 0.3, 0.8, 1.0]))
def test_similarities_are_those_of_the_oracle(texts, size, least):
    sets = shingle_sets(encoded(texts), DuplicateSettings(shingle=size))
    left, right = (side.reshape(-1) for side in np.indices((len(texts), len(texts))))
    # Texts shorter than a shingle have none here.
    shingles = [
        reference_shingles(text, size, True) if len(reference_words(text, True)) >= size else set()
        for text in texts
    ]
    pairs = [(shingles[one], shingles[two]) for one, two in zip(left.tolist(), right.tolist(), strict=True)]
    wanted = [jaccard(*pair) if jaccard(*pair) >= least else -1 for pair in pairs]
    assert jaccards(left, right, sets, least).tolist() == pytest.approx(wanted, abs=1e-12)
