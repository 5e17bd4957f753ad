"""The clean tree: what is kept of a page, in semantic elements, word for word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.results.document.addresses import safe_address
from detector.results.document.alignment import aligned, kept_text, stays, visible
from detector.results.document.tree import clean_tree
from detector.text.page import Page
from tests.golden.record import PAGES, read_case

EVERYTHING = Detector(settings=Settings(threshold=1.0))


def tree_of(html, detector=EVERYTHING, url="https://example.org/a/b"):
    page = Page.read(f"<html><body>{html}</body></html>", "html", url)
    return clean_tree(page, detector.score_batch([page])[0].lines)


CASES = {
    "divs become paragraphs": ("<div>one<div>two</div>three</div>", "<p>one</p><p>two</p><p>three</p>"),
    "styles go": ("<p style='x'><span class=y>a <font>b</font></span></p>", "<p>a b</p>"),
    "formats have one name": ("<p><b>a</b> <i>b</i> <tt>c</tt></p>", "<p><strong>a</strong> <em>b</em> <code>c</code></p>"),
    "spaces stand outside": ("<p>a<b> b </b>c</p>", "<p>a <strong>b</strong> c</p>"),
    "a format over blocks": ("<b><p>a</p><p>b</p></b>", "<p><strong>a</strong></p><p><strong>b</strong></p>"),
    "a link around blocks": (
        "<a href=/c><h2>a</h2><p>b</p></a>",
        '<h2><a href="https://example.org/c">a</a></h2><p><a href="https://example.org/c">b</a></p>',
    ),
    "a script is no address": ("<p><a href='javascript:x()'>a</a></p>", "<p>a</p>"),
    "nor is one in disguise": ("<p><a href='java\nscript:x()'>a</a></p>", "<p>a</p>"),
    "two breaks part paragraphs": ("<div>a<br><br>b<br>c</div>", "<p>a</p><p>b<br>c</p>"),
    "items without a list": ("<div><li>a</li></div>", "<p>a</p>"),
    "words in a list": ("<ul>a<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"),
    "a list in a list": ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
    "tight items": ("<ul><li><p>a</p></li></ul>", "<ul><li>a</li></ul>"),
    "spaced items": ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
    "a list begins at a number": ("<ol start=3><li>a<li>b</ol>", '<ol start="3"><li>a</li><li>b</li></ol>'),
    "a paragraph between items": (
        "<ol><li>a</li><p>b</p><li value=9>c</li></ol>", '<ol><li>a<p>b</p></li><li value="9">c</li></ol>',
    ),
    "a list in a list begins at its own number": (
        "<ol><li>a<ol type=a start=3><li>b</ol><li>c</ol>",
        '<ol><li>a<ol type="a" start="3"><li>b</li></ol></li><li>c</li></ol>',
    ),
    "a list without numbers": ("<ul start=3><li value=3>a</ul>", "<ul><li>a</li></ul>"),
    "a heading in a heading": ("<h3><h2>a</h2></h3>", "<h2>a</h2>"),
    "a heading in a caption": (
        "<table><caption><h4>a</h4></caption><tr><th>b</th><th>c</th></tr></table>",
        "<table><caption>a</caption><tbody><tr><th>b</th><th>c</th></tr></tbody></table>",
    ),
    "signs beside headings": ("<h2 id=x>a <a href='#x'>¶</a></h2>", '<h2 id="x">a</h2>'),
    "a table for layout": ("<table><tr><td><h2>a</h2></td><td><p>b</p></td></tr></table>", "<h2>a</h2><p>b</p>"),
    "empty cells stay": (
        "<table><tr><th>a</th><th></th></tr><tr><td></td><td>b</td></tr></table>",
        "<table><tbody><tr><th>a</th><th></th></tr><tr><td></td><td>b</td></tr></tbody></table>",
    ),
    "listings to the byte": (
        "<pre class='brush: python'>a\n\n    b  c</pre>",
        '<pre><code class="language-python">a\n\n    b  c</code></pre>',
    ),
    "a link to nowhere": ("<p><a href='#gone'>a</a></p>", "<p>a</p>"),
    "pictures between words": (
        "<p>a</p><img src=x.png alt=y onerror=z()><p>b</p>",
        '<p>a</p><p><img src="https://example.org/a/x.png" alt="y"></p><p>b</p>',
    ),
    "no picture is bold": (
        "<p><b>a <img src=x.png alt=y> b</b></p>",
        '<p><strong>a</strong> <img src="https://example.org/a/x.png" alt="y"> <strong>b</strong></p>',
    ),
    "counters are no pictures": ("<p>a</p><img src=x.png width=1><p>b</p>", "<p>a</p><p>b</p>"),
    "one of two forms of a formula": (
        '<p>a <span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi>'
        '<annotation encoding="application/x-tex">x</annotation></semantics></math></span>'
        '<span class="katex-html" aria-hidden="true">x</span></span> b</p>',
        '<p>a <math><semantics><mi>x</mi><annotation encoding="application/x-tex">x</annotation></semantics></math> b</p>',
    ),
    "a formula of MathJax": (
        '<p>a <span class="MathJax_Preview"></span><script type="math/tex">\\pi</script> b</p>',
        '<p>a <math><semantics><mtext>\\pi</mtext><annotation encoding="application/x-tex">\\pi</annotation></semantics></math> b</p>',
    ),
    "nothing is run": (
        "<p onclick=x()>a</p><script>x()</script><svg onload=x()></svg><math><mi href='javascript:x()'>q</mi></math>",
        "<p>a</p><p><math><mi>q</mi></math></p>",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), CASES.values(), ids=CASES)
def test_clean_tree(html, wanted):
    assert tree_of(html).inner_html == wanted


def test_items_keep_their_numbers_when_others_go():
    page = Page.read("<ol><li>Keep this one<li>Drop<li>And keep that one, too<li>And this</ol>", "html")
    lines = [
        line if line.text != "Drop" else type(line)(**{**_fields(line), "kept": False})
        for line in EVERYTHING.score_batch([page])[0].lines
    ]
    assert clean_tree(page, lines).inner_html == (
        '<ol><li>Keep this one</li><li value="3">And keep that one, too</li><li>And this</li></ol>'
    )


def _fields(line):
    return {name: getattr(line, name) for name in type(line).__dataclass_fields__}


def test_lines_that_go_leave_a_listing():
    page = Page.read("<p>a</p><pre>first\n\nsecond\nthird</pre>", "html")
    lines = [
        line if line.text != "second" else type(line)(**{**_fields(line), "kept": False})
        for line in EVERYTHING.score_batch([page])[0].lines
    ]
    assert clean_tree(page, lines).find("pre").text == "first\n\nthird"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.json")))
def test_a_tree_has_the_words_of_the_clean_text(detector, name):
    case = read_case(name)
    page = Page.read(
        case["input"] if isinstance(case["input"], str) else "\n".join(case["input"]), case["format"]
    )
    scored = detector.score_batch([page])[0]
    assert visible(scored._tree().text) == visible(scored.clean_text)


def test_a_deep_page_is_no_recursion():
    deep = "<div>" * 5_000 + "deep"
    assert tree_of(deep).inner_html == "<p>deep</p>"
    assert "deep" in EVERYTHING.score(f"<p>a</p>{'<blockquote>' * 400}deep", "html").to_tei()


def test_scripting_off_where_the_page_is_in_noscript():
    page = f"<p>a</p><noscript><div>{'<p>A page without scripts. </p>' * 20}</div></noscript>"
    assert tree_of(page).inner_html.count("<p>A page without scripts.</p>") >= 1


WORDS = st.lists(st.sampled_from(["a", "bb", "the mill", "x-y", "12", "é", "水車"]), min_size=1, max_size=6)


@given(st.lists(st.tuples(st.booleans(), WORDS), min_size=1, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_what_only_the_source_has_is_passed_over(blocks, data):
    """Lines are found again even if the source has more text; kept lines stay, dropped lines go."""
    texts = [" ".join(words) + f" {number}." for number, (_, words) in enumerate(blocks)]
    page = Page.read("\n".join(texts), "text")
    lines = EVERYTHING.score_batch([page])[0].lines
    decided = [
        type(line)(**{**_fields(line), "kept": keep, "cuts": ()})
        for line, (keep, _) in zip(lines, blocks, strict=True)
    ]
    more = [data.draw(st.sampled_from(["", "", "§§1", "more of it"])) for _ in texts]
    source = "".join(visible(extra + text) for extra, text in zip(more, texts, strict=True))
    wanted = kept_text(decided)
    kept = stays(aligned(source, wanted), wanted)
    left = "".join(character for character, stay in zip(source, kept, strict=True) if stay)
    if not any(more):
        assert left == "".join(visible(text) for text, (keep, _) in zip(texts, blocks, strict=True) if keep)
    assert len(left) <= sum(len(visible(text)) for text, (keep, _) in zip(texts, blocks, strict=True) if keep)


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("c.html", "https://example.org/a/c.html"),
        ("#part", "#part"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("JAVASCRIPT:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("http://[", None),
        ("  ", None),
    ],
)
def test_addresses(address, whole):
    assert safe_address(address, "https://example.org/a/b") == whole


FORMULAS = {
    "a formula that MathJax 2 has drawn": (
        "<p>a <span class=MathJax><nobr aria-hidden=true>x2</nobr><span class=MJX_Assistive_MathML><math><msup><mi>x"
        "</mi><mn>2</mn></msup></math></span></span><script type=math/tex>x^2</script> b</p>", "a $x^2$ b",
    ),
    "a formula that MathJax 2 has drawn on a line of its own": (
        "<p>a</p><div class=MathJax_SVG_Display><span class=MathJax_SVG><svg></svg><span class=MJX_Assistive_MathML>"
        "<math><msup><mi>x</mi><mn>2</mn></msup></math></span></span></div><script type='math/tex; mode=display'>x^2"
        "</script><p>b</p>", "a\n\n$$x^2$$\n\nb",
    ),
    "a formula that MathJax 2 has drawn without MathML": (
        "<p>a <span class='mjx-chtml MathJax_CHTML'><b>x</b><b>2</b></span><script type=math/tex>x^2</script> b</p>",
        "a $x^2$ b",
    ),
    "a formula of MathJax 4": (
        "<p>a <mjx-container><mjx-assistive-mml><math data-latex='x^2'><msup><mi>x</mi><mn>2</mn></msup></math>"
        "</mjx-assistive-mml></mjx-container> b</p>", "a $x^2$ b",
    ),
    "a formula and its picture": (
        "<p>a <span><math><mi>x</mi><annotation encoding='application/x-tex'>x</annotation></math><img src=x.svg alt=x "
        "class=mwe-math-fallback-image-inline></span> b</p>", "a $x$ b",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), FORMULAS.values(), ids=FORMULAS)
def test_one_form_of_a_formula_is_written(html, wanted):
    assert EVERYTHING.score(html, "html").to_markdown() == wanted
