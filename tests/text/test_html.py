"""What counts as a line of an HTML page: cases as data."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from turbohtml import parse

from detector.text.decoding import utf8
from detector.text.html import DATA_HINT, DESCRIPTION_HINT, TITLE_HINT, html_batch
from detector.text.tags import INSIDE, NAMES, NUMBER
from tests.conftest import lines_of
from tests.oracles.html import HtmlElement, PageTree

CASES = {
    "blocks": (
        "<p>one<p>two<div>three<section>four</section>five</div>",
        ["one", "two", "three", "four", "five"],
    ),
    "inline elements join": ("<p>a <b>bold</b><i>er</i> <span>word</span></p>", ["a bolder word"]),
    "br": ("<p>a<br>b<br><br>c</p>", ["a", "b", "c"]),
    "list items": ("<ul><li>one<li>two<ul><li>in</ul>after</ul>", ["one", "two", "in", "after"]),
    "options and buttons": ("<select><option>x<option>y</select><button>b</button>t", ["x", "y", "b", "t"]),
    "row": ("<table><tr><td>1<td>2<th>3<tr><td>4</table>", ["1\t2\t3", "4"]),
    "row, empty cells": ("<table><tr><td><td>2<td></table>", ["2"]),
    "row, one block a cell": ("<table><tr><td><p>a</p></td><td><div>b</div></td></table>", ["a\tb"]),
    "row, blocks in a cell": ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></table>", ["a", "b", "c"]),
    "row, br in a cell": ("<table><tr><td>a<br>b</td><td>c</td></table>", ["a", "b", "c"]),
    "nested table": (
        "<table><tr><td>a<table><tr><td>b<td>c</table>d</td><td>e</td></table>",
        ["a", "b\tc", "d", "e"],
    ),
    "links that touch": (
        "<div><a>one</a> <a>two</a><span><a>three</a></span></div>",
        ["one", "two", "three"],
    ),
    "links in text": ("<p>see <a>this</a> or <a>that</a>.</p>", ["see this or that."]),
    "text, then links that touch": ("<p>by <a>one</a><a>two</a> now</p>", ["by one", "two now"]),
    "empty anchor": ("<p>a <a id=x></a><a>b</a> c</p>", ["a b c"]),
    "pre": ("<pre>\n a\n\n  b \n<b>c</b>d\n</pre>e", [" a", "", "  b", "cd", "e"]),
    "textarea is its text": ("<textarea>\n<p>a\nb</textarea>", ["<p>a", "b"]),
    "xmp is its text": ("<xmp><b>a&amp;\nb</xmp>", ["<b>a&amp;", "b"]),
    "plaintext is its text": ("<p>a<plaintext><b>c</p>", ["a", "<b>c</p>"]),
    "white space": ("<p> a\n\t b\u00a0\u2003c\u3000d\u2028e </p>", ["a b c d e"]),
    "zero width characters stay, soft hyphens go": ("<p>a\u200bb\u00adc &shy; d</p>", ["a\u200bbc d"]),
    "references": ("<p>a &lt;b&gt; &amp;amp; &quot;c&quot; &eacute;</p>", ['a <b> &amp; "c" é']),
    "hidden stays": (
        "<p hidden>a</p><p style='display:none'>b</p><p aria-hidden=true>c</p>",
        ["a", "b", "c"],
    ),
    "not lines": (
        "<head><title>t</title></head><style>s</style><script>s</script><template><p>t</template>"
        "<svg><title>v</title><text>v</text></svg><p>x",
        ["x"],
    ),
    "never rendered": ("<iframe><p>a</iframe><noembed>b</noembed><noframes>c</noframes><p>d", ["d"]),
    "comments": ("<p>a<!-- <p>b --><!---->c<!-- > -->d<?pi <p>e?></p>", ["acde?>"]),
    "attributes with tags in them": ("<p title='<p>x</p>' data-a=\"a>b\">y</p>", ["y"]),
    "odd attribute names": ('<p a<b=c =d e"f>y</p>', ["y"]),
    "text after the end": ("<html><body><p>a</p></body></html> b <p>c", ["a", "b", "c"]),
    "unclosed": ("<div><p>a<b>b<div>c", ["ab", "c"]),
    "head-like junk before the body": ("</head></html>junk<body><p>a", ["junk", "a"]),
    "no text": ("<html><body><div></div><p> </p></body></html>", []),
    "escaped markup": ("<p>&lt;p&gt;x&lt;/p&gt;</p>", ["<p>x</p>"]),
    "nested articles": ("<article>a<br><article>b</article>c</article>", ["a", "b", "c"]),
}


@pytest.mark.parametrize("case", CASES)
def test_lines(case, html_lines):
    page, wanted = CASES[case]
    assert html_lines(page) == wanted


def test_noscript_counts_where_the_page_has_little_else(html_lines):
    page = "<p>menu</p><noscript><p>the whole</p><p>thread</p></noscript>"
    assert html_lines(page) == ["menu", "the whole", "thread"]
    assert html_lines("<p>" + "word " * 50 + "</p><noscript><p>tracker</p></noscript>") == [
        ("word " * 50).strip()
    ]


def test_an_iframe_left_open_in_noscript_swallows_nothing(html_lines):
    page = "<noscript><iframe src=x></noscript><p>" + "word " * 60 + "</p>"
    assert html_lines(page) == [("word " * 60).strip()]


def test_a_page_renders_alike_alone_and_in_a_batch(html_lines):
    pages = [page for page, _ in CASES.values()]
    batch, _ = html_batch([utf8(page) for page in pages])
    for number, (_, wanted) in enumerate(CASES.values()):
        first, last = batch.page_line[number], batch.page_line[number + 1]
        lines = [
            bytes(batch.data[start:end]).decode()
            for start, end in zip(batch.line_start[first:last], batch.line_end[first:last], strict=True)
        ]
        assert lines == wanted


BIT = {name: 1 << number for number, name in enumerate(INSIDE)}


def test_markup_of_a_line():
    page = "<nav class='main-menu'><ul><li><a href=/a>Home</a></li></ul></nav><main><h2 id=x hidden>T</h2></main>"
    _batch, markup = html_batch([utf8(page)])
    menu, title = markup.line_element.tolist()
    assert [NAMES[markup.tag[menu]], NAMES[markup.tag[title]]] == ["a", "h2"]
    assert markup.inside[menu] & BIT["nav"]
    assert markup.inside[menu] & BIT["li"]
    assert not markup.inside[title] & BIT["nav"]
    assert markup.inside[title] & BIT["hidden"]
    assert markup.line_link.tolist() == [4, 0]
    assert (markup.parent < range(markup.tag.size)).all()


def test_link_bytes_of_a_mixed_line():
    _, markup = html_batch([utf8("<p>see <a>this</a> or <a>that one</a> now</p>")])
    assert markup.line_link.tolist() == [len("this") + len("that one")]


def test_class_words_do_not_depend_on_digits_or_case():
    _, markup = html_batch(
        [utf8("<p class='entryContent post-12'>a</p><p class='entry-content post-7'>b</p>")]
    )
    first, second = markup.line_element.tolist()

    def tokens(element):
        return set(markup.token[markup.element_token[element] : markup.element_token[element + 1]].tolist())

    assert tokens(first) == tokens(second) != set()


def test_hints():
    page = (
        "<head><title>A &amp; B</title><meta name=description content='d &quot;e&quot;'>"
        "<meta property='og:title' content=T><meta name=viewport content=v></head>"
        '<p>x</p><script type="application/ld+json">{"a":"b\\nc"}</script><script>var x</script>'
    )
    _, markup = html_batch([utf8(page)])
    assert markup.hint_kind.tolist() == [TITLE_HINT, DESCRIPTION_HINT, TITLE_HINT, DATA_HINT]
    ends = [0, *markup.hint_end.tolist()]
    hints = [bytes(markup.hints[start:end]) for start, end in itertools.pairwise(ends)]
    assert hints == [b"A &amp; B", b"d &quot;e&quot;", b"T", b'{"a":"b c"}']


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div class='a b-cD e1'>", "</div>", "<table><tr><td>", "<td>", "</table>", "<br>", "<!-- x -->", "<b>",
        "</b>", "<i id=entry-content>", "<span style='display: none'>", "</span>", "<p aria-hidden='TRUE '>", "<ul hidden><li>",
        "<a href='/post/1?a=b&c' rel=nofollow>", "</a>", "<h1 itemprop=headline>", "<pre>", "</pre>", "<textarea>", "</textarea>",
        "<svg><title>t</title><path/></svg>", "<iframe>x</iframe>", "<template><p>y</template>", "<select><option>", "</select>",
        "<title>T &amp; t</title>", "<meta name=description content='d \"q\" &lt;'>", "<meta property=og:title content=O>",
        "<script type='application/LD+json'>{\"a\": \"b\\nc\\u00e9\\é\"}</script>", "<script>if (a < b) {}</script>", "<style>p {}</style>",
        "text", " ", "\n", "\u2003", "é中", "&lt;", "&amp;amp;", "&quot;", "a  b", "<xmp>", "</xmp>", "</x>", "<x-y role='Main_nav2'>",
    ]
)  # fmt: skip


def visible(text):
    """Text without white space and control characters."""
    return "".join(char for char in text if not char.isspace() and char > " ")


def without_sample(element):
    """A text area with code counts as code; which ones do is tested elsewhere."""
    bits = sum(1 << INSIDE.index(name) for name in ("pre", "form"))
    return element._replace(inside=element.inside & ~bits) if element.tag == NUMBER["textarea"] else element


@given(st.lists(PIECES, max_size=30).map("".join))
def test_elements_hints_and_text_are_those_of_the_tree(page):
    batch, markup = html_batch([utf8(page)])
    tree = PageTree(parse(page, positions=False, scripting=True))
    tokens = [markup.token[start:end].tolist() for start, end in itertools.pairwise(markup.element_token)]
    found = zip(markup.tag.tolist(), markup.parent.tolist(), markup.inside.tolist(), tokens, strict=True)
    elements = [without_sample(HtmlElement(*element)) for element in found]
    assert elements == [without_sample(element) for element in tree.elements]
    ends = [0, *markup.hint_end.tolist()]
    hints = [bytes(markup.hints[start:end]).decode() for start, end in itertools.pairwise(ends)]
    assert list(zip(markup.hint_kind.tolist(), hints, strict=True)) == tree.hints
    assert visible("".join(lines_of(batch))) == visible(tree.text)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "x",
        "<a>" * 20_000 + "x",
        "<table><tr><td>" * 3_000 + "x",
        "<b>" * 5_000 + "<p>" * 50 + "x",
        "<svg><template>x" * 1_000 + "</svg>",
        "<select>" * 1_000 + "x",
    ],
    ids=["div", "a", "table", "b", "svg", "select"],
)
def test_deep_nesting_is_survived(page, html_lines):
    assert all("\n" not in line for line in html_lines(page))
