r"""Formulas that a page has as TeX, for a script to draw in the browser.

    so \(x^2\) is    ─▶    so <math>…x^2…</math> is

They are only searched if the page loads such a script: elsewhere `\(` may be a regular expression, and `$$`
money.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from detector.results.document.formulas import tex_formula

if TYPE_CHECKING:
    from turbohtml import Element, Node

_SCRIPT: Final = re.compile(
    r"<script\b[^>]{0,400}?(?:mathjax|katex)|\bMathJax\s*=|\bMathJax\.Hub\b|\brenderMathInElement\b",
    re.IGNORECASE,
)
# Settings of the page, or of KaTeX, by which a single dollar begins a formula.
_DOLLARS: Final = re.compile(r"\[\s*([\"'])\$\1\s*,\s*([\"'])\$\2\s*\]|\bleft\s*:\s*([\"'])\$\3")
_ENVIRONMENT: Final = r"\{(?:equation|align|gather|multline|eqnarray|alignat|flalign|math|displaymath)\*?\}"
# An escaped sign does not count.
_MARKS: Final = re.compile(rf"\\\\|\\\$|\\[()\[\]]|\$\$?|\\(?:begin|end){_ENVIRONMENT}")
_CLOSING: Final = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
_UNREAD: Final = frozenset(("pre", "code", "kbd", "samp", "math"))


class _Formula(NamedTuple):
    """The position of a formula in a text, including its delimiters, and its source."""

    start: int
    end: int
    source: str
    is_display: bool


def has_formula_script(source: str) -> bool:
    """Return whether a page loads a script that draws the formulas in its text."""
    return _SCRIPT.search(source) is not None


def mark_raw_formulas(tree: "Element", source: str) -> None:
    """Replace TeX formulas in a clean tree by elements.

    Parameters
    ----------
    tree
        From `clean_tree`.
    source
        The page, whose settings say what begins a formula.
    """
    from turbohtml import Element, Text

    with_dollars = _DOLLARS.search(source) is not None
    holders = {
        id(node.parent): node.parent
        for node in tree.descendants
        if isinstance(node, Text) and _MARKS.search(node.data) and isinstance(node.parent, Element)
    }
    for holder in holders.values():
        around = (holder, *holder.ancestors)
        if not any(isinstance(one, Element) and one.tag in _UNREAD for one in around):
            for run in list(_runs(holder)):
                _mark(run, with_dollars)


def _runs(holder: "Element") -> "Iterator[list[Node]]":
    """Yield the runs of texts of an element that are separated only by line breaks."""
    from turbohtml import Element, Text

    run: list[Node] = []
    for node in holder.children:
        if isinstance(node, Text) or (isinstance(node, Element) and node.tag == "br"):
            run.append(node)
        else:
            yield run
            run = []
    yield run


def _mark(run: "list[Node]", with_dollars: bool) -> None:
    """Replace a run of texts and breaks by texts, breaks and formulas."""
    from turbohtml import Element, Text

    text = "".join(node.data if isinstance(node, Text) else "\n" for node in run)
    formulas = _formulas(text, with_dollars)
    if not formulas:
        return
    written: list[Node] = []
    at = 0
    for formula in formulas:
        written += _lines(text[at : formula.start])
        written.append(tex_formula(formula.source, formula.is_display))
        at = formula.end
    written += _lines(text[at:])
    first, *rest = run
    for node in rest:
        node.extract()
    if isinstance(first, Text | Element):
        first.replace_with(*written)


def _lines(text: str) -> "Iterator[Node]":
    from turbohtml import Element, Text

    for number, line in enumerate(text.split("\n")):
        if number:
            yield Element("br")
        if line:
            yield Text(line)


def _formulas(text: str, with_dollars: bool) -> list[_Formula]:
    """Return the formulas in a text, in time linear in its length."""
    marks = [found for found in _MARKS.finditer(text) if with_dollars or found[0] != "$"]
    last = {found[0]: number for number, found in enumerate(marks)}
    formulas: list[_Formula] = []
    number = 0
    while number < len(marks):
        begin = marks[number]
        closing = _CLOSING.get(begin[0]) or begin[0].replace("\\begin", "\\end")
        is_opening = begin[0] in _CLOSING or begin[0].startswith("\\begin")
        if is_opening and last.get(closing, -1) > number:
            number += 1
            while marks[number][0] != closing:
                number += 1
            formulas += _formula(text, begin, marks[number])
        number += 1
    return formulas


def _formula(text: str, begin: "re.Match[str]", end: "re.Match[str]") -> Iterator[_Formula]:
    is_environment = begin[0].startswith("\\begin")
    source = text[begin.start() : end.end()] if is_environment else text[begin.end() : end.start()]
    if source.strip():
        yield _Formula(begin.start(), end.end(), source.strip(), begin[0] not in ("\\(", "$"))
