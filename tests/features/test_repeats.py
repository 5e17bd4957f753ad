"""What repeats on a page: cases as data, and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.features.build import text_features
from detector.features.phrases import BUCKETS, KNOWN_BITS, PhraseWeights
from detector.features.schema import REPEATS, START
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of

SILENT = PhraseWeights(
    np.zeros(BUCKETS, np.float32), np.zeros(1, np.float32), np.zeros(1 << (KNOWN_BITS - 6), np.uint64)
)
HEAD = "Village council opens the new bridge over the river Tarn"
BODY = [f"Paragraph {name} tells a story of its own, quite unlike the {name} others." for name in "abcdefgh"]


def repeats(*lines):
    batch = text_batch([utf8("\n".join(lines))])
    return text_features(batch, words_of(batch), SILENT)[:2]


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
    evidence, found = repeats("Home", *BODY[:2], "Home", "Read more", "Read more")
    assert (evidence[:, START["repeats"] + REPEATS.index("is_copy")] == 0).all()
    assert found.copies.tolist() == [2, 1, 1, 2, 2, 2]


def test_rows_with_other_numbers_are_no_copies():
    rows = [f"Farm to Market Road {number} begins in Tarn County" for number in range(1500, 1506)]
    evidence, found = repeats(*rows)
    assert found.original.tolist() == list(range(6))
    assert found.alike.tolist() == [6] * 6
    assert (evidence[:, START["repeats"] + REPEATS.index("is_copy")] == 0).all()


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


@given(st.permutations(range(4)))
def test_pages_do_not_see_each_other(order):
    pages = [utf8("\n".join([HEAD, *BODY[:number], HEAD])) for number in range(4)]
    batch = text_batch([pages[number] for number in order])
    evidence = text_features(batch, words_of(batch), SILENT).table
    segments = batch.page_segment()
    for place, number in enumerate(order):
        alone = text_batch([pages[number]])
        wanted = text_features(alone, words_of(alone), SILENT).table
        assert (evidence[segments[place] : segments[place + 1]] == wanted).all()


@pytest.mark.parametrize("line", ["the same line of words", "word", "中文的同一行文字重复出现"])
def test_a_million_equal_lines_cost_no_more_than_linear(line):
    batch = text_batch([utf8((line + "\n") * 200_000)])
    found = text_features(batch, words_of(batch), SILENT).repeats
    assert found.copies.tolist() == [200_000] * 200_000
