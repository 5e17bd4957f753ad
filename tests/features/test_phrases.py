"""Phrase and shape columns, against plain readable references."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features import phrases as phrases_of
from detector.features import shape as shape_of
from detector.features.phrases import PhraseWeights, ngram_buckets, phrases, room_for_ngrams
from detector.features.schema import SHAPE, START, TEXT_COLUMNS
from detector.text.characters import characters
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of

RNG = np.random.default_rng(7)
WEIGHTS = PhraseWeights(
    RNG.normal(size=phrases_of.BUCKETS).astype(np.float32),
    np.array([0.25], np.float32),
    RNG.integers(0, 2**63, 1 << (phrases_of.KNOWN_BITS - 6)).astype(np.uint64),
)
TEXTS = st.text(alphabet="ab AB1.,中é\n", max_size=200)


def evidence(text):
    batch = text_batch([utf8(text)])
    words = words_of(batch)
    found = np.full((batch.segment_start.size, len(TEXT_COLUMNS)), np.nan, np.float32)
    shape_of.shape(batch, words, characters(), found)
    shape_of.long_lines(batch.line_segment, found)
    phrases(batch, words, WEIGHTS, room_for_ngrams(words), found)
    return batch, words, found


@given(TEXTS)
def test_what_phrases_say_is_the_scaled_sum_of_their_weights(text):
    _, words, found = evidence(text)
    indptr, buckets = ngram_buckets(words)
    for row in range(found.shape[0]):
        own = buckets[indptr[row] : indptr[row + 1]]
        weights = [float(WEIGHTS.bucket[bucket]) for bucket in own]
        wanted = sum(weights) / math.sqrt(len(weights)) + 0.25
        assert found[row, phrases_of.PHRASES_SAY] == pytest.approx(wanted, abs=1e-4)
        parts = found[row, [phrases_of.WORDS_SAY, phrases_of.PAIRS_SAY, phrases_of.LINE_SAYS]].sum()
        assert parts + 0.25 == pytest.approx(wanted, abs=1e-4)
        assert found[row, phrases_of.STRONGEST] == pytest.approx(max(0, *weights), abs=1e-6)


def test_ngrams_of_a_line():
    words = words_of(text_batch([b"one two three"]))
    indptr, buckets = ngram_buckets(words)
    assert indptr.tolist() == [0, 3 + 2 + 1 + 3]
    assert (buckets >= 0).all()
    assert (buckets < phrases_of.BUCKETS).all()


@given(TEXTS)
def test_shape_is_finite_and_bounded(text):
    _, _, found = evidence(text)
    columns = found[:, START["shape"] : START["shape"] + len(SHAPE)]
    assert np.isfinite(columns).all()
    assert (columns >= 0).all()


def test_shape_of_known_lines():
    _, _, found = evidence("Leave a Reply\n© 2024 ACME\n他们说，是的。")
    label, legal, chinese = found
    assert label[shape_of.LOG_WORDS] == pytest.approx(math.log1p(3))
    assert label[shape_of.CAPITALISED_SHARE] == pytest.approx(2 / 3)
    assert legal[shape_of.DIGIT_WORDS] == pytest.approx(1 / 2)
    assert legal[shape_of.FIRST + 4] == 1  # begins with a symbol
    assert chinese[shape_of.LOG_WORDS] == pytest.approx(math.log1p(5 * 0.6))
    assert chinese[shape_of.LAST] == 1  # ends a sentence


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
    _, _, found = evidence(line)
    assert found[0, shape_of.LOG_INDENT] == pytest.approx(math.log1p(indent))
    assert found[0, shape_of.BULLET] == bullet
