"""Words, against the oracle; and the tables of characters that are compiled in, against `unicodedata`."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import native
from detector.copies import comparable
from detector.near_duplicates.minhash.shingles import reference_words
from detector.near_duplicates.texts import joined
from detector.records import Batch
from detector.text import characters as chars
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch
from detector.text.words import FIRST_UPPER, HAS_DIGIT, HAS_LOWER, HAS_UPPER, word_key, words_of
from tests.oracles.shape import edges_of
from tests.oracles.words import classes_of, newer_characters
from tests.oracles.words import words_of as oracle

# The references use the character data of this Python, so characters that the core does not know are left out.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=newer_characters())
TEXTS = st.text(alphabet=CHARACTERS, max_size=200) | st.text(
    alphabet="abAB12 .,Ää中国ไทยé\u0301ßİΣ\u200c-_", max_size=200
)


def keys(text):
    return words_of(text_batch([utf8(text)])).key.tolist()


def segments_of(batch):
    return [
        text_of(bytes(batch.data[start:end]))
        for start, end in zip(batch.segment_start, batch.segment_end, strict=True)
    ]


@given(TEXTS)
def test_words_are_those_of_the_oracle(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    for row, segment in enumerate(segments_of(batch)):
        wanted, place = oracle(segment), int(batch.segment_start[row])
        found = slice(*words.segment_word[row : row + 2].tolist())
        assert words.start[found].tolist() == [place + word.start for word in wanted]
        assert words.end[found].tolist() == [place + word.end for word in wanted]
        assert words.shape[found].tolist() == [word.shape for word in wanted]
        assert words.key[found].tolist() == [
            word_key(unicodedata.normalize("NFC", word.text).casefold()) for word in wanted
        ]


@given(TEXTS)
def test_words_are_those_of_the_normal_form(text):
    assert keys(text) == [word_key(word) for word in reference_words(text.replace("\r", "\n"))]


@given(TEXTS)
def test_characters_are_counted_by_class(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    for row, segment in enumerate(segments_of(batch)):
        assert (
            words.counts[row].tolist() == np.bincount(classes_of(segment), minlength=chars.N_CLASSES).tolist()
        )
        assert words.edges[row].tolist() == list(edges_of(segment))


@given(st.lists(TEXTS, max_size=4))
def test_pages_that_nfc_may_change_are_flagged(pages):
    batch, flags = text_batch([utf8(page) for page in pages]), np.zeros(len(pages), np.bool_)
    wanted = [any(chars.character_class(ord(char)) & chars.MAY_COMPOSE for char in page) for page in pages]
    assert native.run("flag_composing_pages", batch, flags) == sum(wanted)
    assert flags.tolist() == wanted


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


def test_words_of_ascii_text_are_those_of_a_regular_expression():
    text = "It's 5 o'clock -- e.g. x_y, A1-b2\tZ"
    assert keys(text) == [word_key(word) for word in re.findall("[a-z0-9]+", text.lower())]


@pytest.fixture(scope="module")
def table():
    """The class of every code point with its flags, from `characters.npz`."""
    with np.load(chars.TABLE_FILE) as stored:
        return stored["cell"].reshape(-1, chars.BLOCK_SIZE)[stored["block"]].reshape(-1)


@pytest.fixture(scope="module")
def every_character():
    """Every code point as a segment of its own, including lone surrogates."""
    parts = [utf8(chr(code)) for code in range(chars.LAST + 1)]
    data, start, end = joined(parts)
    rows = np.arange(start.size + 1)
    return Batch(data, start, end, start, end, rows, np.array([0, start.size]))


def test_the_table_is_that_of_unicodedata(table):
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip(f"the table is of Unicode 14.0.0, this Python's of {unicodedata.unidata_version}")
    assert table.tolist() == [chars.character_class(code) for code in range(chars.LAST + 1)]


def test_every_character_has_the_class_of_the_table(table, every_character):
    words = words_of(every_character)
    assert (words.counts.argmax(axis=1) == table & chars.CLASS_BITS).all()
    assert (words.counts.sum(axis=1) == 1).all()
    assert (words.edges == (table & chars.CLASS_BITS)[:, None]).all()


def test_every_character_folds_as_unicodedata_says(every_character):
    words = words_of(every_character)
    segments = np.flatnonzero(np.diff(words.segment_word))
    wanted = [unicodedata.normalize("NFC", chr(code)).casefold() for code in segments.tolist()]
    assert words.key.tolist() == [word_key(word) for word in wanted]


def test_every_character_that_nfc_may_change_is_flagged(table, every_character):
    flags = np.zeros(chars.LAST + 1, np.bool_)
    spans = (every_character.data, every_character.line_start, every_character.line_end)
    native.run("flag_composing_texts", spans, flags)
    assert (flags == (table & chars.MAY_COMPOSE > 0)).all()


def test_every_character_has_the_comparable_key_of_the_reference(every_character):
    words = words_of(every_character)
    codes = np.repeat(np.arange(chars.LAST + 1), np.diff(words.segment_word))
    texts = [chr(code) for code in codes.tolist()]
    wanted = [word_key(text.lower() if text.isascii() else chars.comparable(text)) for text in texts]
    assert comparable(every_character, words).key.tolist() == wanted
