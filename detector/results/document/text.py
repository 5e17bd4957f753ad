"""The clean text of a page without markup as a tree, with paragraphs between blank lines."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def text_tree(text: str) -> "Element":
    """Return clean text as an `<article>`; line ends are kept."""
    from turbohtml import Element, Text

    tree = Element("article")
    paragraph: Element | None = None
    for line in _LINE_END.split(text):
        if not line.strip():
            paragraph = None
            continue
        if paragraph is None:
            paragraph = Element("p")
            tree.append(paragraph)
        else:
            paragraph.append(Element("br"))
        paragraph.append(Text(line))
    return tree
