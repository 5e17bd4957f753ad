"""Pages whose words readers tend to glue, tear or misread: cases as data."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.text.html import _scanned, html_batch, serialised
from detector.text.shadow_trees import with_shadow_trees
from detector.text.structured_data import with_unshown_article
from detector.text.tags import INSIDE
from tests.conftest import lines_of

WORD_BORDERS = {
    "two classes": ('<p><span class="k">Weight</span><span class="v">14.2 kg</span></p>', ["Weight 14.2 kg"]),
    "a class and none": ("<p><b>Prix</b><span class=n>12 euros</span></p>", ["Prix 12 euros"]),
    "a time": ("<p><span>Ada</span><time>Mar 7</time></p>", ["Ada Mar 7"]),
    "two codes": ("<p><code>U+DF</code><code>0x1F</code></p>", ["U+DF 0x1F"]),
    "one class, new words": ("<p><i class=t>Python</i><i class=t>Go</i></p>", ["Python Go"]),
    "one class, a word in two": ("<p><i class=t>nine</i><i class=t>teen</i></p>", ["nineteen"]),
    "no class": ("<p><b>un</b><i>painted</i></p>", ["unpainted"]),
    "within a word": ("<p><b class=x>un</b>painted <i>wo</i>od</p>", ["unpainted wood"]),
    "punctuation": ("<p><b class=x>Yes</b><i class=y>, no</i><u class=z>.</u></p>", ["Yes, no."]),
    "a price in pieces": ("<p><b class=w>14</b><b class=d>.</b><b class=f>20</b></p>", ["14.20"]),
    "a sign before": ("<p><b class=c>$</b><b class=v>5</b></p>", ["$5"]),
    "a label": ("<p><b class=k>Farbe:</b><b class=v>rot</b></p>", ["Farbe: rot"]),
    "no spaces in Japanese": ("<p><b class=k>日本</b><b class=v>語</b></p>", ["日本語"]),
    "an icon between": ("<p><b>re</b><i class=icon></i><b>do</b></p>", ["redo"]),
    "drop cap": ("<p><span class=cap>M</span>r Alder</p>", ["Mr Alder"]),
    "drop cap, rest apart": ("<p><b class=cap>E</b><b class=rest>s war</b></p>", ["Es war"]),
    "drop cap, small capitals": ("<p><b class=cap>T</b><b class=rest>HE clock</b></p>", ["THE clock"]),
    "display block": (
        '<p><b style="display:block">One.</b><b style="color:red; display: flex">Two</b></p>',
        ["One.", "Two"],
    ),
    "display inline": ("<ul><li style='display:inline'>a</li> <li style='display:inline'>b</ul>", ["a b"]),
    "code": ("<p><code><b class=k>def</b><b class=n>x</b></code></p>", ["defx"]),
    "word break": ("<p>super<wbr>cali Donau&shy;dampf</p>", ["supercali Donaudampf"]),
}
CUSTOM = {
    "items": ("<x-list><x-item>One</x-item><x-item>Two</x-item></x-list>", ["One Two"]),
    "in text": ("<p>I <g-emoji>x</g-emoji> foo<x-mark>bar</x-mark></p>", ["I x foobar"]),
    "blocks inside": ("<x-a>one<x-b><p>two</p></x-b>three</x-a>", ["one", "two", "three"]),
    "nested": ("<x-c><x-m><a>ann</a><x-t>2 h</x-t></x-m><x-d>Text</x-d></x-c>", ["ann 2 h", "Text"]),
    "slots": ("<x-c><x-m slot=a>ann</x-m><x-d slot=b>Text</x-d></x-c>", ["ann", "Text"]),
    "shadow tree": (
        "<x-a><template shadowrootmode=open><style>p{}</style><p>in</p><slot></slot></template>out</x-a>",
        ["in", "out"],
    ),
    "slotted": (
        "<x-a><template shadowrootmode=open><h2><slot name=t>no title</slot></h2><p>by <slot name=by>nobody</slot></p>"
        "<slot></slot><p>end</p></template><p>Text</p><b slot=t>Mill</b>more</x-a>",
        ["Mill", "by nobody", "Text", "more", "end"],
    ),
    "a slot twice, and a child without a slot": (
        "<x-a><template shadowrootmode=closed><p><slot name=t>x</slot></p><p><slot name=t>y</slot></p></template>"
        "<b slot=t>once</b><p slot=z>hidden</p></x-a>",
        ["once", "y", "hidden"],
    ),
    "a slot that is handed on": (
        "<x-a><template shadowrootmode=open><p>a</p><x-b><template shadowrootmode=open><p>b</p><slot name=q></slot>"
        "<p>c</p></template><slot name=t slot=q></slot></x-b><p>d</p></template><h2 slot=t>in</h2></x-a>",
        ["a", "b", "in", "c", "d"],
    ),
    "a slot without a shadow tree": ("<p>one <slot>two</slot></p>", ["one two"]),
    "a template in a shadow tree": (
        "<x-a><template shadowrootmode=open>a<template><p>no</p></template>b</template></x-a>",
        ["ab"],
    ),
}
MATHML = "<math><semantics><mrow>{}</mrow><annotation encoding='application/x-tex'>x^2</annotation></semantics></math>"
POWER = MATHML.format("<msup><mi>x</mi><mn>2</mn></msup>")
FORMULAS = {
    "MathML": (f"<p>so {POWER} is</p>", ["so x^2 is"]),
    "fractions and indices": (
        "<p><math><msub><mi>h</mi><mi>max</mi></msub> <mo>=</mo>\n<mfrac><mi>v</mi><mrow><mn>2</mn><mi>g</mi>"
        "</mrow></mfrac></math></p>",
        ["h_max=v/(2g)"],
    ),
    "KaTeX": (
        f"<p>so <span class=katex><span class=katex-mathml>{POWER}</span><span class=katex-html "
        "aria-hidden=true><b class=mord>x</b><b class=msupsub>2</b></span></span> is</p>",
        ["so x^2 is"],
    ),
    "KaTeX without MathML": (
        "<p>so <span class=katex><span class=katex-html aria-hidden=true>x</span></span> is</p>",
        ["so x is"],
    ),
    "MathJax 2": (
        "<p>so <span class=MathJax_Preview></span><span class=MathJax><nobr aria-hidden=true>x2</nobr><span "
        f"class=MJX_Assistive_MathML>{POWER}</span></span><script type=math/tex>x^2</script> is</p>",
        ["so x^2 is"],
    ),
    "MathJax 2, displayed": (
        "<p>so</p><div class=MathJax_Display><span class=MathJax><nobr aria-hidden=true>x2</nobr><span class="
        f"MJX_Assistive_MathML>{POWER}</span></span></div> <script type='math/tex; mode=display'>x^2</script><p>is</p>",
        ["so", "x^2", "is"],
    ),
    "MathJax 2, displayed as SVG": (
        "<div class=MathJax_SVG_Display><span class=MathJax_SVG><svg></svg></span></div>"
        "<script type='math/tex; mode=display'>x^2</script>",
        ["x^2"],
    ),
    "MathJax 2 without MathML": (
        "<p>so <span class='mjx-chtml MathJax_CHTML'><b>x</b><b>2</b></span><script type=math/tex>x^2</script> is "
        "<script type=math/tex>y</script></p>",
        ["so x2 is y"],
    ),
    "MathJax 2, not rendered": ("<p>so <script type=math/tex>a<b^2</script> is</p>", ["so a<b^2 is"]),
    "MathJax 3": (
        "<p>so <mjx-container class=MathJax><mjx-math aria-hidden=true><mjx-mi></mjx-mi></mjx-math>"
        f"<mjx-assistive-mml>{POWER}</mjx-assistive-mml></mjx-container> is</p>",
        ["so x^2 is"],
    ),
}
CODE = {
    "blank lines": ("<pre>\n\na\n\n\n  b\n \n\tc\n\n</pre>d", ["a", "", "", "  b", "", "\tc", "d"]),
    "breaks": ("<pre>a<br><br>b</pre>", ["a", "", "b"]),
    "a block a line": ("<pre><div>a</div><div></div><div> b</div></pre>", ["a", "", " b"]),
    "a column of numbers": (
        "<table><tr><td class=linenos><pre>1\n2\n3</pre></td><td><pre>a\n\nb</pre></td></tr></table>",
        ["a", "", "b"],
    ),
    "a column that nothing names": (
        "<table><tr><td><pre>1\n2</pre></td><td><div><pre>a\nb</pre></div></td></tr></table>",
        ["a", "b"],
    ),
    "a column of blocks": (
        "<table><tr><td class=gutter><div>1</div><div>2</div></td><td><code>a</code></td></tr></table>",
        ["a"],
    ),
    "numbers in the line": ("<pre><b class=lineno>1</b>a\n<b class=lineno>2</b>  b</pre>", ["a", "  b"]),
    "numbers that cannot be selected": (
        '<pre><div><i style="user-select: none">1</i>a</div><div><i class=select-none>2</i>b</div></pre>',
        ["a", "b"],
    ),
    "numbers that nothing names": ("<pre><i>1</i>a\n<i>2</i>b\n<i>3</i>c</pre>", ["a", "b", "c"]),
    "a list of numbers": ("<div><ul class=line-numbers><li>1<li>2</ul><pre>a\nb</pre></div>", ["a", "b"]),
    "rows with numbers that style shows": (
        "<table><tr><td data-line-number=1></td><td class=blob-code>a</td></tr>"
        "<tr><td data-line-number=2></td><td class=blob-code>  b</td></tr></table>",
        ["a", "  b"],
    ),
    "output that is numbers": ("<pre>1\n2\n3</pre>", ["1", "2", "3"]),
    "a table of numbers": (
        "<table><tr><td class=num>1<td>a</tr><tr><td class=num>2<td><code>b</code></tr></table>",
        ["1\ta", "2\tb"],
    ),
}
TABLES = {
    "empty cells": (
        "<table><tr><td>a<td><td>b</tr><tr><td><td>c<td></tr></table>",
        ["a\t\tb", "\tc"],
    ),
    "wide cells": (
        "<table><tr><th colspan=2>a<th>b</tr><tr><td>c<td>d<td>e</tr></table>",
        ["a\t\tb", "c\td\te"],
    ),
    "high cells": (
        "<table><tr><td rowspan=2>a<td>b<td>c</tr><tr><td>d<td>e</tr><tr><td>f<td>g<td>h</tr></table>",
        ["a\tb\tc", "\td\te", "f\tg\th"],
    ),
    "lists, paragraphs and breaks in cells": (
        "<table><tr><td>Mo<td><p>9-12</p><p>14-18</p><td>x</tr>"
        "<tr><td>Di<br>Mi<td><ul><li>zu</li><li>auf</li></ul><td>y</tr></table>",
        ["Mo\t9-12 14-18\tx", "Di Mi\tzu auf\ty"],
    ),
    "a table that arranges": (
        "<table><tr><td><h2>a</h2><p>b</p><td>c</tr><tr><td><td>d</tr></table>",
        ["a", "b", "c", "d"],
    ),
    "presentation": (
        "<table role=presentation><tr><td>a<br>b<td>c</tr><tr><td><td>d</tr></table>",
        ["a", "b", "c", "d"],
    ),
}
MARKS = {
    "footnote": ("<p>alone<span class=f><a href='#n2'>2</a></span> and on.</p>", ["alone 2 and on."]),
    "after a stop": ("<p>river.<sup>1</sup> The</p>", ["river. 1 The"]),
    "in brackets": (
        "<p>see<sup><a href='/w#c'>[3]</a></sup>, <a>x</a><sup><a>[4]</a></sup>y</p>",
        ["see[3], x[4] y"],
    ),
    "powers": ("<p>m<sup>2</sup>, 10<sup>6</sup>, 9<sup>th</sup>, CO<sub>2</sub></p>", ["m2, 106, 9th, CO2"]),
    "the way back": (
        "<li>Note.<a href='#r1'>↩</a></li><h2>Title<a href='#t'>¶</a></h2>",
        ["Note. ↩", "Title ¶"],
    ),
    "ruby": (
        "<p><ruby>漢<rt>かん</rt></ruby> <ruby>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby></p>",
        ["漢(かん) 字(じ)"],
    ),
    "details": ("<details><summary>Frage</summary>Antwort</details>", ["Frage", "Antwort"]),
    "definitions": ("<dl><dt>Hanf<dd>lang<dt>Sisal<dd>steif</dl>", ["Hanf", "lang", "Sisal", "steif"]),
}
CASES = {
    f"{kind}: {name}": case
    for kind, cases in {
        "borders": WORD_BORDERS,
        "custom": CUSTOM,
        "formulas": FORMULAS,
        "code": CODE,
        "tables": TABLES,
        "marks": MARKS,
    }.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("case", CASES)
def test_reading(case, html_lines):
    page, wanted = CASES[case]
    assert html_lines(page) == wanted


@pytest.mark.parametrize(
    ("field", "is_code"),
    [
        ("<textarea>fun main() {\n  run()\n}</textarea>", True),
        ("<textarea class=code>x = 1</textarea>", True),
        ("<textarea>Your comment</textarea>", False),
    ],
)
def test_a_text_field_with_a_sample_is_code(field, is_code):
    _, markup = html_batch([f"<div>{field}</div>".encode()])
    inside = int(markup.inside[markup.line_element[0]])
    assert bool(inside >> INSIDE.index("pre") & 1) == is_code
    assert bool(inside >> INSIDE.index("form") & 1) != is_code


ARTICLE = "The bakery on Weir Street has used the same starter since 1952. On Monday it died.\\nBy noon it was back."
PAGE = '<h1>A starter</h1><article>{}</article><script type="application/ld+json">{{"@graph": [{{"articleBody": "{}"}}]}}</script><p>Footer</p>'


def test_an_article_that_only_structured_data_holds_is_read(html_lines):
    paragraphs = ARTICLE.split("\\n")
    assert html_lines(PAGE.format("", ARTICLE)) == ["A starter", *paragraphs, "Footer"]
    shown = "".join(f"<p>{text.replace('used', '<b>used</b>')}</p>" for text in paragraphs)
    assert html_lines(PAGE.format(shown, ARTICLE)) == ["A starter", *paragraphs, "Footer"]


@pytest.mark.parametrize("body", ["", "too short", "a \\x b " * 20, "&lt;p&gt;" * 20])
def test_structured_data_without_an_article_changes_nothing(body, html_lines):
    assert html_lines(PAGE.format("", body)) == ["A starter", "Footer"]


HOSTILE = {
    "siblings": "<b class=a>x</b><b class=b>y</b>",
    "nested siblings": "<b class=a><b class=b>x</b>",
    "gutters": "<pre><i>1</i>",
    "hidden numbers": "<i aria-hidden=true>1",
    "formulas": "<span class=katex><span aria-hidden=true>x",
    "formulas and their sources": "</math> <script type=math/tex>x</script><span class=mathjax>x",
    "custom elements": "<x-a>",
    "tables": "<table><tr><td>a<td>b<tr><td>",
    "rows": "<table><tr><td>a<td>b<tr><td>c<td>d</table>",
    "shadow trees": "<template shadowrootmode=open>x",
    "marks": "<a href='#1'>1</a><sup>",
    "fractions": "<math><mfrac><mrow>",
    "text fields": "<textarea>a\nb</textarea>",
    "articles": '<script type="application/ld+json">{"articleBody":"a b c"}</script>',
}


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_page_and_no_faster(piece):
    """Without the parser's time, since the parser is not ours."""

    def seconds(times):
        source = serialised((HOSTILE[piece] * times).encode())
        taken = []
        for _ in range(3):
            start = time.process_time()
            _scanned([with_unshown_article(source)], np.zeros(1, np.uint8))
            taken.append(time.process_time() - start)
        return min(taken)

    # Allow sixteen times as long for eight times the page: machines are busy.
    assert seconds(16_000) < 16 * max(seconds(2_000), 0.002)


