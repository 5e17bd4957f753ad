"""Bold and italic words: asterisks if CommonMark reads them as such, otherwise HTML elements.

Asterisks count only if the adjacent characters allow it: `**a)**b` is not bold. turbohtml is more careful
than necessary, and writes elements around most words that are not Latin.
"""

import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element, Node

_STARS: Final = {"em": "*", "strong": "**"}
# Inline elements without a mark of their own.
_PLAIN: Final = frozenset(
    ("abbr", "cite", "dfn", "ins", "mark", "rp", "rt", "ruby", "small", "time", "u", "var", "em", "strong")
)


def emphasis(tag: str) -> "Callable[[Element, str], str]":
    """Return the function that writes `em` or `strong` elements."""
    stars = _STARS[tag]

    def written(element: "Element", text: str) -> str:
        words = text.strip()
        if not words:
            return text
        if _may_stand(element, words):
            return text.replace(words, f"{stars}{words}{stars}", 1)
        return text.replace(words, f"<{tag}>{words}</{tag}>", 1)

    return written


def _may_stand(element: "Element", words: str) -> bool:
    before, after = _beside(element, -1), _beside(element, 1)
    if before == "*" or after == "*":
        return False
    if _is_nested(element) and (_is_sign(words[0]) or _is_sign(words[-1])):
        return False  # a sign would be between asterisks
    within = not _is_border(before) and not _is_border(after)
    if within and (_is_nested(element) or "*" in words):
        return False
    return (_is_border(before) or not _is_sign(words[0])) and (_is_border(after) or not _is_sign(words[-1]))


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_border(character: str) -> bool:
    """Return whether any word may begin or end beside asterisks next to this character; "" ends a block."""
    return not character or character.isspace() or _is_sign(character)


def _is_nested(element: "Element") -> bool:
    from turbohtml import Element

    return any(isinstance(one, Element) and one.tag in _STARS for one in element.ancestors)


def _beside(element: "Element", way: int) -> str:
    """Return the character written before (-1) or after (1) an element."""
    from turbohtml import Element

    now: Node = element
    while True:
        sibling = now.previous_sibling if way < 0 else now.next_sibling
        while sibling is not None:
            if character := _edge(sibling, way):
                return character
            sibling = sibling.previous_sibling if way < 0 else sibling.next_sibling
        parent = now.parent
        if not isinstance(parent, Element):
            return ""
        if parent.tag not in _PLAIN:  # a link writes a bracket, a block ends the line
            return "[" if parent.tag == "a" else "<" if parent.tag in ("sup", "sub") else ""
        now = parent


def _edge(node: "Node", way: int) -> str:
    """Return the last (-1) or first (1) character that a node writes."""
    from turbohtml import Element, Text

    if isinstance(node, Text):
        return node.data[-1:] if way < 0 else node.data[:1]
    if not isinstance(node, Element):
        return ""
    if node.tag in _STARS:
        return "*"
    if node.tag == "br":
        return "\n"
    if node.tag in _PLAIN:
        text = str(node.text)
        return text[-1:] if way < 0 else text[:1]
    return "["  # links, code, pictures, formulas: some sign
