"""Blocks of lines, found by their elements in HTML, and written to JSON."""

import pytest

import detector
from detector.records import ScoredLine

CASES = [
    ("a list in a list is its own", "<ul><li>oak<ul><li>ash</ul><li>elm</ul>", "010", ["list", "list"]),
    ("terms", "<p>Ropes<dl><dt>Hemp<dd>Long.</dl>", ".00", ["definition-list"]),
    ("code", "<pre>a = 1\n\nb = 2</pre>", "0.0", ["code"]),
    ("quotation", "<blockquote><p>We sailed.<p>It rained.</blockquote>", "00", ["quotation"]),
    ("a data table", "<table><tr><th>a<th>b<tr><td>1<td>2</table>", "00", ["table"]),
    ("a table that arranges", "<table><tr><td><p>One.<p>Two.<td><p>Three.</table>", "...", []),
    ("posts", "<div><article><p>I sailed.<ul><li>twice</ul></article><article><p>So did I.</article></div>",
     "012", ["post", "list", "post"]),
    ("one article is no post", "<article><p>I sailed on her in 2003.</article>", ".", []),
    ("questions by their words", "<h3>How deep is it?</h3><p>Four metres.<h3>Is it cold?</h3><p>It is.", "0011",
     ["question", "question"]),
    ("verse by its breaks",
     "<p>Who walks the sand when the sea is out,<br>With never a step behind him,<br>And carries a light by day?",
     "000", ["verse"]),
    ("short paragraphs are no verse", "<p>We sailed there in May,<p>It rained there in June,<p>We sailed back home,", "...",
     []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("html", "numbers", "kinds"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_blocks_of_html(html, numbers, kinds):
    lines = detector.score(html, format="html").lines
    assert "".join("." if line.block is None else str(line.block) for line in lines) == numbers
    assert [
        kind for _, kind in sorted({(line.block, line.block_kind) for line in lines if line.block_kind})
    ] == kinds


def test_elements_are_named():
    lines = detector.score("<h1>Ropes</h1><ul><li>hemp</ul>coir", format="html").lines
    assert [line.element for line in lines] == ["h1", "li", "div"]
    assert [line.element for line in detector.score("Ropes\n- hemp\n- coir", format="text").lines] == [
        None
    ] * 3


def test_blocks_are_written():
    page = detector.score("Ropes\n- hemp\n- coir", format="text")
    written = [(line["block"], line["block_kind"], line["element"]) for line in page.to_dict()["lines"]]
    assert written == [(None, None, None), (0, "list", None), (0, "list", None)]
    assert set(page.to_dict()["lines"][0]) == set(ScoredLine.__dataclass_fields__)