@pytest.mark.parametrize(
    "piece",
    [
        "<x-a><template shadowrootmode=open><slot></slot>a</template>b",
        "<slot name=a></slot><b slot=a>x</b>",
        "<template><template shadowrootmode=open>",
    ],
)
def test_shadow_trees_are_put_together_in_linear_time(piece):
    def seconds(times):
        page = b"<div><template shadowrootmode=open>" + (piece * times).encode()
        taken = []
        for _ in range(3):
            start = time.process_time()
            found = with_shadow_trees(page)
            taken.append(time.process_time() - start)
            assert len(found) < 8 * len(page)
        return min(taken)

    assert seconds(16_000) < 16 * max(seconds(2_000), 0.01)


def test_shadow_trees_hold_any_character():
    page = "<x-a><template shadowrootmode=open><p><slot></slot></p></template>&mdash; é \x00中 &#0;</x-a>".encode()
    (batch, _) = html_batch([page])
    assert "é" in bytes(batch.data).decode()
    assert "中" in bytes(batch.data).decode()


PIECES = st.sampled_from(
    [
        *HOSTILE.values(), "</pre>", "</table>", "</math>", "</a>", "</b>", "</sup>", "</template>", "</x-a>", "</span>", "</td>",
        "<td colspan=9 rowspan=3>", "<td rowspan=70000>", "<td class=lineno>", "<tr>", "<br>", "\n", " ", "x", "2", "é", "\u00ad", "漢<rt>a",
        "<ruby>", "<pre>", "<p>", "<div style='display:inline'>", "<span style='display:block'>", "<code>", "<mtext> a </mtext>",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_mixture_is_read_alone_as_in_a_batch(page):
    alone = lines_of(html_batch([page.encode()])[0])
    batch, _ = html_batch([b"<pre>1", page.encode(), b"<td>a<td>b"])
    first, last = batch.page_line[1:3].tolist()
    assert lines_of(batch)[first:last] == alone
    assert all("\n" not in line for line in alone)
