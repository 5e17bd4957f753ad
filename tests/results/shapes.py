"""The structure of a document, from a clean tree or from its Markdown as parsed by markdown-it."""

import re
from urllib.parse import unquote

from turbohtml import Element, Text, parse

BLOCKS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "table",
    "hr",
    "div",
    "article",
}
MARKS = {"strong": "bold", "em": "italic", "code": "code", "s": "struck", "del": "struck"}
OTHERS = {"kbd": "code", "samp": "code"}


def _merged(runs):
    """Join runs with the same marks and collapse their white space, which has no marks."""
    out = []
    for marks, text in runs:
        for part in re.findall(r"\s+|\S+", text):
            kind = (None if part.isspace() else marks, " " if part.isspace() else part)
            if out and out[-1][0] == kind[0]:
                joined = out[-1][1] + kind[1]
                out[-1] = (kind[0], " " if kind[0] is None else joined)
            else:
                out.append(kind)
    while out and out[0][0] is None:
        out.pop(0)
    while out and out[-1][0] is None:
        out.pop()
    return out


def _marked(marks):
    """The marks of words: code has no bold or italic words in Markdown."""
    return marks - {"bold", "italic", "struck"} if "code" in marks else marks


def words(nodes, marks=frozenset()):
    """The words of some nodes, in runs: their marks and their text."""
    for node in nodes:
        if isinstance(node, Text):
            yield _marked(marks), node.data
        elif isinstance(node, Element):
            if node.tag == "footnote-mark":
                yield marks, f"[^{node.text}]"
            elif node.tag == "br":
                yield marks, " "
            elif node.tag == "img":
                yield marks | {("image", unquote(node.attrs["src"]))}, node.attrs.get("alt") or ""
            elif node.tag == "a" and node.attrs.get("href"):
                yield from words(node.children, marks | {("link", unquote(node.attrs["href"]))})
            else:
                mark = MARKS.get(node.tag) or OTHERS.get(node.tag)
                yield from words(node.children, marks | {mark} if mark else marks)


def _table(element):
    rows = [[run for cell in row.select("td, th") for run in _spanned(cell)] for row in element.select("tr")]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return "table", [row for row in rows if row]


def _spanned(cell):
    """The words of a cell, and an empty cell for each further column that it covers."""
    yield _merged(words(_flat(cell)))
    yield from ([] for _ in range(1, int(cell.attrs.get("colspan") or 1)))


def _flat(cell):
    """The words in a cell, with a space between blocks."""
    for node in cell.children:
        if isinstance(node, Element) and node.tag in BLOCKS | {"li"}:
            yield Text(" - " if node.tag == "li" else " ")
            yield from _flat(node)
            yield Text(" ")
        elif getattr(node, "tag", "") == "span":
            yield from _flat(node)
        else:
            yield node


def _block(node):
    """One block, as its name and contents; None if it has no words."""
    tag = node.tag
    if tag in ("ul", "ol"):
        start = int(node.attrs.get("start") or 1) if tag == "ol" else None
        return tag, start, [shape(item) for item in node.children if isinstance(item, Element)]
    if tag == "blockquote":
        return tag, shape(node)
    if tag == "pre":
        return tag, node.text.rstrip("\n"), (node.find("code") or node).attrs.get("class")
    if tag == "hr":
        return (tag,)
    merged = _merged(words(node.children))
    return (tag, merged) if merged else None


def shape(element):
    """The blocks in an element."""
    found, inline = [], []

    def close():
        if merged := _merged(words(inline)):
            found.append(("p", merged))
        inline.clear()

    for node in element.children:
        tag = node.tag if isinstance(node, Element) else None
        if tag not in BLOCKS:
            inline.append(node)
            continue
        close()
        if tag in ("div", "article"):
            found += shape(node)
        elif tag == "table":
            if (caption := node.find("caption")) is not None:
                found.append(("p", _merged(words(caption.children))))
            found.append(_table(node))
        elif block := _block(node):
            found.append(block)
    close()
    return found


def shape_of_html(html):
    return shape(parse(f"<body>{html}").find("body"))
