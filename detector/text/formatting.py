"""Pages that would fill the memory when they are parsed: formatting elements that are never closed.

The HTML standard opens every `<b>` that is still open again in each paragraph that follows. A page of
200 KB in which each paragraph opens one with another attribute becomes a tree of seven million
elements, 950 MB. Such a page is parsed without its formatting tags; its text and all other elements stay.
Pages of the web have a few such elements open at a time (docs/architecture.md).
"""

import re
from collections import Counter
from typing import Final

import numpy as np

from detector.text.plain import count_bytes

# Elements that a page may have beside those that stand in it: any page so many, a large one one for so
# many bytes, and none more than 250 MB of memory. The most on 4,361 pages of the web were 15,000.
LEAST: Final = 20_000
BYTES: Final = 2
MOST: Final = 2_000_000
# The parser opens no more than so many again.
DEEPEST: Final = 512
# Of elements that are the same in name and attributes, the standard keeps so many open.
SAME: Final = 3
# Not `a` and `nobr`: each closes the one before.
_NAMES: Final = {"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
_NAME: Final = "|".join(sorted(_NAMES))
_START: Final = re.compile(rf"<(?:{_NAME})[\s/>]".encode(), re.IGNORECASE)
# A whole tag, to its first `>`: linear, also where there is none.
_TAG: Final = re.compile(rf"</?(?:{_NAME})(?:>|[\s/][^>]*>?)".encode(), re.IGNORECASE)
# What is open before one of these begins is not closed by an end tag in it.
_BARRIERS: Final = frozenset(
    ("applet", "caption", "marquee", "math", "object", "select", "svg", "td", "template", "th")
)
# In place of a tag: nothing that is seen, and no `<` before it makes a tag of what comes after it.
_NOTHING: Final = b"<wbr>"


class _Open:
    """The formatting elements that are open, at least those that are."""

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
    """Return how many elements the parser may open again on a page of so many bytes."""
    return min(max(LEAST, size // BYTES), MOST)


def elements_again(text: str, most: int = MOST) -> int:
    """Return how many elements the parser would open again, or a number above `most`."""
    from turbohtml import TokenType, tokenize  # hardly a page is looked at so closely

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
    """Return whether a page, as UTF-8, would become too large when it is parsed; nearly all cost one look.

    open_at_once: how many formatting elements are open at once, at most (`html.condensed` knows)
    """
    most, tags = most_again(len(page)), count_bytes(np.frombuffer(page, np.uint8), b"<<")
    if tags * min(open_at_once, DEEPEST) <= most or tags * min(len(_START.findall(page)), DEEPEST) <= most:
        return False
    return elements_again(page.decode("latin-1"), most) > most


def parsable(page: bytes, open_at_once: int = DEEPEST) -> bytes:
    """Return a page, as UTF-8, as it can be parsed: one that would explode, without its formatting tags."""
    return _TAG.sub(_NOTHING, page) if is_explosive(page, open_at_once) else page
