"""Shape and phrase columns, against the oracle and on known lines."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import text_features
from detector.features.phrases import ngram_buckets
from detector.features.schema import PHRASES as PHRASE_COLUMNS
from detector.features.schema import SHAPE, TEXT_COLUMNS
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import PHRASES, TEXTS, check_row, columns_of, pages_of
from tests.oracles.shape import edges_of, ngrams, phrase_columns, shape_columns

ANY_TEXT = TEXTS | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100)


def table_of(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    table = text_features(batch, words, PHRASES).table
    return batch, words, columns_of(table, TEXT_COLUMNS)


@given(ANY_TEXT)
def test_shapes_are_those_of_the_oracle(text):
    batch, _, found = table_of(text)
    (page,) = pages_of(batch)
    for row, (segment, words, is_sentence) in enumerate(
        zip(page.segments, page.words, page.is_sentence, strict=True)
    ):
        check_row(found, row, shape_columns(segment, words, is_sentence), SHAPE)


@given(ANY_TEXT)
def test_what_phrases_say_is_that_of_the_oracle(text):
    batch, _, found = table_of(text)
    (page,) = pages_of(batch)
    for row, (segment, words) in enumerate(zip(page.segments, page.words, strict=True)):
        check_row(found, row, phrase_columns(words, edges_of(segment), PHRASES), PHRASE_COLUMNS)


@given(ANY_TEXT)
def test_ngrams_are_those_of_the_oracle(text):
    batch = text_batch([utf8(text)])
    start, buckets = ngram_buckets(words_of(batch))
    (page,) = pages_of(batch)
    for row, (segment, words) in enumerate(zip(page.segments, page.words, strict=True)):
        wanted = [bucket for bucket, _ in ngrams(words, edges_of(segment))]
        assert buckets[start[row] : start[row + 1]].tolist() == wanted
    assert start[-1] == buckets.size


def test_sentences_of_a_long_line_are_told():
    _, _, found = table_of("A short sentence stands here. " * 40 + "\nA line.")
    assert found["part_of_long_line"].tolist() == [1] * 40 + [0]


def test_ngrams_of_a_line():
    start, _ = ngram_buckets(words_of(text_batch([b"one two three"])))
    assert start.tolist() == [0, 3 + 2 + 1 + 3]


@given(ANY_TEXT)
def test_shape_is_finite_and_bounded(text):
    _, _, found = table_of(text)
    for name in SHAPE:
        assert np.isfinite(found[name]).all()
        assert (found[name] >= 0).all()


def test_shape_of_known_lines():
    _, _, found = table_of("Leave a Reply\n© 2024 ACME\n他们说，是的。")
    assert found["log_words"].tolist() == pytest.approx([math.log1p(3), math.log1p(2), math.log1p(5 * 0.6)])
    assert found["capitalised_share"][0] == pytest.approx(2 / 3)
    assert found["digit_words"][1] == pytest.approx(1 / 2)
    assert found["first_symbol"].tolist() == [0, 1, 0]
    assert found["last_end"].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("line", "indent", "bullet"),
    [
        ("a", 0, 0),
        ("  • a", 2, 1),
        ("\t- a b", 1, 1),
        ("1. a", 0, 1),
        ("   12) a", 3, 1),
        ("1234. a", 0, 0),
        ("-a", 0, 0),
        ("12 a", 0, 0),
        ("—", 0, 0),
    ],
)
def test_items_of_lists_as_text_renderers_write_them(line, indent, bullet):
    _, _, found = table_of(line)
    assert found["log_indent"][0] == pytest.approx(math.log1p(indent))
    assert found["bullet"][0] == bullet
