"""Decisions: the threshold of greatest expected F1, and the policies on top."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.decisions import BY_F1, BY_SCORE, MOSTLY_CONTENT, NO_CONTENT, DecisionPolicy, decide
from detector.errors import SettingsError
from detector.model.network import OperatingPoints
from detector.model.operating_points import threshold_of
from detector.records import Repeats
from detector.settings import Settings
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.oracles.decide import cut_words, expected_f1, policy_of, without_copies

ANY = Settings(least_content=0, mostly_content=1)


def decided(pages, settings=ANY, begins=None, original=None, block=1, site_pages=None):
    """Decide pages given as lists of (score, words)."""
    texts = ["\n".join("word " * words for _, words in page).encode() for page in pages]
    batch = text_batch(texts)
    scores = np.array([score for page in pages for score, _ in page], np.float32)
    size = scores.size
    zeros = np.zeros(size, np.int32)
    repeats = Repeats(
        original=np.arange(size) if original is None else np.array(original),
        copies=zeros,
        similarity=np.full(size, 0 if original is None else 1, np.float32),
        block=np.full(size, block, np.int32),
        alike=zeros,
        begins=np.full(size, -1) if begins is None else np.array(begins),
        begins_words=np.full(size, 2, np.int32),
    )
    return decide(
        scores,
        words_of(batch),
        batch.page_segment(),
        repeats,
        DecisionPolicy(settings, settings.threshold, site_pages),
    )


PAGE = st.lists(
    st.tuples(st.integers(0, 1000).map(lambda score: score / 1000), st.integers(1, 30)),
    min_size=1,
    max_size=12,
)


def columns(page):
    """The scores and sizes of a page of (score, words)."""
    return [score for score, _ in page], [words for _, words in page]


@given(PAGE)
def test_no_other_threshold_expects_more(page):
    scores, sizes = columns(page)
    found = decided([page])
    ours = expected_f1(scores, sizes, found.kept)
    for threshold in scores:
        assert expected_f1(scores, sizes, [score <= threshold for score in scores]) <= ours + 1e-4
    assert found.policy[0] == BY_F1


@given(
    st.lists(PAGE, min_size=1, max_size=3),
    st.sampled_from([None, 0.0, 0.4, 1.0]),
    st.booleans(),
    st.booleans(),
)
def test_decisions_are_those_of_the_oracle(pages, threshold, any_content, is_known):
    settings = Settings(threshold=threshold, drop_copies=False)
    settings = replace(settings, least_content=0, mostly_content=1) if any_content else settings
    found = decided(pages, settings, site_pages=np.full(len(pages), 10 * is_known))
    for number, page in enumerate(pages):
        limits = (settings.least_content, settings.mostly_content)
        policy, limit = policy_of(*columns(page), *limits, is_known, threshold)
        assert found.policy[number] == policy
        assert expected_f1(
            *columns(page), [score <= found.threshold[number] for score, _ in page]
        ) == pytest.approx(expected_f1(*columns(page), [score <= limit for score, _ in page]), abs=1e-4)
        content = sum((1 - score) * words for score, words in page)
        assert found.content[number] == pytest.approx([content, sum(columns(page)[1])], rel=1e-4, abs=1e-4)
    limits = np.repeat(found.threshold, [len(page) for page in pages])
    scores = np.array([score for page in pages for score, _ in page], np.float32)
    assert found.kept.tolist() == (scores <= limits).tolist()


@given(PAGE, st.data())
def test_copies_and_headlines_are_those_of_the_oracle(page, data):
    rows = st.integers(-1, len(page) - 1)
    original, begins = (data.draw(st.lists(rows, min_size=len(page), max_size=len(page))) for _ in range(2))
    block = data.draw(st.integers(0, 4))
    kept = decided([page], replace(ANY, drop_copies=False)).kept.tolist()
    found = decided([page], begins=begins, original=original, block=block)
    stays = without_copies(kept, *columns(page), original, [block] * len(page))
    assert found.kept.tolist() == stays
    wanted = [cut_words(row, stays, original, begins, [2] * len(page)) for row in range(len(page))]
    assert found.cut_words.tolist() == wanted


@given(st.lists(PAGE, min_size=1, max_size=4))
def test_pages_are_decided_alone(pages):
    together = decided(pages).kept.tolist()
    alone = [keep for page in pages for keep in decided([page]).kept.tolist()]
    assert together == alone


@pytest.mark.parametrize("threshold", [0.0, 0.4, 1.0])
def test_a_threshold_is_obeyed(threshold):
    page = [(0.1, 5), (0.4, 5), (0.401, 5), (1.0, 5)]
    found = decided([page], Settings(threshold=threshold))
    assert found.kept.tolist() == [score <= threshold for score, _ in page]
    assert found.policy[0] == BY_SCORE


def test_a_page_without_content_comes_out_empty():
    page = [(0.97, 5), (0.99, 3), (0.96, 2)]
    found = decided([page], Settings())
    assert not found.kept.any()
    assert found.policy[0] == NO_CONTENT
    assert decided([page], ANY).kept.any()


def test_a_headline_is_cut_only_where_it_stays_elsewhere():
    begins = [-1, 0]
    assert decided([[(0.1, 4), (0.1, 9)]], begins=begins).cut_words.tolist() == [0, 2]
    assert decided([[(0.9, 4), (0.1, 9)]], Settings(threshold=0.5), begins).cut_words.tolist() == [0, 0]
    assert decided([[(0.1, 4), (0.1, 9)]], Settings(cut_headlines=False), begins).cut_words.tolist() == [0, 0]


def test_lengths_weigh():
    found = decided([[(0.05, 200), (0.5, 2), (0.6, 100)]])
    assert found.kept.tolist() == [True, True, False]


def test_a_page_that_is_nearly_all_content_loses_only_what_is_surely_none():
    page = [(0.02, 200), (0.4, 5), (0.9, 3), (0.95, 2)]
    found = decided([page], Settings())
    assert found.kept.tolist() == [True, True, True, False]
    assert found.policy[0] == MOSTLY_CONTENT
    # The same lines on a page with as much template are judged by the page's own threshold.
    found = decided([[*page, (0.99, 200)]], Settings())
    assert found.policy[0] == BY_F1


CURVE = OperatingPoints(
    kept=np.linspace(0.5, 1, 1001, dtype=np.float32), precise=np.linspace(0.9, 0.4, 1001, dtype=np.float32)
)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (Settings(), None),
        (Settings(threshold=0.3), 0.3),
        (Settings(lose_at_most=0.1), 0.8),
        (Settings(recall=0.9), 0.8),
        (Settings(recall=0.2), 0.0),
        (Settings(lose_at_most=0), 1.0),
        (Settings(precision=0.8), 0.2),
    ],
)
def test_a_goal_is_read_off_the_curve(settings, wanted):
    found = threshold_of(settings, CURVE)
    assert found == (wanted if wanted is None else pytest.approx(wanted, abs=0.0011))


def test_a_goal_that_cannot_be_reached_is_refused():
    with pytest.raises(SettingsError, match=r"the best is 0\.9"):
        threshold_of(Settings(precision=0.95), CURVE)


def test_only_one_goal_can_decide():
    with pytest.raises(SettingsError, match="threshold and recall"):
        Settings(threshold=0.5, recall=0.9)


def test_a_page_whose_site_is_known_well_keeps_nothing_for_being_nearly_all_content():
    page = [(0.01, 200), (0.85, 3)]
    assert decided([page], Settings()).policy.tolist() == [MOSTLY_CONTENT]
    for pages, wanted in ((9, [True, True]), (10, [True, False])):
        assert decided([page], Settings(), site_pages=np.array([pages])).kept.tolist() == wanted


COPIES = [(0.01, 20), (0.02, 5), (0.31, 5), (0.01, 20), (0.01, 20), (0.01, 20), (0.01, 20), (0.29, 5)]


@pytest.mark.parametrize(
    ("original", "settings", "dropped", "why"),
    [
        ([0, 1, 1, 3, 4, 5, 6, 7], ANY, [2], "a copy of a line that stays"),
        ([0, 1, 2, 3, 4, 5, 6, 6], ANY, [], "a copy that is likely content, as a refrain is"),
        ([0, 1, -1, 3, 4, 5, 6, 7], ANY, [], "no copy"),
        ([0, 1, 1, 3, 4, 5, 6, 7], Settings(least_content=0, mostly_content=1, drop_copies=False), [], "off"),
        ([0, 1, 1, 3, 4, 5, 6, 7], Settings(threshold=0.5), [], "a given threshold decides alone"),
        ([0, 1, 1, 3, 4, 5, 6, 7], Settings(), [], "a page that is nearly all content"),
    ],
)
def test_copies_of_lines_that_stay(original, settings, dropped, why):
    kept = decided([COPIES], settings, original=original).kept
    assert np.flatnonzero(~kept).tolist() == dropped, why


def test_several_lines_that_return_far_away_may_be_a_refrain():
    page = [(0.01, 5)] * 3 + [(0.01, 20)] * 7 + [(0.31, 5)] * 3
    original = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert not decided([page], original=original).kept[10:].any()
    assert decided([page], original=original, block=3).kept[10:].all()
