"""Markdown means the same as the clean tree: markdown-it reads it back to the same structure."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from turbohtml import parse

from detector import Detector, Settings
from detector.results.document.tree import clean_tree
from detector.results.writers.markdown import tree_markdown
from detector.text.page import Page
from tests.golden.record import PAGES, read_case
from tests.results.shapes import shape_of_html

EVERYTHING = Detector(settings=Settings(threshold=1.0))
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def written(html, **options):
    tree = parse(f"<body><article>{html}</article>").find("article")
    return tree_markdown(tree, **options)


def both(tree):
    """The structure of a tree before it is written, and of its Markdown."""
    text = tree_markdown(tree)
    return shape_of_html(tree.html), shape_of_html(READER.render(text)), text


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.json")))
@pytest.mark.parametrize("kept", ["what the model keeps", "everything"])
def test_golden_pages_come_back(detector, name, kept):
    case = read_case(name)
    if case["format"] != "html":
        pytest.skip("plain text is written as it is")
    page = Page.read(case["input"] if isinstance(case["input"], str) else "\n".join(case["input"]), "html")
    scorer = EVERYTHING if kept == "everything" else detector
    tree = clean_tree(page, scorer.score_batch([page])[0].lines)
    wanted, found, text = both(tree)
    assert found == wanted, text


# Words with everything that Markdown could take for markup.
PIECES = [
    "word", "two words", "*", "**", "_", "__a__", "`", "``", "[x]", "](", "<b>", "&amp;", "\\", "#", "1.", "12)", "-",
    "+", ">", "|", "~~", "---", "===", "![", "http://a.example/b_c_d", "a@example.org", "日本", "نص", "!", "C++", "…",
    "$5", "it's", "“q”", "&lt;i>", "x_y_z", "2*3*4", "~", ":", "¹",
]  # fmt: skip


@st.composite
def words(draw, depth=2):
    """Inline HTML."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["text"] * 4 + (["b", "i", "code", "a", "s"] if depth else [])))
        text = escaped(" ".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3))))
        if kind == "text":
            parts.append(text)
        elif kind == "code":
            parts.append(
                f"<code>{escaped(draw(st.sampled_from(['x', 'a b', 'a*b', 'a|b', 'f(`x`)', '[y]'])))}</code>"
            )
        elif kind == "a":
            parts.append(
                f"<a href='https://example.org/{draw(st.sampled_from(['p', 'p_q', 'p(q)', '?a=1&b=2']))}'>{text}</a>"
            )
        else:
            parts.append(f"<{kind}>{draw(words(depth=depth - 1))}</{kind}>")
    return draw(st.sampled_from(["", " "])).join(parts)


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


ITEM = words()


@st.composite
def blocks(draw, depth=2):
    """Block HTML."""
    kinds = ["p", "p", "h2", "h4", "pre", "table", "hr"] + (["ul", "ol", "blockquote"] if depth else [])
    out = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(kinds))
        if kind in ("p", "h2", "h4"):
            out.append(f"<{kind}>x {draw(words())}</{kind}>")
        elif kind == "pre":
            code = draw(st.sampled_from(["a", "a\n\n  b", "```\nx\n```", "~~~", "    four", "<t>", "\\"]))
            out.append(f"<pre><code class='language-py'>{escaped(code)}</code></pre>")
        elif kind == "table":
            rows = draw(st.lists(st.tuples(ITEM, ITEM), min_size=1, max_size=3))
            cells = "".join(f"<tr><td>{a}</td><td align=right>{b}</td></tr>" for a, b in rows)
            out.append(f"<table><tr><th>a</th><th>b</th></tr>{cells}</table>")
        elif kind == "hr":
            out.append("<p>a</p><hr><p>b</p>")
        elif kind == "blockquote":
            out.append(f"<blockquote>{draw(blocks(depth=depth - 1))}</blockquote>")
        else:
            start = f" start={draw(st.integers(-1, 12))}" if kind == "ol" else ""
            start += draw(st.sampled_from(["", "", " type=a", " type=I", " reversed"]))
            items = draw(st.lists(st.one_of(ITEM, blocks(depth=depth - 1)), min_size=1, max_size=3))
            out.append(f"<{kind}{start}>" + "".join(f"<li>{item}</li>" for item in items) + f"</{kind}>")
    return "".join(out)


@given(blocks())
@example("<ul><li>word</li><li><b><i>word</i>_<i>*</i></b></li></ul>")
@example(
    "<ol><li><blockquote>a</blockquote><blockquote><pre>b</pre></blockquote><blockquote>c</blockquote></li></ol>"
)
@example("<ul><li><dl><dt>a</dt><dd><blockquote>b</blockquote><blockquote>c</blockquote></dd></dl></li></ul>")
@settings(max_examples=60, deadline=None)
def test_any_document_comes_back(html):
    page = Page.read(f"<html><body>{html}</body></html>", "html")
    tree = clean_tree(page, EVERYTHING.score_batch([page])[0].lines)
    wanted, found, text = both(tree)
    assert found == wanted, text


