"""Pages that would fill the memory when parsed, because of unclosed formatting elements.

The HTML standard reopens every unclosed `<b>` in each paragraph that follows. A page of 200 KB in which each
paragraph opens one with another attribute becomes a tree of seven million elements and 950 MB. Such a page is
parsed without its formatting tags; its text and all other elements stay. Real pages have only a few such
elements open at a time (docs/architecture.md).
"""

import re
from collections import Counter
from typing import Final

import numpy as np

from detector.text.plain import count_bytes

# How many elements a page may get this way: a fixed number, or for a large page one per this many bytes, but
# never more than 250 MB of memory. The largest number on 4,361 pages of the web was 15,000.
LEAST: Final = 20_000
BYTES: Final = 2
MOST: Final = 2_000_000
# The parser reopens at most this many.
DEEPEST: Final = 512
# The standard keeps at most this many elements with the same name and attributes open.
SAME: Final = 3
# Not `a` and `nobr`, which close the one before.
_NAMES: Final = {"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
_NAME: Final = "|".join(sorted(_NAMES))
_START: Final = re.compile(rf"<(?:{_NAME})[\s/>]".encode(), re.IGNORECASE)
# A whole tag, up to its first `>`. Linear even if there is none.
_TAG: Final = re.compile(rf"</?(?:{_NAME})(?:>|[\s/][^>]*>?)".encode(), re.IGNORECASE)
# An end tag inside one of these does not close what was opened before it.
_BARRIERS: Final = frozenset(
    ("applet", "caption", "marquee", "math", "object", "select", "svg", "td", "template", "th")
)
# Replaces a tag: it is invisible, and stops a `<` before it from making a tag with what follows.
_NOTHING: Final = b"<wbr>"


class _Open:
    """The open formatting elements, or more (an upper bound)."""

    def __init__(self) -> None:
        self.elements: list[tuple[str, str]] = []
        self._count: Counter[tuple[str, str]] = Counter()
        self._barriers: list[tuple[str, int]] = []

    def start(self, name: str, attributes: str) -> None:
        element = (name, attributes)
        if self._count[element] < SAME:
            self._count[element] += 1
            self.elements.append(element)

    def end(self, name: str) -> None:
        first = self._barriers[-1][1] if self._barriers else 0
        for at in range(len(self.elements) - 1, first - 1, -1):
            if self.elements[at][0] == name:
                self._count[self.elements.pop(at)] -= 1
                return

    def enter(self, name: str) -> None:
        if name in _BARRIERS:
            self._barriers.append((name, len(self.elements)))

    def leave(self, name: str) -> None:
        if self._barriers and self._barriers[-1][0] == name:
            self._barriers.pop()


def most_again(size: int) -> int:
    """Return how many elements the parser may reopen on a page of this many bytes."""
    return min(max(LEAST, size // BYTES), MOST)


def elements_again(text: str, most: int = MOST) -> int:
    """Return how many elements the parser would reopen, or a number above `most`."""
    from turbohtml import TokenType, tokenize  # few pages need this closer look

    is_open, again = _Open(), 0
    for token in tokenize(text):
        name = token.tag or ""
        if token.type == TokenType.START_TAG:
            if name in _NAMES:
                is_open.start(name, str(token.attrs))
            else:
                again += min(len(is_open.elements), DEEPEST)
                is_open.enter(name)
        elif token.type == TokenType.END_TAG:
            if name in _NAMES:
                is_open.end(name)
            else:
                again += min(len(is_open.elements), DEEPEST)
                is_open.leave(name)
        if again > most:
            break
    return again


def is_explosive(page: bytes, open_at_once: int = DEEPEST) -> bool:
    """Return whether a page, as UTF-8, would become too large when parsed. A quick check settles nearly all.

    open_at_once: the largest number of formatting elements open at once (`html.condensed` returns it)
    """
    most, tags = most_again(len(page)), count_bytes(np.frombuffer(page, np.uint8), b"<<")
    if tags * min(open_at_once, DEEPEST) <= most or tags * min(len(_START.findall(page)), DEEPEST) <= most:
        return False
    return elements_again(page.decode("latin-1"), most) > most


def parsable(page: bytes, open_at_once: int = DEEPEST) -> bytes:
    """Return a page, as UTF-8, that is safe to parse: without formatting tags if it would grow too large."""
    return _TAG.sub(_NOTHING, page) if is_explosive(page, open_at_once) else page
