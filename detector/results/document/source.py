"""The parsed source of a page, with its text and elements in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from detector.records import Integers, ScoredLine
from detector.results.document.alignment import aligned, kept_text, stays, visible
from detector.results.document.elements import SKIPPED
from detector.text.html import whole_page
from detector.text.page import Page
from detector.text.shadow_trees import with_shadow_trees

if TYPE_CHECKING:
    from turbohtml import Document, Element, Node

    Event = tuple[int, "Node"]

ENTER: Final = 0
LEAVE: Final = 1
TEXT: Final = 2
# If more than this share of the lines is not found, the contents of <noscript> may be the page.
_MISSED: Final = 0.02


def events(root: "Element", noscript: bool = False) -> "Iterator[Event]":
    """Yield the elements and texts of a tree in order, without what is not text of the page.

    For skipped elements, only their beginning and end are yielded. This is not recursive, because pages may
    be nested thousands deep.
    """
    from turbohtml import DocumentFragment, Element, Text

    open_now: list[tuple[Node, Iterator[Node]]] = [(root, iter(root.children))]
    yield ENTER, root
    while open_now:
        parent, children = open_now[-1]
        child = next(children, None)
        if child is None:
            open_now.pop()
            if isinstance(parent, Element):
                yield LEAVE, parent
        elif isinstance(child, Text):
            yield TEXT, child
        elif isinstance(child, DocumentFragment):
            open_now.append((child, iter(child.children)))
        elif isinstance(child, Element):
            yield ENTER, child
            if _is_read(child, noscript):
                open_now.append((child, iter(child.children)))
            else:
                yield LEAVE, child


def _is_read(element: "Element", noscript: bool) -> bool:
    if element.tag == "template":
        return "shadowrootmode" in element.attrs
    return element.tag not in SKIPPED and (noscript or element.tag != "noscript")


@dataclass(frozen=True)
class Source:
    """A parsed page, and which of its visible characters are kept.

    events: those of the function `events`
    span: for each ENTER event, by its position: first visible character and end
    kept: int64 (C + 1,), the number of kept characters before each character
    spaced: bool (C,), whether the lines have white space before a character
    missed: visible characters of the lines that are not in the source
    """

    document: "Document"
    events: "Sequence[Event]"
    span: dict[int, tuple[int, int]]
    kept: Integers
    spaced: Sequence[bool]
    missed: int
    text: str = field(repr=False)

    def stays(self, at: int) -> bool:
        """Return whether a character is kept."""
        return 0 <= at < self.kept.size - 1 and bool(self.kept[at + 1] > self.kept[at])

    def count(self, start: int, end: int) -> int:
        """Return the number of kept characters in a range."""
        return int(self.kept[end] - self.kept[start])


def _read(page: Page, lines: Sequence[ScoredLine], noscript: bool) -> Source:
    from turbohtml import Element, Text, parse

    document = parse(
        whole_page(with_shadow_trees(page.utf8())).decode("utf-8", "replace"),
        positions=False,
        scripting=not noscript,
        allow_declarative_shadow_roots=False,
    )
    body = document.find("body") or document.root or Element("body")
    found = list(events(body, noscript))
    span: dict[int, tuple[int, int]] = {}
    begun: list[tuple[int, int]] = []
    pieces: list[str] = []
    size = 0
    for number, (kind, node) in enumerate(found):
        if kind == TEXT and isinstance(node, Text):
            pieces.append(visible(node.data))
            size += len(pieces[-1])
        elif kind == ENTER:
            begun.append((number, size))
        else:
            start, at = begun.pop()
            span[start] = (at, size)
    text, wanted = "".join(pieces), kept_text(lines)
    place = aligned(text, wanted)
    known = place >= 0
    spaced = np.zeros(place.size, np.bool_)
    spaced[known] = wanted.spaced[place[known]]
    kept = np.concatenate((np.zeros(1, np.int64), np.cumsum(stays(place, wanted), dtype=np.int64)))
    missed = len(wanted.text) - int(known.sum())
    return Source(document, found, span, kept, spaced.tolist(), missed, text)


def read_source(page: Page, lines: Sequence[ScoredLine]) -> Source:
    """Parse a page, and align it with its lines."""
    found = _read(page, lines, noscript=False)
    words = sum(len(line.text) for line in lines)
    if found.missed <= _MISSED * words or "<noscript" not in page.text.lower():
        return found
    other = _read(page, lines, noscript=True)
    return min(found, other, key=lambda source: source.missed)
