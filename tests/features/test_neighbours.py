"""Windows over neighbouring lines, and a line's position on its page, against the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import text_features
from detector.features.schema import HALF_LIVES, NEIGHBOURS, PAGE, PLACE, TEXT_COLUMNS
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import NO_PHRASES, PHRASES, TEXTS, check_row, columns_of, pages_of
from tests.oracles.page import position_columns, window_columns
from tests.oracles.words import size_of

# Repeats on a page have another oracle.
PAGE_COLUMNS = tuple(name for name in PAGE if name != "page_repeats")


def read(texts, weights=PHRASES):
    batch = text_batch([utf8(text) for text in texts])
    table = text_features(batch, words_of(batch), weights).table
    return columns_of(table, TEXT_COLUMNS), list(pages_of(batch))


@given(st.lists(TEXTS, max_size=3))
def test_windows_are_those_of_the_oracle(texts):
    found, pages = read(texts)
    signals = [np.tanh(found["phrases_say"] / 2), found["log_words"], found["sentence_ends"]]
    signals = np.stack([*signals, np.ones_like(signals[0])], axis=1).astype(float)
    for page in pages:
        wanted = window_columns(signals[page.rows])
        for row, values in enumerate(wanted, start=page.rows.start):
            check_row(found, row, dict(zip(NEIGHBOURS, values, strict=True)), NEIGHBOURS, 5e-4)


@given(st.lists(TEXTS, max_size=3))
def test_places_are_those_of_the_oracle(texts):
    found, pages = read(texts)
    for page in pages:
        says, known, singles = (
            found[name][page.rows].astype(float) for name in ("phrases_say", "known_words", "single_share")
        )
        if says.size:
            wanted = position_columns([size_of(words) for words in page.words], says, known, singles)
            for row, columns in enumerate(wanted, start=page.rows.start):
                check_row(found, row, columns, (*PLACE, *PAGE_COLUMNS), 2e-3)


def test_a_line_weighs_half_as_much_with_every_half_life_of_distance():
    found, _ = read(["a.\nb\nc\nd\ne"], NO_PHRASES)
    ends = np.log1p(1)
    for life in HALF_LIVES:
        weights = 0.5 ** (np.arange(1, 5) / life)
        assert found[f"sentences_before_{life:g}"][4] == pytest.approx(
            ends * weights[3] / weights.sum(), rel=1e-4
        )
    assert found["sentences_-2"].tolist() == pytest.approx([0, 0, ends, 0, 0])
    assert found["presence_+1"].tolist() == [1, 1, 1, 1, 0]
