r"""Formulas written as TeX on a page: `\(x\)`."""

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import Detector, Settings
from detector.results.document.raw_formulas import _formulas

EVERYTHING = Detector(settings=Settings(threshold=1.0))
SCRIPT = "<script async src='https://cdn.example/mathjax@3/tex-chtml.js'></script>"
DOLLARS = "<script>MathJax = {tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']]}}</script>"

FORMULAS = {
    "in a line": (r"<p>so \(x_1^2*y*\) is</p>", r"so $x_1^2*y*$ is"),
    "of its own": (r"<p>\[a_1 &lt; b\]</p><p>$$x_2$$</p>", "$$a_1 < b$$\n\n$$x_2$$"),
    "over several lines": (r"<div>so<br>\[a<br>= b\]<br>is</div>", "so\\\n$$a = b$$\\\nis"),
    "a new line in it": (r"<p>\[a \\[2pt] b\]</p>", r"$$a \\[2pt] b$$"),
    "an environment": (
        r"<p>\begin{align*}a_1 &amp;= b\end{align*}</p>",
        r"$$\begin{align*}a_1 &= b\end{align*}$$",
    ),
    "another in it": (r"<p>\[a \text{ if \(b\)}\]</p>", r"$$a \text{ if \(b\)}$$"),
    "code": (r"<p><code>\(x\)</code></p>", r"`\(x\)`"),
    "without an end": (r"<p>so \(x is \(y\)</p>", r"so $x is \(y$"),
    "with nothing in it": (r"<p>a \(\) b</p>", r"a \\(\\) b"),
    "money": ("<p>from $5 to $6</p>", "from $5 to $6"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "wanted"), FORMULAS.values(), ids=FORMULAS)
def test_raw_formulas_are_formulas_in_markdown(html, wanted):
    page = EVERYTHING.score(SCRIPT + html, "html")
    assert page.to_markdown() == wanted


def test_they_stay_as_they_are_in_text():
    assert EVERYTHING.score(SCRIPT + r"<p>so \(x_1\) is</p>", "html").clean_text == r"so \(x_1\) is"


def test_a_page_without_such_a_script_has_none():
    assert (
        EVERYTHING.score(r"<p>grep '\(a*\)' MathJax</p>", "html").to_markdown() == r"grep '\\(a\*\\)' MathJax"
    )


def test_single_dollars_count_where_the_page_says_so():
    html = "<p>so $x_1$ costs \\$5</p>"
    assert EVERYTHING.score(DOLLARS + html, "html").to_markdown().startswith("so $x_1$ costs ")
    assert "$x\\_1$" in EVERYTHING.score(SCRIPT + html, "html").to_markdown()


PIECES = st.sampled_from(
    ["\\(", "\\)", "\\[", "\\]", "$", "$$", "\\\\", "\\$", "\\begin{align}", "\\end{align}", "x ", "y\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_formulas_stand_in_order_and_apart(text, with_dollars):
    at = 0
    for formula in _formulas(text, with_dollars):
        assert at <= formula.start < formula.end <= len(text)
        assert formula.source in text[formula.start : formula.end]
        at = formula.end


@pytest.mark.parametrize("piece", ["\\(x", "\\[", "$$", "$", "\\(x\\)", "\\begin{align}", "\\\\"])
def test_they_are_found_in_linear_time(piece):
    def seconds(times):
        taken = []
        for _ in range(3):
            start = time.process_time()
            _formulas(piece * times, with_dollars=True)
            taken.append(time.process_time() - start)
        return min(taken)

    gc.disable()  # it scans all objects of the test run, more often the more are created
    try:
        # Allow sixteen times as long for eight times the text: machines are busy.
        assert seconds(80_000) < 16 * max(seconds(10_000), 0.005)
    finally:
        gc.enable()