def test_what_can_be_left_out():
    html = (
        "<p>a <a href='https://example.org/'>link</a>, <strong>bold</strong>, <em>italic</em>, "
        "<code>code</code> <img src='https://example.org/p.png' alt='a picture'></p>"
    )
    assert written(html) == (
        "a [link](https://example.org/), **bold**, *italic*, `code` ![a picture](https://example.org/p.png)"
    )
    plain = written(html, links=False, bold=False, italics=False, code=False, images=False)
    assert plain == "a link, bold, italic, code"
    assert written(html, images=False).endswith("`code`")
    assert "**bold**, italic" in written(html, italics=False)


CASES = {
    "tables keep their alignment": (
        "<table><tr><th>a</th><th align=right>b</th><th align=center>c</th></tr>"
        "<tr><td>1</td><td align=right>2</td><td align=center>3|4</td></tr></table>",
        "| a | b | c |\n| --- | ---: | :---: |\n| 1 | 2 | 3\\|4 |",
    ),
    "cells over columns and rows": (
        "<table><tr><th>a</th><th>b</th><th>c</th></tr><tr><td rowspan=2>1</td><td colspan=2>2</td></tr>"
        "<tr><td>3</td><td>4</td></tr></table>",
        "| a | b | c |\n| --- | --- | --- |\n| 1 | 2 |  |\n|  | 3 | 4 |",
    ),
    "a table without a head": (
        "<table><tr><th>a</th><td>b</td></tr></table>", "|  |  |\n| --- | --- |\n| a | b |",
    ),
    "numbers in cells": (
        "<table><tr><td>2.31</td><td>-4</td></tr></table>", "| 2.31 | -4 |\n| --- | --- |",
    ),
    "blocks in cells": (
        "<table><tr><td>a<ul><li>b</li><li>c</li></ul></td></tr></table>",
        "| a<br>- b<br>- c |\n| --- |",
    ),
    "a colspan that is a mistake": (
        "<table><tr><td colspan=99999999>a</td></tr></table>",
        "| a | " + " | ".join([""] * 49) + " |\n|" + " --- |" * 50,
    ),
    "a formula": (
        "<p>a <math><mi>x</mi><annotation encoding='application/x-tex'>x_1*y</annotation></math> for $5</p>",
        "a $x_1*y$ for \\$5",
    ),
    "an annotation that is named otherwise": (
        "<p>a <math><mi>x</mi><annotation encoding='TeX; charset=utf-8'>x_1</annotation></math> b</p>", "a $x_1$ b",
    ),
    "a formula without its source": (
        "<p>a <math><mfrac><mrow><mi>v</mi><mo>+</mo><mn>1</mn></mrow><msub><mi>g</mi><mn>2</mn></msub></mfrac></math>"
        " b</p>", "a (v+1)/g_2 b",
    ),
    "a formula of its own": (
        "<p><math display=block><annotation encoding='application/x-tex'>x</annotation></math></p>", "$$x$$",
    ),
    "a footnote": (
        "<p>a<sup id=r1><a href='#n1'>[1]</a></sup> b</p><ol><li id=n1>note <a href='#r1'>↩</a></li></ol>",
        "a[^1] b\n\n[^1]: note",
    ),
    "a footnote with a star, twice": (
        "<p>a<sup><a href='#n'>*</a></sup> b<sup><a href='#n'>*</a></sup></p><p id=n>* note</p>",
        "a[^star] b[^star]\n\n[^star]: note",
    ),
    "a footnote that is not set high": (
        "<p>a<span><a href='#n'>1</a></span> b</p><p id=n>1. note ↩</p>", "a[^1] b\n\n[^1]: note",
    ),
    "a link that is no footnote": (
        "<p><a href='#n'>a</a></p><p id=n>b</p>", "[a](#n)\n\nb",
    ),
    "numbers that leap": ("<ol><li>a</li><li value=5>b</li></ol>", "1. a\n\n5) b"),
    "numbers that fall": ("<ol reversed start=2><li>a</li><li>b</li></ol>", "- 2\\. a\n- 1\\. b"),
    "numbers below nought": ("<ol start=-1><li>a</li></ol>", "- \\-1. a"),
    "letters": (
        "<ol type=A start=26><li>a</li><li><p>b</p><p>c</p></li></ol>", "- Z. a\n\n- AA. b\n\n  c",
    ),
    "roman numbers": ("<ol type=i start=4><li>a</li><li value=99>b</li></ol>", "- iv. a\n- xcix. b"),
    "a number that has no roman one": ("<ol type=I start=0><li>a</li></ol>", "0. a"),
    "terms and what they mean": ("<dl><dt>a</dt><dd>b</dd></dl>", "**a**\n\nb"),
    "quotations one after another": (
        "<blockquote>a</blockquote><blockquote>b</blockquote>", "> a\n\n> b",
    ),
    "quotations one after another in an item": (
        "<ul><li>a<blockquote><p>b</p></blockquote><blockquote><p>c</p></blockquote></li></ul>",
        "- a\n  > b\n  \n  > c",
    ),
    "set high and low": ("<p>10<sup>6</sup> H<sub>2</sub>O</p>", "10<sup>6</sup> H<sub>2</sub>O"),
    "quotation marks of the page": ("<p>„<q>a</q>“ <q>b</q></p>", '„a“ "b"'),
    "words of a summary": ("<details><summary>a</summary><p>b</p></details>", "a\n\nb"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), CASES.values(), ids=CASES)
def test_written(html, wanted):
    assert written(html) == wanted
