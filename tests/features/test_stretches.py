"""Stretches of new lines, by hand."""

import numpy as np
import pytest
from detector.features.novel_runs import stretch_columns

from detector.features.schema import STRETCHES
from detector.sites.recurrence import LineRecurrence
from detector.text.plain import text_batch
from detector.text.words import words_of

# Two lines of a menu, a stretch of three and one of one, with a footer between them.
WORDS = words_of(text_batch([b"Home\nNews\nA boat came home\nlate\nat night\nImprint\nby the way"]))
SEEN = np.array([10, 9, 0, 1, 0, 10, 0], np.int32)
ODDS = np.array([3, 3, -2, 1, -2, 4, 0], np.float32)


def table(pages=10):
    seen = LineRecurrence(SEEN, SEEN, np.array([pages], np.int32))
    found = stretch_columns(ODDS, seen, WORDS, np.array([0, SEEN.size]))
    return {name: found[:, number] for number, name in enumerate(STRETCHES)}


def content(odds):
    return 1 - 1 / (1 + np.exp(-np.array(odds, float)))


def test_lines_on_few_pages_are_new_and_those_that_follow_each_other_share_their_columns():
    found = table()
    assert found["site_is_rare"].tolist() == [0, 0, 1, 1, 1, 0, 1]
    assert np.expm1(found["stretch_log_words"]).tolist() == pytest.approx([0, 0, 7, 7, 7, 0, 3])
    assert np.expm1(found["stretch_log_lines"]).tolist() == pytest.approx([0, 0, 3, 3, 3, 0, 1])
    assert found["stretch_mean_odds"].tolist() == pytest.approx([0, 0, -1, -1, -1, 0, 0])
    assert found["stretch_share_of_new"].tolist() == pytest.approx([0, 0, 0.7, 0.7, 0.7, 0, 0.3])


def test_a_stretch_has_the_content_that_its_lines_are_guessed_to_have():
    found = table()
    words = np.array([4, 1, 2, 3]) * content([-2, 1, -2, 0])
    assert np.expm1(found["stretch_log_content"][2]) == pytest.approx(words[:3].sum(), rel=1e-5)
    assert found["stretch_content_share"][2] == pytest.approx(words[:3].sum() / 7, rel=1e-5)
    assert found["stretch_share_of_content"][6] == pytest.approx(words[3] / words.sum(), rel=1e-5)


def test_a_page_has_the_guesses_of_its_new_lines_and_of_the_others():
    found = table()
    assert found["page_new_lines"].tolist() == pytest.approx([4 / 7] * 7)
    assert found["page_guess_of_others"][0] == pytest.approx(1 - content([3, 3, 4]).mean(), rel=1e-5)
    assert found["page_guess_of_new_lines"][0] == pytest.approx(1 - content([-2, 1, -2, 0]).mean(), rel=1e-5)
    of_words = np.average(1 - content([-2, 1, -2, 0]), weights=[4, 1, 2, 3])
    assert found["page_guess_of_new_words"][0] == pytest.approx(of_words, rel=1e-5)


def test_without_enough_other_pages_nothing_is_said():
    assert not any(column.any() for column in table(pages=1).values())
