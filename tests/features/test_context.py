"""First guesses in context, against the oracle and worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import context_features, html_features, text_features
from detector.features.schema import (
    AGAIN,
    ALIKE,
    ANCESTORS,
    COHESION,
    FROM_TITLE,
    GUESS,
    GUESSES_AROUND,
    GUESSES_ON_PAGE,
    HTML_COLUMNS,
    HTML_CONTEXT,
    MARKUP_AGAIN,
    PLACE_IN_CONTENT,
    TEXT_CONTEXT,
    names,
)
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import (
    HTML,
    MARKUP,
    NO_MARKUP,
    NO_PHRASES,
    PHRASES,
    TEXTS,
    check_row,
    columns_of,
    pages_of,
)
from tests.oracles.cohesion import cohesion_columns
from tests.oracles.context import (
    MOST_LOG_ODDS,
    alike_columns,
    alike_in_text,
    ancestor_columns,
    from_title_columns,
    guesses_of,
    page_columns,
    text_looks,
    title_row,
)
from tests.oracles.markup import Elements
from tests.oracles.words import size_of

TEXT = {name: at for at, name in enumerate(names(TEXT_CONTEXT))}
HTML_AT = {name: at for at, name in enumerate(names(HTML_CONTEXT))}
# Lines as renderers write them: lists, cells, empty lines in between.
SET_TEXTS = st.lists(
    st.tuples(
        st.sampled_from(("", "  ", "• ", "- ", "  * ", "1. ", "12) ", "    ")),
        st.sampled_from(
            (
                "Rope",
                "rope and tar",
                "a\tb\tc",
                "one | two",
                "It floats on the water for a day or two, at most.",
            )
        ),
    ).map("".join)
    | st.just(""),
    max_size=12,
).map("\n".join)
ON_PAGE = (*GUESS, *GUESSES_AROUND, *GUESSES_ON_PAGE, *PLACE_IN_CONTENT)


def drawn_log_odds(seed, size):
    return (np.random.default_rng(seed).normal(size=size) * 4).astype(np.float32)


def text_context(pages, odds):
    batch = text_batch([utf8(page) for page in pages])
    words = words_of(batch)
    features = text_features(batch, words, NO_PHRASES)
    return context_features(batch, words, None, features, np.array(odds, np.float32))


def html_context(page, odds):
    batch, markup = html_batch([utf8(page)])
    words = words_of(batch)
    features = html_features(batch, words, markup, NO_PHRASES, NO_MARKUP)
    return context_features(batch, words, markup, features, np.array(odds, np.float32))


def drawn_context(texts, seed):
    """Each page of a batch of texts, its first guesses, and the context columns of all rows."""
    batch = text_batch([utf8(text) for text in texts])
    words = words_of(batch)
    log_odds = drawn_log_odds(seed, batch.segment_start.size)
    table = context_features(batch, words, None, text_features(batch, words, PHRASES), log_odds)
    found = columns_of(table, names(TEXT_CONTEXT))
    return [(page, log_odds[page.rows].astype(float), found) for page in pages_of(batch)]


@given(st.lists(TEXTS, max_size=3), st.integers(0, 99))
def test_guesses_over_a_page_are_those_of_the_oracle(texts, seed):
    for page, log_odds, found in drawn_context(texts, seed):
        sizes = np.array([size_of(line) for line in page.words])
        if sizes.size:
            wanted = page_columns(log_odds, sizes, GUESSES_AROUND)
            for row, values in enumerate(wanted, start=page.rows.start):
                check_row(found, row, values, ON_PAGE, 5e-4)


@given(st.lists(TEXTS, max_size=3), st.integers(0, 99))
def test_cohesion_is_that_of_the_oracle(texts, seed):
    for page, log_odds, found in drawn_context(texts, seed):
        wanted = cohesion_columns(1 / (1 + np.exp(-log_odds)), page.words)
        for row, values in enumerate(wanted, start=page.rows.start):
            check_row(found, row, values, COHESION, 5e-4)


@given(st.lists(TEXTS | SET_TEXTS, max_size=3), st.integers(0, 99))
def test_lines_of_text_that_are_set_alike_are_those_of_the_oracle(texts, seed):
    for page, log_odds, found in drawn_context(texts, seed):
        guess, weight = guesses_of(log_odds, np.array([size_of(line) for line in page.words]))
        lines = sorted(set(page.line))
        whole = [
            "".join(page.segments[at] for at, own in enumerate(page.line) if own == line) for line in lines
        ]
        sizes = [
            sum(size_of(page.words[at]) for at, own in enumerate(page.line) if own == line) for line in lines
        ]
        keys = text_looks(whole, lines, sizes)
        wanted = alike_in_text(keys, [lines.index(line) for line in page.line], guess, weight)
        for row, values in enumerate(wanted, start=page.rows.start):
            check_row(found, row, values, ALIKE)


def test_a_line_whose_words_return_in_the_content_has_cohesion():
    lines = "the ferry left the island\nferry to the island\nwin a phone\nwin money"
    returns = text_context([lines], [-9, -9, 9, 9])[:, TEXT["cohesion_returns"]]
    assert returns[1] > 0.5
    assert returns[2:] == pytest.approx([0, 0], abs=1e-3)


@given(st.lists(HTML, max_size=3), st.integers(0, 99))
def test_guesses_among_elements_are_those_of_the_oracle(pages, seed):
    batch, markup = html_batch([utf8(page) for page in pages])
    words, elements = words_of(batch), Elements(batch, markup)
    log_odds = drawn_log_odds(seed, batch.segment_start.size)
    features = html_features(batch, words, markup, PHRASES, MARKUP)
    first = columns_of(features.table, HTML_COLUMNS)
    found = columns_of(context_features(batch, words, markup, features, log_odds), names(HTML_CONTEXT))
    for page in pages_of(batch):
        sizes = np.array([size_of(line) for line in page.words])
        guess, weight = guesses_of(log_odds[page.rows].astype(float), sizes)
        title = title_row(lambda name, rows=page.rows: first[name][rows])
        alike = alike_columns(elements, page.line, guess, weight)
        ancestors = ancestor_columns(elements, page.line, guess, weight)
        way = from_title_columns(elements, page.line, title)
        for at, row in enumerate(range(page.rows.start, page.rows.stop)):
            check_row(found, row, alike[at] | ancestors[at] | way[at], (*ALIKE, *ANCESTORS, *FROM_TITLE))


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
    assert text_context(["a"], [40])[0, TEXT["guess"]] == MOST_LOG_ODDS


CARDS = (
    "<div class=menu><a>Home page</a></div>"
    "<div class=card><h3>One</h3><p>first card</p></div><div class=card><h3>Two</h3><p>second card</p></div>"
    "<div class=side><p>other text</p></div>"
)


def test_lines_that_look_alike():
    odds = [3.0, -1.0, -2.0, 1.0, -3.0, 2.0]
    found = html_context(CARDS, odds)
    guess = [guessed(value) for value in odds]
    # <p>: those of both cards and the sidebar look the same; together with their parents only the cards' do.
    alike = (2.5 * guess[2] + 2.5 * guess[4] + 2.5 * guess[5]) / 7.5
    assert found[2, HTML_AT["guess_alike_block"]] == pytest.approx(alike, abs=1e-5)
    assert found[5, HTML_AT["guess_alike_block"]] == pytest.approx(alike, abs=1e-5)
    assert found[2, HTML_AT["guess_alike_pair"]] == pytest.approx((guess[2] + guess[4]) / 2, abs=1e-5)
    assert found[5, HTML_AT["guess_alike_pair"]] == pytest.approx(guess[5], abs=1e-5)
    assert found[1, HTML_AT["log_lines_alike_path"]] == pytest.approx(math.log1p(2))


def test_lines_of_text_in_one_run():
    odds = [3.0, -1.0, -2.0, 1.0]
    found = text_context(["Tar\n\n  • rope\n  • twine\nThe end"], odds)
    guess = [guessed(value) for value in odds]
    assert found[0, TEXT["guess_alike_block"]] == pytest.approx(guess[0], abs=1e-5)
    assert found[1:3, TEXT["guess_alike_block"]] == pytest.approx([(guess[1] + guess[2]) / 2] * 2, abs=1e-5)
    assert found[3, TEXT["log_lines_alike_block"]] == pytest.approx(math.log1p(1))
    # The two items look the same, but not with the lines before and after them.
    assert found[1, TEXT["log_lines_alike_pair"]] == pytest.approx(math.log1p(2))
    assert found[1, TEXT["log_lines_alike_path"]] == pytest.approx(math.log1p(1))


def test_the_elements_that_hold_a_line():
    odds = [3.0, -1.0, -2.0, 1.0, -3.0, 2.0]
    found = html_context(CARDS, odds)
    guess = [guessed(value) for value in odds]
    card = (1.5 * guess[1] + 2.5 * guess[2]) / 4
    assert found[1, HTML_AT["guess_ancestor_1"]] == pytest.approx(card, abs=1e-5)
    total = 2.5 + 1.5 + 2.5 + 1.5 + 2.5 + 2.5
    assert found[1, HTML_AT["share_ancestor_1"]] == pytest.approx(4 / total, abs=1e-5)
    # Further out is <body>, and nothing beyond it.
    assert found[1, HTML_AT["share_ancestor_2"]] == pytest.approx(1, abs=1e-5)
    assert found[1, HTML_AT["share_ancestor_6"]] == pytest.approx(1, abs=1e-5)


def test_the_way_from_the_title():
    page = (
        "<title>Bridge opens</title><body><nav><p>Menu</p></nav>"
        "<main><h1>Bridge opens</h1><div><p>It is long.</p></div></main>"
    )
    found = html_context(page, [1.0, -1.0, -1.0])
    menu, title, text = found
    assert title[HTML_AT["title_up"]] == 0
    assert title[HTML_AT["title_down"]] == 0
    assert title[HTML_AT["title_before"]] == 1
    assert text[HTML_AT["title_up"]] == pytest.approx(math.log1p(1))  # to <main>
    assert text[HTML_AT["title_down"]] == pytest.approx(math.log1p(2))  # <div>, <p>
    assert menu[HTML_AT["title_up"]] == pytest.approx(math.log1p(2))  # to <body>
    assert menu[HTML_AT["title_before"]] == 0
    assert menu[HTML_AT["title_distance"]] == pytest.approx(-math.log1p(1))
    assert menu[HTML_AT["title_shared"]] < text[HTML_AT["title_shared"]] < title[HTML_AT["title_shared"]]


def test_a_page_without_title_has_no_way_from_it():
    found = html_context("<p>one two<p>three four", [1.0, 1.0])
    assert (found[:, HTML_AT["title_shared"] :] == 0).all()


@given(st.lists(st.lists(st.sampled_from("pdiu"), max_size=6), min_size=1, max_size=4), st.integers(0, 99))
def test_pages_of_a_batch_do_not_touch_each_other(shapes, seed):
    tags = {"p": "<p>some words", "d": "<div class=x>more", "i": "<i>words</i>", "u": "<ul><li>item</ul>"}
    pages = ["".join(tags[tag] for tag in shape) + "<title>more</title>" for shape in shapes]
    rng = np.random.default_rng(seed)
    batch, markup = html_batch([utf8(page) for page in pages])
    words = words_of(batch)
    odds = rng.normal(size=batch.segment_start.size).astype(np.float32)
    features = html_features(batch, words, markup, NO_PHRASES, NO_MARKUP)
    together = context_features(batch, words, markup, features, odds)
    segments = batch.page_segment()
    for number, page in enumerate(pages):
        rows = slice(int(segments[number]), int(segments[number + 1]))
        assert (html_context(page, odds[rows]) == together[rows]).all()


def test_columns_that_are_seen_again_are_those_of_the_first_table():
    batch, markup = html_batch([utf8("<h2>Some heading</h2><p>text, and more text.</p>")])
    words = words_of(batch)
    features = html_features(batch, words, markup, PHRASES, MARKUP)
    found = context_features(batch, words, markup, features, np.zeros(2, np.float32))
    for name in names((*AGAIN, *MARKUP_AGAIN)):
        assert (found[:, HTML_AT[name]] == features.table[:, HTML_COLUMNS.index(name)]).all()
