"""What repeats on a page: against the oracle, cases as data, and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import text_features
from detector.features.schema import REPEATS, TEXT_COLUMNS
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.features.drawn import HEAD, NO_PHRASES, PHRASES, TEXTS, check_row, columns_of, pages_of
from tests.oracles.repeats import repeat_columns, repeats_of

BODY = [f"Paragraph {name} tells a story of its own, quite unlike the {name} others." for name in "abcdefgh"]


def repeats(*lines):
    batch = text_batch([utf8("\n".join(lines))])
    features = text_features(batch, words_of(batch), NO_PHRASES)
    return columns_of(features.table, TEXT_COLUMNS), features.repeats


def original(*lines):
    return repeats(*lines)[1].original.tolist()


@pytest.mark.parametrize(
    "copy",
    [
        HEAD,
        HEAD.upper(),
        HEAD + "!",
        "»" + HEAD.replace(" over", ", over") + "«",
        HEAD.replace("council", "board"),
        "New: " + HEAD,
    ],
    ids=["same", "upper case", "end mark", "marks", "one word changed", "one word more"],
)
def test_a_headline_that_comes_again(copy):
    assert original(HEAD, *BODY[:3], copy, *BODY[3:]) == [0, 1, 2, 3, 0, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "text",
    ["乡镇议会昨日宣布新桥正式通车", "สภาหมู่บ้านเปิดสะพานใหม่ข้ามแม่น้ำ", "村議会は新しい橋を開通させたと発表した"],
)
def test_scripts_without_spaces(text):
    assert original(text, *BODY[:2], text + "。", *BODY[2:4]) == [0, 1, 2, 0, 4, 5]


def test_short_labels_are_no_copies():
    columns, found = repeats("Home", *BODY[:2], "Home", "Read more", "Read more")
    assert (columns["is_copy"] == 0).all()
    assert found.copies.tolist() == [2, 1, 1, 2, 2, 2]


def test_rows_with_other_numbers_are_no_copies():
    rows = [f"Farm to Market Road {number} begins in Tarn County" for number in range(1500, 1506)]
    columns, found = repeats(*rows)
    assert found.original.tolist() == list(range(6))
    assert found.alike.tolist() == [6] * 6
    assert (columns["is_copy"] == 0).all()


def test_the_copy_that_content_follows_is_the_original():
    menu = ["Most read", HEAD, "Weather", "Sport", "Contact", "Login", "Search", "Help"]
    found = original(*menu, HEAD, *BODY)
    assert found[1] == found[8] == 8


def test_blocks_of_copies_are_measured():
    _, found = repeats(*BODY[:4], *BODY[4:6], *BODY[:3])
    assert found.block.tolist() == [0] * 6 + [3, 3, 3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (HEAD + ". The mayor cut the ribbon on Monday.", 10),
        (HEAD.upper() + " - The mayor cut the ribbon on Monday.", 10),
        (HEAD.replace("council", "board") + ": The mayor cut the ribbon.", 10),
        (HEAD.replace("new ", "") + ": The mayor cut the ribbon.", 9),
    ],
    ids=["same", "upper case", "one word changed", "one word less"],
)
def test_a_headline_that_begins_a_paragraph(line, words):
    _, found = repeats(HEAD, line, *BODY)
    assert found.begins.tolist() == [-1, 0] + [-1] * 8
    assert found.begins_words.tolist() == [0, words] + [0] * 8


def test_the_longest_headline_is_taken():
    short = " ".join(HEAD.split()[:5])
    _, found = repeats(short, HEAD, *BODY[:1], HEAD + " on a sunny Monday morning")
    assert found.begins.tolist() == [-1, 0, -1, 1]


@given(st.lists(st.sampled_from([*BODY[:3], HEAD, HEAD.upper(), "Home", "", "x"]), max_size=14))
def test_groups_are_consistent(lines):
    _, found = repeats(*lines)
    for row, original_row in enumerate(found.original.tolist()):
        assert found.original[original_row] == original_row
        assert found.copies[row] == found.copies[original_row]
    assert found.copies.sum() >= found.original.size


# Words that make near copies, headlines with a word more or less, and chains of both.
WORDS = st.sampled_from(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "Eight",
        "nine",
        "10",
        "11",
        "été",
        "中",
        "文",
        "字",
    ]
)
NEAR = st.lists(st.lists(WORDS, max_size=14).map(" ".join), min_size=1, max_size=4).flatmap(
    lambda lines: st.lists(
        st.builds(
            lambda line, extra, at: " ".join([*line.split()[:at], extra, *line.split()[at:]]),
            st.sampled_from(lines),
            st.sampled_from(["", "", "six", "and then there is more", "10"]),
            st.integers(0, 14),
        ),
        max_size=12,
    ).map("\n".join)
)


@given(st.lists(TEXTS | NEAR, max_size=2))
def test_repeats_are_those_of_the_oracle(texts):
    batch = text_batch([utf8(text) for text in texts])
    table, found, _ = text_features(batch, words_of(batch), PHRASES)
    columns = columns_of(table, TEXT_COLUMNS)
    for page in pages_of(batch):
        content = 1 / (1 + np.exp(columns["phrases_say"][page.rows].astype(float)))
        wanted = repeats_of(page.words, content)
        first = page.rows.start
        for name in ("original", "begins"):
            rows = getattr(found, name)[page.rows]
            assert np.where(rows >= 0, rows - first, rows).tolist() == getattr(wanted, name), name
        for name in ("copies", "block", "alike", "begins_words"):
            assert getattr(found, name)[page.rows].tolist() == getattr(wanted, name), name
        assert found.similarity[page.rows].tolist() == pytest.approx(wanted.similarity)
        for row, values in enumerate(repeat_columns(page.words, content), start=first):
            check_row(columns, row, values, ("page_repeats", *REPEATS))


@given(st.permutations(range(4)))
def test_pages_do_not_see_each_other(order):
    pages = [utf8("\n".join([HEAD, *BODY[:number], HEAD])) for number in range(4)]
    batch = text_batch([pages[number] for number in order])
    table = text_features(batch, words_of(batch), NO_PHRASES).table
    segments = batch.page_segment()
    for place, number in enumerate(order):
        alone = text_batch([pages[number]])
        wanted = text_features(alone, words_of(alone), NO_PHRASES).table
        assert (table[segments[place] : segments[place + 1]] == wanted).all()


@pytest.mark.parametrize("line", ["the same line of words", "word", "中文的同一行文字重复出现"])
def test_a_million_equal_lines_cost_no_more_than_linear(line):
    batch = text_batch([utf8((line + "\n") * 200_000)])
    found = text_features(batch, words_of(batch), NO_PHRASES).repeats
    assert found.copies.tolist() == [200_000] * 200_000
