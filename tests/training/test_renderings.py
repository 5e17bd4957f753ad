"""Which line of one rendering of a page is in which line of another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.plain import text_batch
from detector.text.words import words_of
from detector.training.data.renderings import PageWords, shares_of_lines


def words(*pages: str) -> PageWords:
    batch = text_batch([page.encode() for page in pages])
    found = words_of(batch)
    page = np.repeat(np.arange(len(pages)), np.diff(batch.page_segment()))
    return PageWords(found.key, found.segment_word, page)


def test_the_same_lines_are_found_one_by_one():
    page = words("Home\nAbout us\nThe ship goes to a yard up the coast.")
    assert shares_of_lines(page, page).toarray() == pytest.approx(np.eye(3))


def test_a_joined_line_is_shared_by_its_parts():
    source = words("Home\nAbout us\nThe ship goes to a yard.\nThe council has asked for it.")
    text = words("Home | About us\nThe ship goes to a yard. The council has asked for it.")
    assert shares_of_lines(text, source).toarray() == pytest.approx(
        np.array([[1 / 3, 2 / 3, 0, 0], [0, 0, 0.5, 0.5]])
    )


def test_a_torn_line_belongs_to_the_whole():
    source = words("The ship goes to a yard up the coast.")
    assert shares_of_lines(words("The ship goes to\na yard up the coast."), source).toarray().tolist() == [
        [1],
        [1],
    ]


def test_lines_that_are_not_in_the_source_are_empty():
    source = words("The ship goes to a yard up the coast.")
    found = shares_of_lines(words("Seven other words stand in this line\nThe ship goes"), source)
    assert found.toarray().tolist() == [[0], [1]]


def test_lines_of_other_pages_are_not_found():
    source = words("Home\nOne two three four", "Work\nFive six seven eight")
    text = words("Work\nOne two three four", "Home\nFive six seven eight")
    assert shares_of_lines(text, source).toarray().tolist() == [
        [0, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
    ]


LINES = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6).map(" ".join), max_size=8).map("\n".join)


@given(st.lists(st.tuples(LINES, LINES), min_size=1, max_size=3))
def test_rows_sum_to_one_or_are_empty(pages):
    text, source = (words(*(pair[side] for pair in pages)) for side in (0, 1))
    found = shares_of_lines(text, source)
    total = np.asarray(found.sum(axis=1)).ravel()
    assert (np.isclose(total, 1) | (total == 0)).all()
    assert found.shape == (text.page.size, source.page.size)
    owners = found.tocoo()
    assert (text.page[owners.coords[0]] == source.page[owners.coords[1]]).all()
