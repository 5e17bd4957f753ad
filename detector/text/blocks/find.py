"""The blocks of a page, by the shape of its lines: bullets, tabs, pipes, fences, `>`, speakers, times."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from detector.text.blocks import rows, talk
from detector.text.blocks.free_lines import Found, FreeLines, LineBlock

# Most certain first: a line that is in a block is not examined again.
_FINDERS: Final[tuple[Callable[[FreeLines], Iterator[Found]], ...]] = (
    rows.fences,
    rows.quotations,
    talk.dialogue,
    rows.tables,
    rows.lists,
    rows.definition_lists,
    rows.code,
    talk.questions,
    talk.posts,
    talk.verse,
)
# Blocks of prose, for which HTML has no elements.
_SPOKEN: Final = (talk.dialogue, talk.questions, talk.verse)


def blocks_by_shape(lines: Sequence[str]) -> list[LineBlock | None]:
    """Return the block of each line of plain text, numbered in the order of their first lines.

    >>> [block and (block.number, block.kind) for block in blocks_by_shape(["Tools", "- saw", "- axe"])]
    [None, (0, 'list'), (0, 'list')]
    """
    page = FreeLines(lines)
    return numbered(len(page), _found(page, _FINDERS))


def spoken_blocks(lines: Sequence[str], taken: Sequence[bool]) -> list[Found]:
    """Return dialogue, questions with answers, and verse among the lines of HTML that are not in a block."""
    return list(_found(FreeLines(lines, taken), _SPOKEN))


def _found(page: FreeLines, finders: Sequence[Callable[[FreeLines], Iterator[Found]]]) -> Iterator[Found]:
    for find in finders:
        for kind, members in find(page):
            page.take(members)
            yield kind, members


def numbered(lines: int, found: Iterator[Found] | Sequence[Found]) -> list[LineBlock | None]:
    """Return the block of each line, numbered in the order of their first lines."""
    out: list[LineBlock | None] = [None] * lines
    for number, (kind, members) in enumerate(sorted(found, key=lambda block: block[1][0])):
        for line in members:
            out[line] = LineBlock(number, kind)
    return out
