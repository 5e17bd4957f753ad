"""A page's elements, hints and text, read from the parser's tree."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from turbohtml import Element, Text

from detector.text.html import DATA_HINT, DESCRIPTION_HINT, TITLE_HINT
from detector.text.tags import HEAD, INSIDE, META, NUMBER, RAW, SKIP, TITLE, VOID, name_hash, tables

META_HINTS = {
    "description": DESCRIPTION_HINT, "og:description": DESCRIPTION_HINT, "twitter:description": DESCRIPTION_HINT,
    "og:title": TITLE_HINT, "twitter:title": TITLE_HINT,
}  # fmt: skip
MOST_TOKENS = {"class": 24, "id": 24, "role": 24, "itemprop": 24, "rel": 24, "href": 8}
FLAGS, BIT = tables()[2:]
WHOLE_WORD = 0x5BD1E995
JSON_ESCAPE = re.compile(r"\\(?=.)(u[\x00-\x7f]{0,4}|[\x00-\x7f])?", re.DOTALL)
HIDING = re.compile("(^|:)(display:none|visibility:hidden)$")


class HtmlElement(NamedTuple):
    """An element that can contain text: its tag's number, parent, what it is or is inside of, and tokens."""

    tag: int
    parent: int
    inside: int
    tokens: list[int]


class PageTree:
    """The contents of a page's tree, read once: `elements`, `hints` (kind and text) and `text`."""

    def __init__(self, root: Any) -> None:
        self.elements: list[HtmlElement] = []
        self.hints: list[tuple[int, str]] = []
        self.text = ""
        self._read(root, -1)

    def _read(self, node: Any, parent: int) -> None:
        for child in node.children:
            if isinstance(child, Text):
                self.text += child.data
            elif isinstance(child, Element):
                flags = FLAGS[NUMBER.get(child.tag, 0)]
                if flags & (META | SKIP):
                    self._read_hints(child, in_head=bool(flags & (HEAD | TITLE)))
                elif not flags & VOID:
                    self.elements.append(element_of(child, parent, self.elements))
                    self._read(child, len(self.elements) - 1)

    def _read_hints(self, node: Any, in_head: bool) -> None:
        """Read what gives no lines: titles, descriptions and structured data."""
        flags, body = FLAGS[NUMBER.get(node.tag, 0)], "".join(text_nodes(node))
        if flags & META:
            names = [attribute(node, "property"), attribute(node, "name")]
            kind = next((META_HINTS[name] for name in map(squeezed, names) if name in META_HINTS), None)
            if kind and attribute(node, "content"):
                self.hints.append((kind, attribute(node, "content")))
        elif flags & TITLE and in_head and body:
            self.hints.append((TITLE_HINT, escaped(body)))
        elif node.tag == "script" and squeezed(attribute(node, "type")) == "application/ld+json":
            self.hints.append((DATA_HINT, JSON_ESCAPE.sub(" ", body)))
        if not flags & RAW:
            for child in descendants(node):
                self._read_hints(child, in_head)


def descendants(node: Any) -> Iterator[Any]:
    """Yield the child elements of a node, including those in a template's contents."""
    for child in node.children:
        if isinstance(child, Element):
            yield child
        elif not isinstance(child, Text):
            yield from descendants(child)


def text_nodes(node: Any) -> Iterator[str]:
    return (child.data for child in node.children if isinstance(child, Text))


def escaped(text: str) -> str:
    """Return text as the serialiser writes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(node: Any, name: str) -> str:
    """Return an attribute's value as the serialiser writes it."""
    value = node.attrs.get(name) or ""
    value = " ".join(value) if isinstance(value, list) else value
    return escaped(value).replace('"', "&quot;")


def declarations(node: Any) -> list[str]:
    """Return an element's style without white space."""
    return re.split("[;!]", squeezed(attribute(node, "style")))


def squeezed(value: str) -> str:
    return re.sub("[\x00-\x20]", "", value).lower()


def element_of(node: Any, parent: int, elements: list[HtmlElement]) -> HtmlElement:
    """Return an element with what its attributes say."""
    tag = NUMBER.get(node.tag, 0)
    hidden = "hidden" in node.attrs or any(map(HIDING.search, declarations(node)))
    inside = BIT[tag] | (1 << INSIDE.index("hidden") if hidden else 0)
    inside |= elements[parent].inside if parent >= 0 else 0
    tokens = []
    for name in node.attrs:
        if name == "aria-hidden" and squeezed(attribute(node, name)) == "true":
            tokens.append(name_hash(name))
        elif name in MOST_TOKENS:
            tokens += tokens_of(attribute(node, name))[: MOST_TOKENS[name]]
    return HtmlElement(tag, parent, inside, tokens)


def tokens_of(value: str) -> list[int]:
    """Return the hashed words of an attribute: split at `-`, digits and `camelCase`, then as a whole."""
    found = []
    for word in re.split("[\x00-\x20]+", value):
        parts = [lower(part) for part in re.findall("[A-Z]*[a-z\x80-\U0010ffff]+|[A-Z]+", word)]
        found += [name_hash(part) for part in parts if len(part.encode()) > 1]
        found += [name_hash("".join(parts)) ^ WHOLE_WORD] if len(parts) > 1 else []
    return found


def lower(text: str) -> str:
    return re.sub("[A-Z]+", lambda letters: letters[0].lower(), text)
