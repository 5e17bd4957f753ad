"""First guesses in their context, against plain references."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features import ancestors as holders
from detector.features import context as context_columns
from detector.features.build import context_features, html_features, text_features
from detector.features.markup import BUCKETS as MARKUP_BUCKETS
from detector.features.markup import MarkupWeights
from detector.features.phrases import BUCKETS, KNOWN_BITS, PhraseWeights
from detector.features.schema import HTML_COLUMNS, HTML_CONTEXT, TEXT_CONTEXT, names
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.plain import text_batch
from detector.text.words import words_of

PHRASES = PhraseWeights(
    np.zeros(BUCKETS, np.float32), np.zeros(1, np.float32), np.zeros(1 << (KNOWN_BITS - 6), np.uint64)
)
MARKUP = MarkupWeights(np.zeros(MARKUP_BUCKETS, np.float32), np.zeros(1, np.float32))
TEXT = {name: at for at, name in enumerate(names(TEXT_CONTEXT))}
HTML = {name: at for at, name in enumerate(names(HTML_CONTEXT))}


def text_context(pages, odds):
    batch = text_batch([utf8(page) for page in pages])
    words = words_of(batch)
    evidence = text_features(batch, words, PHRASES)
    return context_features(batch, words, None, evidence, np.array(odds, np.float32))


def html_context(page, odds):
    batch, markup = html_batch([utf8(page)])
    words = words_of(batch)
    evidence = html_features(batch, words, markup, PHRASES, MARKUP)
    return context_features(batch, words, markup, evidence, np.array(odds, np.float32))


def guessed(odds):
    return 1 / (1 + math.exp(-odds))


def test_every_column_is_written():
    assert np.isfinite(text_context(["a b\nc", "d"], [1, -1, 0])).all()
    assert np.isfinite(html_context("<title>a b</title><p>a b<p>c", [1, -1])).all()
    assert text_context([""], []).shape == (0, len(TEXT))


def test_a_page_is_summed_up():
    found = text_context(["one two three\nfour five\n\nsix", "seven eight"], [-2, 0.5, 3, -1])
    weights, guesses = [3.5, 2.5, 1.5], [guessed(odds) for odds in (-2, 0.5, 3)]
    content = sum(weight * (1 - guess) for weight, guess in zip(weights, guesses, strict=True))
    assert found[0, TEXT["page_content_share"]] == pytest.approx(content / 7.5, abs=1e-5)
    assert found[1, TEXT["page_log_content"]] == pytest.approx(math.log1p(content), abs=1e-5)
    assert found[0, TEXT["page_likely_content"]] == pytest.approx(3.5 / 7.5)
    assert found[0, TEXT["page_possible_content"]] == pytest.approx(6 / 7.5)
    assert found[1, TEXT["place_in_content"]] == pytest.approx(
        (3.5 * (1 - guesses[0]) + 2.5 * (1 - guesses[1]) / 2) / content, abs=1e-5
    )
    assert found[3, TEXT["page_log_guessed_words"]] == pytest.approx(math.log1p(2.5))
    assert found[:, TEXT["guess"]].tolist() == [-2, 0.5, 3, -1]
    assert found[0, TEXT["guess_squeezed"]] == pytest.approx(-0.5)


def test_a_guess_counts_up_to_a_bound():
    assert text_context(["a"], [40])[0, TEXT["guess"]] == context_columns.MOST_ODDS


CARDS = (
    "<div class=menu><a>Home page</a></div>"
    "<div class=card><h3>One</h3><p>first card</p></div><div class=card><h3>Two</h3><p>second card</p></div>"
    "<div class=side><p>other text</p></div>"
)


def test_lines_that_look_alike():
    odds = [3.0, -1.0, -2.0, 1.0, -3.0, 2.0]
    found = html_context(CARDS, odds)
    guess = [guessed(value) for value in odds]
    # <p>: both cards' and the side's look the same; with their parent only the cards'.
    alike = (2.5 * guess[2] + 2.5 * guess[4] + 2.5 * guess[5]) / 7.5
    assert found[2, HTML["guess_alike_block"]] == pytest.approx(alike, abs=1e-5)
    assert found[5, HTML["guess_alike_block"]] == pytest.approx(alike, abs=1e-5)
    assert found[2, HTML["guess_alike_pair"]] == pytest.approx((guess[2] + guess[4]) / 2, abs=1e-5)
    assert found[5, HTML["guess_alike_pair"]] == pytest.approx(guess[5], abs=1e-5)
    assert found[1, HTML["log_lines_alike_path"]] == pytest.approx(math.log1p(2))


def test_the_elements_that_hold_a_line():
    odds = [3.0, -1.0, -2.0, 1.0, -3.0, 2.0]
    found = html_context(CARDS, odds)
    guess = [guessed(value) for value in odds]
    card = (1.5 * guess[1] + 2.5 * guess[2]) / 4
    assert found[1, HTML["guess_holder_1"]] == pytest.approx(card, abs=1e-5)
    total = 2.5 + 1.5 + 2.5 + 1.5 + 2.5 + 2.5
    assert found[1, HTML["share_holder_1"]] == pytest.approx(4 / total, abs=1e-5)
    # Farther out stands the body, and nothing beyond it.
    assert found[1, HTML["share_holder_2"]] == pytest.approx(1, abs=1e-5)
    assert found[1, HTML["share_holder_6"]] == pytest.approx(1, abs=1e-5)


def test_the_way_from_the_title():
    page = (
        "<title>Bridge opens</title><body><nav><p>Menu</p></nav>"
        "<main><h1>Bridge opens</h1><div><p>It is long.</p></div></main>"
    )
    found = html_context(page, [1.0, -1.0, -1.0])
    menu, title, text = found
    assert title[HTML["title_up"]] == 0
    assert title[HTML["title_down"]] == 0
    assert title[HTML["title_before"]] == 1
    assert text[HTML["title_up"]] == pytest.approx(math.log1p(1))  # to <main>
    assert text[HTML["title_down"]] == pytest.approx(math.log1p(2))  # <div>, <p>
    assert menu[HTML["title_up"]] == pytest.approx(math.log1p(2))  # to <body>
    assert menu[HTML["title_before"]] == 0
    assert menu[HTML["title_distance"]] == pytest.approx(-math.log1p(1))
    assert menu[HTML["title_shared"]] < text[HTML["title_shared"]] < title[HTML["title_shared"]]


def test_a_page_without_title_has_no_way_from_it():
    found = html_context("<p>one two<p>three four", [1.0, 1.0])
    assert (found[:, holders.TITLE_AT :] == 0).all()


@given(st.lists(st.lists(st.sampled_from("pdiu"), max_size=6), min_size=1, max_size=4), st.integers(0, 99))
def test_pages_of_a_batch_do_not_touch_each_other(shapes, seed):
    tags = {"p": "<p>some words", "d": "<div class=x>more", "i": "<i>words</i>", "u": "<ul><li>item</ul>"}
    pages = ["".join(tags[tag] for tag in shape) + "<title>more</title>" for shape in shapes]
    rng = np.random.default_rng(seed)
    batch, markup = html_batch([utf8(page) for page in pages])
    words = words_of(batch)
    odds = rng.normal(size=batch.segment_start.size).astype(np.float32)
    evidence = html_features(batch, words, markup, PHRASES, MARKUP)
    together = context_features(batch, words, markup, evidence, odds)
    segments = batch.page_segment()
    for number, page in enumerate(pages):
        rows = slice(int(segments[number]), int(segments[number + 1]))
        assert (html_context(page, odds[rows]) == together[rows]).all()


def test_columns_that_are_seen_again_are_those_of_the_first_table():
    batch, markup = html_batch([utf8("<h2>Some heading</h2><p>text, and more text.</p>")])
    words = words_of(batch)
    evidence = html_features(batch, words, markup, PHRASES, MARKUP)
    found = context_features(batch, words, markup, evidence, np.zeros(2, np.float32))
    for name in ("log_words", "sentence_ends", "is_copy", "heading_level", "link_share", "in_title"):
        assert (found[:, HTML[name]] == evidence.table[:, HTML_COLUMNS.index(name)]).all()
