"""Pages aligned with their gold text: against the oracle, and known cases."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector import native
from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.data.alignment import content_shares, explained_words
from tests.oracles.pairs import aligned, without_short_runs

WORDS = st.lists(st.integers(0, 5), max_size=14)


def found(page, gold, page_ends, gold_ends):
    match = np.empty(len(page), np.int64)
    words = [np.array(part, np.uint64) for part in (page, gold)]
    ends = [np.array(part, np.bool_) for part in (page_ends, gold_ends)]
    native.run("align_words", words[0], ends[0], words[1], ends[1], match)
    return match.tolist()


@given(WORDS, WORDS)
def test_an_alignment_is_that_of_the_oracle(page, gold):
    """Short runs are dropped unless they are whole lines: here each word is a line."""
    match = found(page, gold, [True] * len(page), [True] * len(gold))
    assert match == aligned(page, gold)
    pairs = [(here, there) for here, there in enumerate(match) if there >= 0]
    assert all(page[here] == gold[there] for here, there in pairs)
    assert [there for _, there in pairs] == sorted({there for _, there in pairs})


@given(WORDS, WORDS, st.data())
def test_short_runs_are_forgotten_unless_they_are_lines(page, gold, data):
    ends = [
        data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words))) for words in (page, gold)
    ]
    assert found(page, gold, *ends) == without_short_runs(aligned(page, gold), *ends)


def shares(page, gold):
    return content_shares(words_of(text_batch([page.encode()])), gold).tolist()


STORY = "The ferry ran all winter\nNobody had thought that it would"


def test_lines_of_the_gold_are_explained():
    assert shares(f"Home\n{STORY}\nImprint", STORY) == [0, 1, 1, 0]


def test_a_part_of_a_line_is_a_share():
    assert shares("By Ann: the ferry ran all winter and spring", "The ferry ran all winter") == [5 / 9]


def test_gold_in_another_order_is_found_in_later_passes():
    one, two = STORY.split("\n")
    assert shares(STORY, f"{two}\n{one}") == [1, 1]


def test_a_word_of_the_text_does_not_explain_a_menu_but_a_line_of_it_does():
    assert shares("winter\nThe ferry ran", "The ferry ran all winter") == [0, 1]
    assert shares("winter\nThe ferry ran", "winter\nThe ferry ran") == [1, 1]


def test_a_copy_beyond_those_of_the_gold_is_not_explained():
    assert sorted(shares(f"{STORY}\n{STORY}", STORY)) == [0, 0, 1, 1]


def test_pages_and_golds_without_words():
    assert shares("…\n—", STORY) == [-1, -1]
    assert shares("Home", "") == [0]
    assert explained_words(words_of(text_batch([b""])), STORY).size == 0
