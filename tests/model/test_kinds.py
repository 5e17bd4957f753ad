"""The kinds of pages: the kernels against the oracle, and the verdict in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector
from detector.model.page_kinds import (
    BUCKETS,
    COLUMNS,
    KINDS,
    LOOKS,
    SIGNALS,
    KindWeights,
    kinds_of,
    link_shares,
    page_looks,
    page_words,
)
from detector.records import LINE_KINDS
from detector.results.verdict import verdict
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import HTML, TEXTS, check_row, columns_of, pages_of
from tests.oracles.model import kind_log_odds, look_columns, page_buckets

RNG = np.random.default_rng(5)


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


WEIGHTS = KindWeights(
    floats(BUCKETS, len(KINDS)), floats(len(COLUMNS)), abs(floats(len(COLUMNS))), floats(len(COLUMNS), len(KINDS)),
    floats(len(KINDS)),
)  # fmt: skip
NOT_KNOWN = np.zeros((0, len(LINE_KINDS)), np.float32)
PAGES = ["one two two three\nfour", "", "five 6 seven.\n\neight nine?", "一二三四"]
COLUMN = {name: at for at, name in enumerate(COLUMNS)}


def batch_of(pages):
    batch = text_batch([utf8(page) for page in pages])
    return batch, words_of(batch)


@given(st.lists(TEXTS, max_size=3) | st.lists(HTML, max_size=3), st.booleans(), st.integers(0, 99))
def test_looks_are_those_of_the_oracle(pages, is_html, seed):
    data = [utf8(page) for page in pages]
    batch, markup = html_batch(data) if is_html else (text_batch(data), None)
    scores = np.random.default_rng(seed).random(batch.segment_start.size).astype(np.float32)
    found = columns_of(page_looks(batch, words_of(batch), markup, scores), COLUMNS)
    shares = link_shares(batch, markup)
    for number, page in enumerate(pages_of(batch)):
        wanted = dict.fromkeys(COLUMNS, 0)
        if page.segments:
            wanted = look_columns(
                page.segments, page.words, scores[page.rows].astype(float), shares[page.rows]
            )
        check_row(found, number, wanted, COLUMNS)


@given(st.lists(TEXTS, max_size=3), st.integers(0, 99))
def test_kinds_are_those_of_the_oracle(texts, seed):
    batch, words = batch_of(texts)
    scores = np.random.default_rng(seed).random(batch.segment_start.size).astype(np.float32)
    found = kinds_of(batch, words, None, scores, WEIGHTS, NOT_KNOWN)
    looks = page_looks(batch, words, None, scores)
    for number, page in enumerate(pages_of(batch)):
        buckets = page_buckets([word for line in page.words for word in line])
        log_odds = kind_log_odds(buckets, looks[number].astype(float), WEIGHTS)
        wanted = np.exp(log_odds - log_odds.max())
        assert found.share[number] == pytest.approx(wanted / wanted.sum(), abs=1e-4)
        assert found.signal[number].sum(axis=1) + WEIGHTS.bias == pytest.approx(log_odds, abs=1e-3)


@given(st.lists(TEXTS, max_size=3))
def test_words_of_a_page_count_once(texts):
    batch, words = batch_of(texts)
    start, buckets = page_words(words, batch.page_segment())
    for number, page in enumerate(pages_of(batch)):
        wanted = page_buckets([word for line in page.words for word in line])
        assert buckets[start[number] : start[number + 1]].tolist() == wanted
    assert start[-1] == buckets.size


def test_a_signal_is_what_its_columns_add():
    batch, words = batch_of(PAGES)
    none = WEIGHTS._replace(bucket=WEIGHTS.bucket * 0, look=WEIGHTS.look * 0)
    for at, (_, columns) in enumerate(LOOKS, start=1):
        look = np.zeros_like(WEIGHTS.look)
        rows = [COLUMN[name] for name in columns]
        look[rows] = WEIGHTS.look[rows]
        scores = np.full(batch.segment_start.size, 0.3, np.float32)
        found = kinds_of(batch, words, None, scores, none._replace(look=look), NOT_KNOWN).signal
        whole = kinds_of(batch, words, None, scores, WEIGHTS, NOT_KNOWN).signal
        assert (found[:, :, at] == whole[:, :, at]).all()
        assert not np.delete(found, at, axis=2).any()


def test_looks_of_a_page():
    batch, words = batch_of(PAGES)
    looks = page_looks(batch, words, None, np.array([0, 1, 0.5, 0, 0], np.float32))
    assert looks[0, COLUMN["content_share"]] == pytest.approx(4 / 5)
    assert looks[0, COLUMN["content_lines"]] == pytest.approx(np.log1p(1))
    assert looks[2, COLUMN["digit_share"]] == pytest.approx(1 / 19)
    assert looks[3, COLUMN["single_share"]] == 1
    assert (looks[1] == 0).all()
    assert (looks[:, COLUMN["is_html"]] == 0).all()
    batch, markup = html_batch([utf8("<p><a>link</a> text"), utf8("<a>one</a>")])
    looks = page_looks(batch, words_of(batch), markup, np.zeros(2, np.float32))
    assert looks[:, COLUMN["is_html"]].tolist() == [1, 1]
    assert looks[0, COLUMN["link_share"]] == pytest.approx(4 / 9)
    assert looks[1, COLUMN["link_share"]] == 1


def test_a_page_of_hardly_a_word_is_empty():
    share, signal = np.ones(len(KINDS), np.float32), np.zeros((len(KINDS), len(SIGNALS)), np.float32)
    assert verdict(share, signal, 3, 0.0).kind == "empty"
    assert verdict(share, signal, 300, 0.0).kind == KINDS[0]


def test_signals_are_the_strongest_first():
    share, signal = np.zeros(len(KINDS), np.float32), np.zeros((len(KINDS), len(SIGNALS)), np.float32)
    share[2], signal[2, 0], signal[2, 3] = 0.9, 2.0, 5.0
    found = verdict(share, signal, 300, 0.0)
    assert (found.kind, found.probability) == (KINDS[2], 0.9)
    assert [reason.code for reason in found.signals] == [SIGNALS[3], SIGNALS[0]]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("<body><script>start()</script>", "empty"),
        ("Sign in\nEmail or user name\nPassword\nForgot your password?\nCreate an account", "login"),
        (
            "404\nPage not found\nThe page you were looking for does not exist or has been moved.\n"
            "Go back to the home page\nSearch",
            "error",
        ),
        (
            "We value your privacy\nWe and our partners store and access information on a device, such as "
            "cookies, and process personal data for personalised ads. You can change your choice at any time."
            "\nAccept all\nReject all\nManage settings\nCookie policy",
            "consent wall",
        ),
    ],
)
def test_pages_that_only_look_like_a_success(detector: Detector, page, kind):
    assert detector.score(page).verdict.kind == kind


def test_the_verdict_is_in_the_dictionary(detector: Detector):
    found = detector.score("Sign in\nPassword\nForgot your password?").to_dict()["verdict"]
    assert set(found) == {"kind", "probability", "signals"}
    assert 0 < found["probability"] <= 1
