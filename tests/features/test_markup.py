"""What HTML says about a line, against the oracle."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import hint_words, html_features
from detector.features.markup import markup_buckets
from detector.features.schema import ELEMENT, HTML_COLUMNS, INSIDE_WHAT, LINKS, MARKUP_NEIGHBOURS, TITLES
from detector.features.schema import MARKUP as SAYS
from detector.text.decoding import utf8
from detector.text.html import html_batch
from detector.text.words import words_of
from tests.features.drawn import HTML, MARKUP, NO_PHRASES, check_row, columns_of, pages_of
from tests.oracles.markup import Elements, bucket, look_columns, markup_columns, title_columns
from tests.oracles.page import window_columns

LOOKS = ("log_blocks_alike", "same_block_before", "same_block_after")
OWN = tuple(name for name in (*SAYS, *ELEMENT, *INSIDE_WHAT, *LINKS) if name not in LOOKS)
PAGES = st.lists(HTML, max_size=3)


def read(pages):
    batch, markup = html_batch([utf8(page) for page in pages])
    features = html_features(batch, words_of(batch), markup, NO_PHRASES, MARKUP)
    return Elements(batch, markup), columns_of(features.table, HTML_COLUMNS), features.tree


@given(PAGES)
def test_markup_is_that_of_the_oracle(pages):
    elements, found, _ = read(pages)
    for page in pages_of(elements.batch):
        for row, line in enumerate(page.line, start=page.rows.start):
            check_row(found, row, markup_columns(elements, line, MARKUP), OWN)


@given(PAGES)
def test_looks_are_those_of_the_oracle(pages):
    elements, found, _ = read(pages)
    bounds = elements.batch.page_line.tolist()
    wanted = [
        row for start, end in itertools.pairwise(bounds) for row in look_columns(elements, range(start, end))
    ]
    for page in pages_of(elements.batch):
        for row, line in enumerate(page.line, start=page.rows.start):
            check_row(found, row, wanted[line], LOOKS)


@given(PAGES)
def test_windows_of_markup_are_those_of_the_oracle(pages):
    elements, found, _ = read(pages)
    signals = np.stack([np.tanh(found["markup_says"] / 2), found["link_share"]], axis=1).astype(float)
    for page in pages_of(elements.batch):
        for row, values in enumerate(window_columns(signals[page.rows]), start=page.rows.start):
            check_row(found, row, dict(zip(MARKUP_NEIGHBOURS, values, strict=True)), MARKUP_NEIGHBOURS, 5e-4)


def hints_of(markup, page):
    words = hint_words(markup)
    for hint in range(*markup.page_hint[page : page + 2].tolist()):
        yield (
            int(markup.hint_kind[hint]),
            words.key[slice(*words.segment_word[hint : hint + 2].tolist())].tolist(),
        )


@given(PAGES)
def test_titles_are_those_of_the_oracle(pages):
    elements, found, _ = read(pages)
    for number, page in enumerate(pages_of(elements.batch)):
        hints = list(hints_of(elements.markup, number))
        for row, words in enumerate(page.words, start=page.rows.start):
            check_row(found, row, title_columns([word.key for word in words], hints), TITLES)


@pytest.mark.parametrize("kind", ["name=description", "property=og:title"])
def test_long_hints_are_read_in_part(kind):
    """At most 2,000 words of one hint are read, 20,000 of all hints, and 20,000 of structured data."""
    hints = [" ".join(f"w{number}x{at}" for at in range(3_000)) for number in range(12)]
    data = " ".join(f"d{at}" for at in range(25_000))
    ends = ["w0x1999", "w0x2000", "w9x1999", "w9x2000", "w10x0", "d19998 d19999", "d20000 d20001"]
    page = (
        f"<meta {kind} content='{{}}'>" * 12
        + "<script type=application/ld+json>{}</script>"
        + "<p>".join(ends)
    )
    elements, found, _ = read([page.format(*hints, data)])
    hints = list(hints_of(elements.markup, 0))
    (page,) = pages_of(elements.batch)
    for row, words in enumerate(page.words):
        check_row(found, row, title_columns([word.key for word in words], hints), TITLES)
    column = "in_description" if "description" in kind else "in_title"
    assert found[column].tolist() == [1, 0, 1, 0, 0, 0, 0]
    assert found["in_data"].tolist() == [0, 0, 0, 0, 0, 1, 0]


@given(PAGES)
def test_elements_are_known_by_their_tokens_blocks_and_lines(pages):
    elements, _, tree = read(pages)
    for element in range(elements.markup.tag.size):
        path = elements.path(element)
        assert tree.depth[element] == len(path) - 1
        assert tree.look[element] == elements.look(element)
        assert tree.block[element] == next(filter(elements.is_block, path), -1)
        assert tree.tokens[element].tolist() == [
            len(elements.tokens(element)),
            sum(len(elements.tokens(at)) for at in path),
        ]
        assert tree.text[element, 2] == sum(element in holds for holds in elements.holds)


@given(PAGES)
def test_buckets_of_markup_are_those_of_the_oracle(pages):
    batch, markup = html_batch([utf8(page) for page in pages])
    elements = Elements(batch, markup)
    start, buckets = markup_buckets(batch, markup)
    for page in pages_of(batch):
        for row, line in enumerate(page.line, start=page.rows.start):
            wanted = [
                bucket(token, step)
                for element, step in elements.distances(line)
                for token in elements.tokens(element)
            ]
            assert buckets[start[row] : start[row + 1]].tolist() == wanted
    assert start[-1] == buckets.size
