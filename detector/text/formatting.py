"""Pages that would fill the memory when they are parsed: formatting elements that are never closed.

The HTML standard opens every `<b>` that is still open again in each paragraph that follows. A page of
200 KB in which each paragraph opens one with another attribute becomes a tree of seven million
elements, 950 MB. Such a page is refused before it is parsed. Pages of the web have a few such elements
open at a time (docs/architecture.md).
"""

import re
from collections import Counter
from typing import Final

import numpy as np

from detector.errors import PageError
from detector.text.plain import count_bytes

# Elements that a page may have beside those that stand in it: 250 MB of memory.
MOST: Final = 2_000_000
# The parser opens no more than so many again.
DEEPEST: Final = 512
# Of elements that are the same in name and attributes, the standard keeps so many open.
SAME: Final = 3
# Not `a` and `nobr`: each closes the one before.
_NAMES: Final = {"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
_START: Final = re.compile(rf"<(?:{'|'.join(sorted(_NAMES))})[\s/>]".encode(), re.IGNORECASE)
# What is open before one of these begins is not closed by an end tag in it.
_BARRIERS: Final = frozenset(
    ("applet", "caption", "marquee", "math", "object", "select", "svg", "td", "template", "th")
)


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


def elements_again(text: str) -> int:
    """Return how many elements the parser would open again, or a number above that."""
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
        if again > MOST:
            break
    return again


def refuse_explosive(page: bytes) -> None:
    """Raise `PageError` for a page, as UTF-8, that would become too large; nearly all cost one look."""
    tags = count_bytes(np.frombuffer(page, np.uint8), b"<<")
    if tags * DEEPEST <= MOST or tags * min(len(_START.findall(page)), DEEPEST) <= MOST:
        return
    if elements_again(page.decode("latin-1")) > MOST:
        raise PageError(
            f"this page of {len(page):,} bytes leaves so many formatting tags (b, font and the like) "
            f"open that it would have more than {MOST:,} elements"
        )
