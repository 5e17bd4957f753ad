"""Writes blocks and the words in them: where paragraphs begin, and what encloses a word."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from detector.results.document.elements import CELLS, HEADINGS, LISTS, TEXTUAL, TIGHT
from detector.results.document.lists import number_items

if TYPE_CHECKING:
    from turbohtml import Element, Node

# Elements that may contain a list item.
_HOLDS: Final = {
    "li": frozenset(("ul", "ol")), "dt": frozenset(("dl",)), "dd": frozenset(("dl",)),
    "figcaption": frozenset(("figure",)), "summary": frozenset(("details",)),
}  # fmt: skip
# The element that is put around words directly in one of these.
_WRAPPED_IN: Final = {"ul": "li", "ol": "li", "dl": "dd"}
# A heading inside them is written as words.
_CAPTIONS: Final = frozenset(("caption", "figcaption", "dt"))
# Emphasis of the whole element has no effect.
_EMPHASISED: Final = HEADINGS | {"th", "dt"}


@dataclass
class _Block:
    """An open block: the element that began it, and how much was written before.

    is_over: another block began in a block that holds only words, and so ended it
    """

    source: "Element"
    element: "Element"
    before: int
    is_over: bool = False


class Blocks:
    """A tree that is written from beginning to end."""

    def __init__(self, attributes: dict[str, str]) -> None:
        from turbohtml import Element

        self.root = Element("article", attributes)
        self.container: Element = self.root  # the open block
        self._open: list[_Block] = []
        self._paragraph: Element | None = None
        self._formats: list[tuple[Element, str, dict[str, str]]] = []
        self._path: list[tuple[Element, Element]] = []  # open formats, and what has been written
        self._between = ""  # what comes before the next word: nothing, a space, or breaks
        self._written = 0
        self._is_blank = True  # nothing was written since the last border
        self._identity: str | None = None

    def mark(self, identity: str | None) -> None:
        """Give the next paragraph an id that a link refers to."""
        self._identity = identity or self._identity

    def border(self) -> None:
        """End the paragraph."""
        self._paragraph, self._path, self._between = None, [], ""
        if self.container.tag in TEXTUAL and not self._is_blank:
            self._between = " "
        else:
            self._is_blank = True

    def begin(self, source: "Element", tag: str, attributes: dict[str, str]) -> None:
        """Begin a block."""
        from turbohtml import Element

        if tag in HEADINGS and self.container.tag in _CAPTIONS:
            self.border()
            return
        self._end_words()
        held_by = _HOLDS.get(tag)
        if tag in LISTS:
            tag = "ol" if tag == "ol" else "ul"
        if held_by is not None and self.container.tag not in held_by:
            tag = "div"  # an item outside of a list: its words are a paragraph
        block = Element(tag, attributes)
        self._holder(tag).append(block)
        self._open.append(_Block(source, block, self._written))
        self.container, self._is_blank = block, True

    def _end_words(self) -> None:
        """End the paragraph, and headings and the like, which contain no blocks."""
        for block in reversed(self._open):
            if block.element.tag not in TEXTUAL:
                break
            block.is_over = True
        self._look_up()
        self.border()

    def _look_up(self) -> None:
        """Return the open block."""
        now = (block.element for block in reversed(self._open) if not block.is_over)
        self.container = next(now, self.root)

    def _holder(self, tag: str) -> "Element":
        """Return the parent of a new block: a nested list goes into the previous item."""
        from turbohtml import Element

        wrapper = _WRAPPED_IN.get(self.container.tag)
        if wrapper is None or tag in ("li", "dt", "dd"):
            return self.container
        last = self.container.children[-1] if self.container.children else None
        if not isinstance(last, Element) or last.tag != wrapper:
            last = Element(wrapper)
            self.container.append(last)
        return last

    def end(self, source: "Element") -> None:
        """End the block that an element began."""
        from turbohtml import Element

        self.border()
        if not self._open or self._open[-1].source is not source:
            return  # it began no block
        ended = self._open.pop()
        block = ended.element
        self._look_up()
        self.border()
        for item in (block, *block.children) if block.tag in LISTS else (block,):
            if isinstance(item, Element) and item.tag in TIGHT:
                _tighten(item)
        if block.tag == "div":
            block.unwrap()
        elif ended.before == self._written and block.tag not in CELLS and not _has_number(block):
            block.extract()
        elif block.tag == "ol":
            number_items(block)

    def format(self, source: "Element", tag: str, attributes: dict[str, str]) -> None:
        """Begin an inline element; it is written with the first word in it."""
        is_twice = any(tag == other for _, other, _ in self._formats)
        if not is_twice and not (tag == "strong" and self.container.tag in _EMPHASISED):
            self._formats.append((source, tag, attributes))

    def unformat(self, source: "Element") -> None:
        """End an inline element."""
        self._formats = [one for one in self._formats if one[0] is not source]

    def space(self) -> None:
        """Put a space before the next word of the paragraph."""
        self._between = self._between or " "

    def line_break(self) -> None:
        """Begin a new line; two make a paragraph."""
        if not self._is_blank:
            self._between = self._between.replace(" ", "") + "\n"

    def text(self, text: str) -> None:
        """Write words; white space at either end is left for the next words."""
        from turbohtml import Text

        if not text.strip():
            self.space()
            return
        if text[0] == " ":
            self.space()
        self._place().append(Text(" ".join(part for part in text.split(" ") if part)))
        self._note(" " if text[-1] == " " else "")

    def leaf(self, tag: str, attributes: dict[str, str]) -> None:
        """Write an inline element without content."""
        from turbohtml import Element

        formats = self._formats  # pictures are not bold
        self._formats = [one for one in formats if one[1] == "a"]
        self.node(Element(tag, attributes))
        self._formats = formats

    def node(self, node: "Node") -> None:
        """Write an inline tree."""
        self._place().append(node)
        self._note("")

    def rule(self) -> None:
        """Write a visible border."""
        from turbohtml import Element

        self.border()
        if self.container.tag not in TEXTUAL and self.container.tag not in _WRAPPED_IN:
            self.container.append(Element("hr"))

    def code(self, text: str, language: str | None, attributes: dict[str, str]) -> None:
        """Write a block of code."""
        from turbohtml import Element, Text

        self._end_words()
        code = Element("code", {"class": f"language-{language}"} if language else {}, [Text(text)])
        self._holder("pre").append(Element("pre", attributes, [code]))
        self._note("")
        self.border()

    def finish(self) -> "Element":
        """Return the tree."""
        names = {str(element.attrs["id"]) for element in self.root.select("[id]")}
        for link in self.root.select("a[href^='#']"):
            if str(link.attrs["href"])[1:] not in names:  # the target of the link was dropped
                link.unwrap()
        self.root.normalize()
        return self.root

    def _note(self, between: str) -> None:
        self._written += 1
        self._is_blank, self._between = False, between

    def _parent(self) -> "Element":
        """Return the block for words; begin one if there is none."""
        from turbohtml import Element

        if self.container.tag in TEXTUAL:
            return self.container
        if self._paragraph is None:
            attributes = {"id": self._identity} if self._identity else {}
            self._paragraph, self._identity, self._path = Element("p", attributes), None, []
            self._holder("p").append(self._paragraph)
        return self._paragraph

    def _place(self) -> "Element":
        """Return the element that a word is written to, with everything around it open."""
        from turbohtml import Element, Text

        if self._between.count("\n") > 1 and self.container.tag not in TEXTUAL:
            self.border()
        parent = self._parent()
        shared = 0
        for (source, _), wanted in zip(self._path, self._formats, strict=False):
            if source is not wanted[0]:
                break
            shared += 1
        self._path = self._path[:shared]
        at = self._path[-1][1] if self._path else parent
        if not self._is_blank and self._between:
            at.append(Element("br") if "\n" in self._between else Text(" "))
        for source, tag, attributes in self._formats[shared:]:
            written = Element(tag, attributes)
            at.append(written)
            self._path.append((source, written))
            at = written
        return at


def _has_number(block: "Element") -> bool:
    """Return whether an empty item counts: the numbers of the items after it are unchanged."""
    return block.tag == "li" and block.parent is not None and getattr(block.parent, "tag", "") == "ol"


def _tighten(block: "Element") -> None:
    """Unwrap the paragraph of an item that has only one, as in all lists that are not spaced."""
    from turbohtml import Element

    children = [child for child in block.children if isinstance(child, Element)]
    paragraphs = [child for child in children if child.tag == "p"]
    if (
        len(paragraphs) == 1
        and block.children[0] == paragraphs[0]
        and (block.tag in CELLS or all(child.tag in ("p", "ul", "ol") for child in children))
    ):
        paragraphs[0].unwrap()
