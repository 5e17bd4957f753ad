"""Lines of the gold that a text breaks, or glues to others: words F1 ignores both."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.measures.metrics import tokens

# Shorter lines also occur elsewhere on the page.
LEAST_WORDS: Final = 6
# A line is searched by its first words.
FIRST: Final = 3


class LineBreaks(NamedTuple):
    """Gold lines in a text: how many, how many it breaks, and how many follow another without a break."""

    lines: int
    torn: int
    glued: int


def _place(words: Sequence[str], starts: Sequence[int], wanted: Sequence[str], after: int) -> int | None:
    """Return the position of words, if possible after a given one; None if they are missing."""
    places = [at for at in starts if words[at : at + len(wanted)] == wanted]
    return next((at for at in places if at >= after), places[0] if places else None)


def line_breaks(text: str, gold: str) -> LineBreaks:
    """Compare the line breaks of a text with those of its gold, where the words are equal."""
    words: list[str] = []
    line_of: list[int] = []
    for number, line in enumerate(text.splitlines()):
        found = tokens(line)
        words += found
        line_of += [number] * len(found)
    starts: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(words) - FIRST + 1):
        starts.setdefault(tuple(words[at : at + FIRST]), []).append(at)
    lines = torn = glued = end = 0
    for line in gold.splitlines():
        wanted = tokens(line)
        if len(wanted) < LEAST_WORDS:
            continue
        at = _place(words, starts.get(tuple(wanted[:FIRST]), ()), wanted, end)
        if at is None:
            continue
        lines += 1
        glued += 0 < end <= at and line_of[end - 1] == line_of[at]
        end = at + len(wanted)
        torn += line_of[at] != line_of[end - 1]
    return LineBreaks(lines, torn, glued)
