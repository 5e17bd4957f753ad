"""Words, against a plain Python reference."""

import re
import unicodedata

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.minhash.shingles import reference_words
from detector.text import characters as chars
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch
from detector.text.words import FIRST_UPPER, HAS_DIGIT, HAS_LOWER, HAS_UPPER, word_key, words_of

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200) | st.text(
    alphabet="abAB12 .,Ää中国ไทยé\u0301ßİΣ\u200c-_", max_size=200
)


def keys(text):
    return words_of(text_batch([utf8(text)])).key.tolist()


@given(TEXTS)
def test_words_are_those_of_the_reference(text):
    assert keys(text) == [word_key(word) for word in reference_words(text.replace("\r", "\n"))]


@given(TEXTS)
def test_spans_are_the_words_in_the_text(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    found = [text_of(bytes(batch.data[start:end])) for start, end in zip(words.start, words.end, strict=True)]
    folded = [unicodedata.normalize("NFC", word).casefold() for word in found]
    assert [word_key(word) for word in folded] == words.key.tolist()


@given(TEXTS)
def test_characters_are_counted_by_class(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    for segment in range(batch.segment_start.size):
        body = text_of(bytes(batch.data[batch.segment_start[segment] : batch.segment_end[segment]]))
        classes = [chars.character_class(ord(char)) & chars.CLASS_BITS for char in body]
        assert words.counts[segment].tolist() == np.bincount(classes, minlength=chars.N_CLASSES).tolist()
        seen = [kind for kind in classes if kind != chars.SPACE]
        assert words.edges[segment].tolist() == [seen[0], seen[-1]]


def test_case_and_normal_form_make_no_other_word():
    assert keys("STRASSE İstanbul ΌΣΟΣ Café") == keys("straße i\u0307stanbul όσοσ cafe\u0301")


def test_scripts_without_spaces_have_a_word_a_character():
    assert len(keys("中国人 ไทย ខ្មែរ")) == 3 + 3 + 5
    assert len(keys("한국 사람")) == 2


def test_word_shapes():
    words = words_of(text_batch([b"Ab cD E5 6 ef"]))
    assert words.shape.tolist() == [
        FIRST_UPPER | HAS_UPPER | HAS_LOWER,
        HAS_UPPER | HAS_LOWER,
        FIRST_UPPER | HAS_UPPER | HAS_DIGIT,
        HAS_DIGIT,
        HAS_LOWER,
    ]


def test_the_shipped_table_is_unicodedata():
    """Code points that this Python's Unicode assigns otherwise than the table's are left out."""
    table = chars.characters()
    for code in range(0, 0x110000, 7):
        if unicodedata.category(chr(code)) == "Cn":
            continue
        cell = table.cell[(int(table.block[code >> 7]) << 7) | (code & 127)]
        same = int(cell) == chars.character_class(code)
        assert same or unicodedata.unidata_version != "14.0.0", hex(code)


def test_words_of_ascii_text_are_those_of_a_regular_expression():
    text = "It's 5 o'clock -- e.g. x_y, A1-b2\tZ"
    assert keys(text) == [word_key(word) for word in re.findall("[a-z0-9]+", text.lower())]
