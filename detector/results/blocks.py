"""The block of each line of a page: in HTML from its elements, in text from its shape.

A nested list is a block of its own. Adjacent articles are posts; a list or a table inside a post belongs to
the post.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from numpy.typing import NDArray

from detector.text.blocks.find import numbered, spoken_blocks
from detector.text.blocks.free_lines import BlockKind, LineBlock
from detector.text.tags import NAMES

_KIND: Final[dict[str, BlockKind]] = {
    "ul": "list",
    "ol": "list",
    "dir": "list",
    "menu": "list",
    "dl": "definition-list",
    "pre": "code",
    "xmp": "code",
    "plaintext": "code",
    "blockquote": "quotation",
}
_KINDS: Final[list[BlockKind | None]] = [_KIND.get(tag) for tag in NAMES]
_TABLE, _ROW, _ARTICLE = (NAMES.index(tag) for tag in ("table", "tr", "article"))


class _Elements:
    """The elements of a page, and its blocks."""

    def __init__(self, tag: NDArray[Any], parent: NDArray[Any], line_element: Sequence[int]) -> None:
        self.tag: list[int] = tag.tolist()
        self.parent: list[int] = parent.tolist()
        self.table, self.row = self._nearest(_TABLE), self._nearest(_ROW)
        self.data_tables = self._data_tables(line_element)
        siblings = Counter(above for tag, above in zip(self.tag, self.parent, strict=True) if tag == _ARTICLE)
        self.several = {above for above, count in siblings.items() if count > 1}

    def _nearest(self, wanted: int) -> list[int]:
        """Return the innermost element with a tag among each element and its ancestors, or -1."""
        out: list[int] = []
        for number, (tag, above) in enumerate(zip(self.tag, self.parent, strict=True)):
            out.append(number if tag == wanted else out[above] if above >= 0 else -1)
        return out

    def _data_tables(self, line_element: Sequence[int]) -> set[int]:
        """Return the tables with at least two rows, each of them one line. The others are layout tables."""
        lines = Counter(
            (self.table[element], self.row[element])
            for element in line_element
            if element >= 0 and self.row[element] > self.table[element] >= 0
        )
        rows = Counter(table for table, _ in lines)
        arranging = {table for (table, _), count in lines.items() if count > 1}
        return {table for table, count in rows.items() if count > 1} - arranging

    def kind(self, element: int) -> BlockKind | None:
        """Return the kind of block of an element, if it is one."""
        if self.tag[element] == _TABLE:
            return "table" if element in self.data_tables else None
        if self.tag[element] == _ARTICLE:
            return "post" if self.parent[element] in self.several else None
        return _KINDS[self.tag[element]]

    def blocks(self) -> list[int]:
        """Return the innermost block among each element and its ancestors, or -1."""
        out: list[int] = []
        for number, above in enumerate(self.parent):
            out.append(number if self.kind(number) else out[above] if above >= 0 else -1)
        return out


def blocks_by_markup(
    tag: NDArray[Any], parent: NDArray[Any], line_element: NDArray[Any], lines: Sequence[str]
) -> list[LineBlock | None]:
    """Return the block of each line, numbered by their first lines.

    Parameters
    ----------
    tag : ndarray of int, (E,)
        The tags of the page's elements, parents before children.
    parent : ndarray of int, (E,)
        The parent of each element, or -1.
    line_element : ndarray of int, (L,)
        The innermost element of each line, or -1.
    lines : sequence of str
        The lines, from which dialogue, questions with answers and verse are recognised.

    Returns
    -------
    list of LineBlock or None
        None for a line outside of all blocks.
    """
    line_elements = line_element.tolist()
    elements = _Elements(tag, parent, line_elements)
    of_element = elements.blocks()
    members: dict[int, list[int]] = {}
    for number, (element, text) in enumerate(zip(line_elements, lines, strict=True)):
        block = of_element[element] if element >= 0 else -1
        if block >= 0 and text.strip():
            members.setdefault(block, []).append(number)
    found = [(kind, lines) for block, lines in members.items() if (kind := elements.kind(block))]
    taken = [False] * len(lines)
    for kind, numbers in found:
        for number in numbers if kind != "post" else ():
            taken[number] = True
    spoken = [
        (kind, numbers)
        for kind, numbers in spoken_blocks(lines, taken)
        # Lines of verse are separated by <br>; short paragraphs and headings are separate elements.
        if kind != "verse" or 2 * len({line_elements[number] for number in numbers}) <= len(numbers)
    ]
    claimed = {number for _, numbers in spoken for number in numbers}
    left = ((kind, [number for number in numbers if number not in claimed]) for kind, numbers in found)
    return numbered(len(lines), [*spoken, *((kind, numbers) for kind, numbers in left if numbers)])
