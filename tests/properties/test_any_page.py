"""Any bytes give a result or a named error; kept text is in the page, in order."""

import gzip
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.errors import DetectorError, PageError

KEEP_ALL = Detector(settings=Settings(threshold=1.0, cut_headlines=False, drop_copies=()))
DETECTOR = Detector()
PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div class='a b-c'>", "</div>", "<table><tr><td>", "</table>", "<br>", "<!--", "-->", "<script>",
        "</script>", "<noscript>", "<iframe>", "<svg>", "</svg>", "<pre>", "\n", "\r\n", "\r", " ", "\u2028", "\x85", "\0",
        "&amp;", "&#xD800;", "Leave a Reply", "A sentence that is long enough to be taken for text. ", "中文句子。", "ไทย",
        "\u0301", "😀", "x" * 1200, "<a href='#'>", "</a>", "</body>", "<plaintext>", "<title>", "<", ">", "&", '"',
    ]
)  # fmt: skip


def check(page):
    """Check what holds for every page."""
    assert "".join(line.clean for line in page.lines if line.kept).replace("\n", "") == re.sub(
        "[\r\n]", "", page.clean_text
    ) or any(line.label == "blank" for line in page.lines)
    at = 0
    for line in page.lines:
        assert (line.label == "blank") == (line.score is None)
        assert line.score is None or 0 <= line.score <= 1
        pieces = [
            line.text[start:end]
            for start, end in zip(
                [0, *(cut[1] for cut in line.cuts)], [*(cut[0] for cut in line.cuts), None], strict=True
            )
        ]
        if line.kept:
            assert line.clean == "".join(pieces)
            at = page.clean_text.index(line.clean, at) + len(line.clean)
        assert line.copy_of is None or line.copy_of != line.number


@given(st.binary(max_size=300))
def test_any_bytes(data):
    try:
        check(DETECTOR.score(data))
    except DetectorError as error:
        assert str(error)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_mixture_of_markup_as_html(page):
    check(DETECTOR.score(page, format="html"))


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_mixture_of_markup_as_text(page):
    scored = DETECTOR.score(page, format="text")
    check(scored)
    assert "".join(line.text + line.end for line in scored.lines) == page


@given(st.lists(PIECES, max_size=25).map("".join))
def test_with_everything_kept_nothing_is_lost(page):
    scored = KEEP_ALL.score(page, format="text")
    assert all(line.kept and not line.cuts for line in scored.lines if line.label != "blank")


@given(st.permutations(range(5)))
def test_page_order_changes_nothing(order):
    pages = ["a\nb", "<p>x<p>y", "", "Leave a Reply\n" * 3, "<h1>T</h1><p>" + "word " * 80]
    wanted = [DETECTOR.score(page).to_dict() for page in pages]
    found = [page.to_dict() for page in DETECTOR.score_pages([pages[number] for number in order])]
    assert found == [wanted[number] for number in order]


NASTY = {
    "empty": b"",
    "blanks": b" \n\t\r\n \n" * 100,
    "NUL": b"\0" * 1000,
    "NUL in text": b"a\0b\nc\0\n" * 10,
    "0xFF": b"\xff" * 1000,
    "UTF-16": "A page of text.\n".encode("utf-16") * 3,
    "gb2312": "这是一个网页。\n".encode("gb2312") * 30,
    "mixed ends": "a\rb\r\nc\nd\u2028e\x85f".encode(),
    "gzip": gzip.compress(b"a page" * 1000),
    "10 MB in one line": b"word and word, " * 700_000,
    "one word of 5 MB": b"x" * 5_000_000,
    "sentences in one line": b"A sentence stands here. " * 200_000,
    "a million lines of one word": b"word\n" * 1_000_000,
    "different lines": "".join(f"line {number} of many\n" for number in range(200_000)).encode(),
    "nested tags": b"<div>" * 100_000 + b"x",
    "table rows": b"<table>" + b"<tr><td>1<td>2" * 100_000,
    "base64": b"<p>" + b"iVBORw0KGgoAAAANSUhEUgAA" * 50_000 + b"</p>",
    "svg template": b"<svg><template><p>x</template></svg>",
    "unclosed comment": b"<p>x<!-- " + b"y " * 10_000,
    "angle brackets": b"<" * 100_000,
    "attributes": b"<p " + b"".join(b"a%d=1 " % number for number in range(20_000)) + b">x",
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_pages_give_a_result(name):
    page = DETECTOR.score(NASTY[name])
    assert page.clean_text is not None
    assert 0 <= page.content_share <= 1


def test_random_bytes_are_no_page():
    with pytest.raises(PageError, match="a binary file"):
        DETECTOR.score(random.Random(1).randbytes(20_000))
