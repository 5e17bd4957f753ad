"""readability-lxml: the text of its summary, one block per line."""

from lxml.html import document_fromstring, tostring
from readability import Document

BLOCKS = ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "pre", "blockquote", "dd", "dt")


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content as text."""
    summary = Document(html).summary(html_partial=True)
    if not summary.strip():
        return ""
    tree = document_fromstring(summary)
    for element in tree.iter(*BLOCKS):
        element.tail = "\n" + (element.tail or "")
    return tostring(tree, method="text", encoding="unicode")
