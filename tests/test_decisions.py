"""Decisions: the threshold with the highest expected F1, and the policies on top of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.decisions import (
    BY_F1,
    BY_SCORE,
    COPY_DROPPED,
    MOSTLY_CONTENT,
    NO_CONTENT,
    ORIGINAL_KEPT,
    DecisionPolicy,
    decide,
)
from detector.errors import SettingsError
from detector.model.network import OperatingPoints
from detector.model.operating_points import threshold_of
from detector.records import COPY_KINDS, Copies
from detector.settings import Settings
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.oracles.decide import cut_titles, expected_f1, policy_of, without_copies

ANY = Settings(least_content=0, mostly_content=1)


def decided(pages, settings=ANY, copies=None, site_pages=None):
    """Decide pages given as lists of (score, words); `copies`: (original, kind) of each line."""
    texts = ["\n".join("word " * words for _, words in page).encode() for page in pages]
    batch = text_batch(texts)
    scores = np.array([score for page in pages for score, _ in page], np.float32)
    copies = copies or [(-1, "")] * scores.size
    found = Copies(
        of=np.array([of for of, _ in copies]),
        kind=np.array([COPY_KINDS.index(kind) for _, kind in copies], np.uint8),
        cut_words=np.full(scores.size, 2, np.int32),
    )
    return decide(
        scores,
        words_of(batch),
        batch.page_segment(),
        found,
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
    settings = Settings(threshold=threshold)
    settings = replace(settings, least_content=0, mostly_content=1) if any_content else settings
    found = decided(pages, settings, site_pages=np.full(len(pages), 10 * is_known))
    for number, page in enumerate(pages):
        limits = (settings.least_content, settings.mostly_content)
        content = sum((1 - score) * words for score, words in page)
        if abs(content / sum(columns(page)[1]) - settings.mostly_content) < 1e-6:
            continue  # float32 may round to either side
        policy, limit = policy_of(*columns(page), *limits, is_known, threshold)
        assert found.policy[number] == policy
        assert expected_f1(
            *columns(page), [score <= found.threshold[number] for score, _ in page]
        ) == pytest.approx(expected_f1(*columns(page), [score <= limit for score, _ in page]), abs=1e-4)
        assert found.content[number] == pytest.approx([content, sum(columns(page)[1])], rel=1e-4, abs=1e-4)
    limits = np.repeat(found.threshold, [len(page) for page in pages])
    scores = np.array([score for page in pages for score, _ in page], np.float32)
    assert found.kept.tolist() == (scores <= limits).tolist()


@given(PAGE, st.data())
def test_copies_and_cuts_are_those_of_the_oracle(page, data):
    size = len(page)
    kind = st.sampled_from(COPY_KINDS[1:])
    copy = st.tuples(st.integers(0, size - 1), kind) | st.just((-1, ""))
    copies = data.draw(st.lists(copy, min_size=size, max_size=size))
    dropped = data.draw(st.lists(kind, unique=True))
    kept = decided([page]).kept.tolist()
    found = decided([page], replace(ANY, drop_copies=tuple(dropped)), copies)
    stays = without_copies(kept, *columns(page), copies, dropped)
    cuts = cut_titles(stays, copies, [2] * size)
    assert found.kept.tolist() == stays
    assert found.cut_words.tolist() == cuts
    assert all(found.rule[(found.rule == COPY_DROPPED) & found.kept] == 0)


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


def test_the_title_is_cut_off_a_paragraph_and_stays_itself():
    copies = [(-1, ""), (0, "headline-prefix")]
    page = [(0.1, 4), (0.1, 9)]
    assert decided([page], copies=copies).cut_words.tolist() == [0, 2]
    assert decided([page], Settings(cut_headlines=False), copies).cut_words.tolist() == [0, 0]
    found = decided([[(0.9, 4), (0.1, 9)]], Settings(threshold=0.5), copies)
    assert (found.kept.tolist(), found.cut_words.tolist()) == ([True, True], [0, 2])
    assert found.rule.tolist() == [ORIGINAL_KEPT, 0]


def test_lengths_weigh():
    found = decided([[(0.05, 200), (0.5, 2), (0.6, 100)]])
    assert found.kept.tolist() == [True, True, False]


def test_a_page_that_is_nearly_all_content_loses_only_what_is_surely_none():
    page = [(0.02, 200), (0.4, 5), (0.9, 3), (0.95, 2)]
    found = decided([page], Settings())
    assert found.kept.tolist() == [True, True, True, False]
    assert found.policy[0] == MOSTLY_CONTENT
    # On a page with as much template, the same lines are judged by the page's own threshold.
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
    ("row", "kind", "settings", "dropped", "why"),
    [
        (7, "headline", ANY, [7], "a copy of the title, whatever its score"),
        (7, "headline", Settings(threshold=0.5), [7], "also under a threshold"),
        (7, "headline", Settings(), [7], "also on a page that is nearly all content"),
        (7, "headline", replace(ANY, drop_copies=("block",)), [], "not a kind that is dropped"),
        (7, "refrain", ANY, [], "part of the text"),
        (2, "repeat", ANY, [2], "its score decides"),
        (7, "repeat", ANY, [], "its score decides"),
        (2, "repeat", Settings(threshold=0.5), [], "a given threshold decides alone"),
        (2, "repeat", Settings(), [], "a page that is nearly all content"),
    ],
)
def test_copies_by_kind(row, kind, settings, dropped, why):
    copies = [(1, kind) if at == row else (-1, "") for at in range(len(COPIES))]
    found = decided([COPIES], settings, copies)
    assert np.flatnonzero(~found.kept).tolist() == dropped, why
    assert np.flatnonzero(found.rule == COPY_DROPPED).tolist() == dropped


@pytest.mark.parametrize("pages", [0, 200])
def test_a_known_site_brings_no_copy_back(pages):
    copies = [(1, "headline") if at == 7 else (-1, "") for at in range(len(COPIES))]
    found = decided([COPIES], Settings(), copies, np.array([pages]))
    assert not found.kept[7]
