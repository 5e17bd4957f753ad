"""Clean text, against the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.clean_text import clean_text
from detector.decisions import Decisions
from detector.text.decoding import text_of, utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.oracles.decide import after_headline
from tests.oracles.decide import clean_text as oracle


def cleaned(text, keep, cut=None):
    """Clean a text whose segments are kept or not, with words cut from their beginnings."""
    batch = text_batch([utf8(text)])
    size = batch.segment_start.size
    decisions = Decisions(
        kept=np.array([bool(keep[row % len(keep)]) for row in range(size)], np.bool_),
        cut_words=np.array([(cut or {}).get(row, 0) for row in range(size)], np.int32),
        threshold=np.zeros(1, np.float32),
        policy=np.zeros(1, np.uint8),
        rule=np.zeros(size, np.uint8),
        content=np.zeros((1, 2), np.float32),
    )
    return text_of(clean_text(batch, words_of(batch), decisions).text.tobytes())


LINE = st.sampled_from(["a", "b b", "", "", " ", "c.", "ü中"])
TEXT = st.lists(st.tuples(LINE, st.sampled_from(["\n", "\r\n", "\r"])), max_size=14).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(TEXT, st.lists(st.booleans(), min_size=1, max_size=8))
def test_clean_text_is_that_of_the_oracle(text, keep):
    assert cleaned(text, keep) == oracle(text, keep)


def test_blank_runs_beside_dropped_lines_become_the_longest_of_them():
    assert cleaned("a\n\n\nx\n\nb", [1, 0, 1]) == "a\n\n\nb"
    assert cleaned("a\nx\nb", [1, 0, 1]) == "a\nb"
    assert cleaned("\n\na\n\n\nx\n", [1, 0]) == "a"


def test_nothing_dropped_changes_nothing_but_the_ends():
    text = "a\r\n\r\n b \r\r\nc"
    assert cleaned(text, [1]) == text


@pytest.mark.parametrize(
    ("joint", "rest"),
    [
        (". ", "The mayor"),
        (" – ", "The mayor"),
        (": ", "The mayor"),
        (" ", "The mayor"),
        ("! ", "“The mayor"),
        (" | ", "The mayor"),
        (" - ", "5 mayors"),
    ],
)
def test_a_cut_ends_where_text_goes_on(joint, rest):
    assert cleaned(f"Bridge opens today{joint}{rest} came.", [1], {0: 3}) == f"{rest} came."


@given(st.text(alphabet=" .!–-|:»“…", max_size=6), st.text(alphabet=" .a5“é中\u2003-", max_size=6))
def test_what_stays_after_a_cut_is_that_of_the_oracle(joint, rest):
    wanted = after_headline(f" {joint}{rest}")
    assert cleaned(f"Bridge opens today {joint}{rest}", [1], {0: 3}) == wanted


def test_sentences_cut_from_a_long_line_leave_whole_sentences():
    sentences = [f"Sentence number {number} stands here. " for number in range(40)]
    keep = [number % 3 != 0 for number in range(40)]
    wanted = "".join(sentence for sentence, kept in zip(sentences, keep, strict=True) if kept).rstrip()
    assert cleaned("".join(sentences), keep) == wanted
