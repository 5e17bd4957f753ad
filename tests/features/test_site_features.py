"""What its site says about a line, against the oracle; and runs of new lines, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.schema import SITE_BLOCKS, names
from detector.features.site import site_features
from detector.sites.recurrence import LineRecurrence
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import TEXTS, check_row, columns_of, pages_of
from tests.oracles.site import site_columns
from tests.oracles.words import size_of

# Two menu lines, a run of three new lines and a single new line, with a footer between them.
WORDS = words_of(text_batch([b"Home\nNews\nA boat came home\nlate\nat night\nImprint\nby the way"]))
SEEN = np.array([10, 9, 0, 1, 0, 10, 0], np.int32)
LOG_ODDS = np.array([3, 3, -2, 1, -2, 4, 0], np.float32)


@given(st.lists(TEXTS, max_size=3), st.integers(0, 99))
def test_columns_are_those_of_the_oracle(texts, seed):
    batch, random = text_batch([utf8(text) for text in texts]), np.random.default_rng(seed)
    rows, log_odds = (
        batch.segment_start.size,
        (random.normal(size=batch.segment_start.size) * 8).astype(np.float32),
    )
    pages = random.integers(0, 12, len(texts)).astype(np.int32)
    most = np.repeat(pages, np.diff(batch.page_segment()))
    masked = (random.integers(0, 2, rows) * random.integers(0, most + 1)).astype(np.int32)
    exact = (masked - random.integers(0, masked + 1)).astype(np.int32)
    named = (random.integers(0, 2, rows) * random.integers(0, most + 1)).astype(np.int32)
    table = site_features(
        log_odds, LineRecurrence(exact, masked, named, pages), words_of(batch), batch.page_segment()
    )
    found = columns_of(table, names(SITE_BLOCKS))
    for page, known in zip(pages_of(batch), pages.tolist(), strict=True):
        sizes = np.array([size_of(line) for line in page.words])
        wanted = site_columns(
            log_odds[page.rows].astype(float),
            sizes,
            *(np.maximum(seen, named)[page.rows] for seen in (exact, masked)),
            known,
        )
        for at, row in enumerate(range(page.rows.start, page.rows.stop)):
            check_row(found, row, {name: values[at] for name, values in wanted.items()}, names(SITE_BLOCKS))


def table(pages=10):
    seen = LineRecurrence(SEEN, SEEN, 0 * SEEN, np.array([pages], np.int32))
    return columns_of(site_features(LOG_ODDS, seen, WORDS, np.array([0, SEEN.size])), names(SITE_BLOCKS))


def content(log_odds):
    return 1 - 1 / (1 + np.exp(-np.array(log_odds, float)))


def test_lines_on_few_pages_are_new_and_those_that_follow_each_other_share_their_columns():
    found = table()
    assert found["site_is_rare"].tolist() == [0, 0, 1, 1, 1, 0, 1]
    assert np.expm1(found["run_log_words"]).tolist() == pytest.approx([0, 0, 7, 7, 7, 0, 3])
    assert np.expm1(found["run_log_lines"]).tolist() == pytest.approx([0, 0, 3, 3, 3, 0, 1])
    assert found["run_mean_odds"].tolist() == pytest.approx([0, 0, -1, -1, -1, 0, 0])
    assert found["run_share_of_new"].tolist() == pytest.approx([0, 0, 0.7, 0.7, 0.7, 0, 0.3])


def test_a_run_has_the_content_that_its_lines_are_guessed_to_have():
    found = table()
    words = np.array([4, 1, 2, 3]) * content([-2, 1, -2, 0])
    assert np.expm1(found["run_log_content"][2]) == pytest.approx(words[:3].sum(), rel=1e-5)
    assert found["run_content_share"][2] == pytest.approx(words[:3].sum() / 7, rel=1e-5)
    assert found["run_share_of_content"][6] == pytest.approx(words[3] / words.sum(), rel=1e-5)


def test_a_page_has_the_guesses_of_its_new_lines_and_of_the_others():
    found = table()
    assert found["page_new_lines"].tolist() == pytest.approx([4 / 7] * 7)
    assert found["page_guess_of_others"][0] == pytest.approx(1 - content([3, 3, 4]).mean(), rel=1e-5)
    assert found["page_guess_of_new_lines"][0] == pytest.approx(1 - content([-2, 1, -2, 0]).mean(), rel=1e-5)
    of_words = np.average(1 - content([-2, 1, -2, 0]), weights=[4, 1, 2, 3])
    assert found["page_guess_of_new_words"][0] == pytest.approx(of_words, rel=1e-5)


def test_without_enough_other_pages_there_is_no_evidence():
    found = table(pages=1)
    assert not any(found[name].any() for name in names(SITE_BLOCKS[1:]))
