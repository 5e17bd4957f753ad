"""TEI output follows the rules of TEI (tei_rules.py), whatever the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.results.writers.tei_values import address, language, moment, xml_name, xml_text
from detector.text.page import Page
from tests.golden.record import PAGES, read_case
from tests.results.tei_rules import broken_rules
from tests.results.test_markdown import blocks

EVERYTHING = Detector(settings=Settings(threshold=1.0))


def tei_of(html, **options):
    return EVERYTHING.score(f"<html><body>{html}</body></html>", "html", **options).to_tei()


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.json")))
@pytest.mark.parametrize("kept", ["what the model keeps", "everything"])
def test_golden_pages_hold_to_the_rules(detector, name, kept):
    case = read_case(name)
    source = case["input"] if isinstance(case["input"], str) else "\n".join(case["input"])
    scorer = EVERYTHING if kept == "everything" else detector
    page = scorer.score_batch([Page.read(source, case["format"])])[0]
    assert broken_rules(page.to_tei()) == []


@given(blocks())
@settings(max_examples=60, deadline=None)
def test_any_page_holds_to_the_rules(html):
    assert broken_rules(tei_of(html)) == []


BODIES = {
    "terms and meanings that are no pairs": (
        "<dl><dt>a<dt>b<dd>c<dd>d</dl>",
        '<list rend="gloss"><label>a</label><item /><label>b</label><item>c</item><label /><item>d</item></list>',
    ),
    "a heading in a summary": (
        "<details><summary><h3>a</h3></summary>b</details>", '<p rend="head">a</p><p>b</p>',
    ),
    "words in code": (
        "<p><code>a</code> <code>b <i>c</i></code></p>",
        '<p><code>a</code> <hi rend="code">b <hi rend="italic">c</hi></hi></p>',
    ),
    "dates": (
        "<p><time datetime='2024-01-02 10:00+0100'>a</time> <time datetime=soon>b</time></p>",
        '<p><time when="2024-01-02T10:00:00+01:00">a</time> <time>b</time></p>',
    ),
    "names and what leads to them": (
        "<p><a href='#1:x'>a</a> <a href='#c'>b</a></p><p id='1:x'>x</p><h2 id=c>y</h2><p id=c>z</p>",
        '<p><ref target="#_1_x">a</ref> <ref target="#c">b</ref></p><p xml:id="_1_x">x</p>'
        '<div type="section"><head xml:id="c">y</head><p>z</p></div>',
    ),
    "rows without cells": (
        "<table><caption>a</caption><tr></tr><tr><td colspan=x>b<td rowspan=2>c</tr><tr><td>d</tr></table>",
        '<table><head>a</head><row><cell>b</cell><cell rows="2">c</cell></row><row><cell>d</cell></row></table>',
    ),
    "characters that XML cannot hold": (
        "<p>a\x01b\ud800c&#xFFFE;</p><pre>\x02</pre>", None,
    ),
    "a formula": (
        "<p><math><mi>x</mi><annotation encoding='application/x-tex'>x_1</annotation></math></p>",
        '<p><formula notation="TeX">x_1</formula></p>',
    ),
    "lists nested too deep": ("<ul><li>a" * 300, None),
    "quotations nested too deep": ("<blockquote>" * 300 + "<table><tr><td>a<td>b<tr><td>c<td>d</table>", None),
    "pictures": (
        "<figure><figcaption>a</figcaption><img src='http://a.example/b c.png' alt=d><p>e</p></figure>",
        '<figure><head>a</head><p><figure><graphic url="http://a.example/b%20c.png" /><figDesc>d</figDesc></figure>'
        "</p><p>e</p></figure>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), BODIES.values(), ids=BODIES)
def test_what_tei_has_no_form_for(html, wanted):
    written = tei_of(html)
    assert broken_rules(written) == []
    if wanted is not None:
        assert written.partition("<body>")[2].partition("</body>")[0] == wanted


def test_header_and_language():
    head = (
        "<html lang=en_GB><head><title>The \x0bmill</title><meta name=author content='Ada \ufffe'>"
        "<meta property=og:site_name content=Harbour><meta property='article:published_time' content='2024-02-30'>"
        "</head><body><p>The mill stood empty for years.</p></body></html>"
    )
    written = EVERYTHING.score(head, "html", url="https://a.example/b c").to_tei()
    assert broken_rules(written) == []
    assert '<text xml:lang="en-GB">' in written
    assert 'target="https://a.example/b%20c"' in written


def test_text_is_parted_where_its_lines_end():
    written = (
        Detector(settings=Settings(threshold=1.0)).score("one\u2028line\nanother\x0cpage", "text").to_tei()
    )
    assert "<p>one\u2028line<lb />another\ufffdpage</p>" in written


@given(st.text())
def test_any_text_and_any_name_can_be_written(text):
    taken = {"a": 1}
    names = [xml_name(text, taken) for _ in range(3)]
    assert len({*names, "a"}) == 4
    for name in names:
        assert broken_rules(tei_of("<p>a</p>").replace("<body><p>", f'<body><p xml:id="{name}">')) == []
    xml_text(text).encode("utf-8")


def test_a_name_that_comes_often_is_numbered_on():
    taken = {}
    names = [xml_name("note", taken) for _ in range(4)]
    assert names == ["note", "note.2", "note.3", "note.4"]
    assert taken["note"] == 4  # where the next search begins: it does not count from 2 again


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2024", "2024"),
        ("2024-13", None),
        ("2024-02-30", None),
        ("2024-02-03T10:20:30.5Z", "2024-02-03T10:20:30.5Z"),
        ("2024-02-03T25:00", None),
        ("P3D", None),
        ("", None),
    ],
)
def test_moments(text, wanted):
    assert moment(text) == wanted


def test_languages_and_addresses():
    assert (language("de_AT"), language("klingon!"), language("")) == ("de-AT", None, None)
    assert address("a b\ud800<\x01") == "a%20b\ufffd%3C\ufffd"
