"""The clean tree of a page: the kept parts, in meaningful elements only.

    <div class="x"><span>One <b style="…">two</b></span><div>three</div></div>
    <article><p>One <strong>two</strong></p><p>three</p></article>

All other outputs for an HTML page (HTML, Markdown, TEI) are made from it.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from detector.records import ScoredLine
from detector.results.document.addresses import safe_address
from detector.results.document.alignment import visible
from detector.results.document.blocks import Blocks
from detector.results.document.code import code_block, code_language
from detector.results.document.elements import (
    ATTRIBUTES,
    BORDERS,
    CODE_BLOCKS,
    EVERYWHERE,
    HEADINGS,
    INLINE,
    SKIPPED,
    STRUCTURE,
    TABLE_PARTS,
)
from detector.results.document.formulas import formula, is_second_form, script_formula
from detector.results.document.raw_formulas import has_formula_script, mark_raw_formulas
from detector.results.document.source import ENTER, LEAVE, Source, read_source
from detector.results.document.tables import is_layout
from detector.text.page import Page

if TYPE_CHECKING:
    from turbohtml import Element, Text

_SPACES: Final = re.compile(r"\s+")
_ANCHOR_SIGNS: Final = ("", "#", "¶", "§", "🔗")
# Pictures up to this size, in pixels, are counters rather than pictures.
_TINY: Final = 3


def clean_tree(page: Page, lines: Sequence[ScoredLine]) -> "Element":
    """Return the kept part of an HTML page as an `<article>`.

    Parameters
    ----------
    page
        The page, as it was read.
    lines
        Its lines, with the decisions.
    """
    tree = _Builder(read_source(page, lines), page.url).build()
    if has_formula_script(page.text):
        mark_raw_formulas(tree, page.text)
    return tree


def _attribute(element: "Element", name: str) -> str:
    value = element.attrs.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""


class _Builder:
    """Goes over the events of a page and writes the clean tree."""

    def __init__(self, source: Source, url: str | None) -> None:
        from turbohtml import Element

        self.source = source
        self.base = source.document.base_url(url or "") or None
        self.at = 0  # number of visible characters so far
        self.tables: list[bool] = []  # for each enclosing table: is it a layout table?
        self.figures: list[bool] = []  # for each enclosing figure: is any word in it kept?
        self.wanted = {
            _attribute(node, "href")[1:]
            for kind, node in source.events
            if kind == ENTER and isinstance(node, Element) and _attribute(node, "href").startswith("#")
        }
        self.blocks = Blocks(self._attributes(source.document.root) if source.document.root else {})

    def build(self) -> "Element":
        """Return the tree."""
        from turbohtml import Element, Text

        number, events = 0, self.source.events
        while number < len(events):
            kind, node = events[number]
            if isinstance(node, Text):
                self._text(node)
            elif isinstance(node, Element):
                if kind == LEAVE:
                    self._leave(node)
                elif self._enter(node, number):
                    self.at = self.source.span[number][1]
                    number = self._end_of(number)
            number += 1
        return self.blocks.finish()

    def _end_of(self, number: int) -> int:
        """Return the position of the LEAVE event of an ENTER event."""
        depth, events = 1, self.source.events
        while depth:
            number += 1
            kind = events[number][0]
            depth += (kind == ENTER) - (kind == LEAVE)
        return number

    def _enter(self, element: "Element", number: int) -> bool:
        """Begin an element. True if it is finished, and nothing inside is needed."""
        tag, (start, end) = element.tag, self.source.span[number]
        if tag in SKIPPED:
            self._script(element)
            return True
        if end > start and not self.source.count(start, end):
            self._pass_over(element)
            return True
        if tag in ("br", "hr", "img"):
            if not is_second_form(element):
                self._void(element)
            return True
        if tag == "math" or is_second_form(element) or tag in CODE_BLOCKS:
            self._leaf(element, number)
            return True
        if tag == "a" and self._is_anchor_sign(element):
            return True
        self._begin(element, number)
        return False

    def _pass_over(self, element: "Element") -> None:
        """Drop an element; the numbers of a list continue after a dropped item."""
        if element.tag == "li":
            self.blocks.begin(element, "li", self._attributes(element))
            self.blocks.end(element)
        self.blocks.space()

    def _begin(self, element: "Element", number: int) -> None:
        tag = element.tag
        if tag == "table":
            self.tables.append(is_layout(element))
        if tag == "figure":
            self.figures.append(bool(self.source.count(*self.source.span[number])))
        if tag in STRUCTURE and not self._is_layout(tag):
            self.blocks.begin(element, tag, self._attributes(element))
        elif tag in BORDERS or tag in STRUCTURE:
            self.blocks.border()
            self.blocks.mark(self._identity(element))
        elif tag in INLINE:
            self._format(element)
        else:
            self.blocks.mark(self._identity(element))

    def _is_layout(self, tag: str) -> bool:
        return (tag == "table" or tag in TABLE_PARTS) and bool(self.tables) and self.tables[-1]

    def _leave(self, element: "Element") -> None:
        tag = element.tag
        if tag in STRUCTURE and not self._is_layout(tag):
            self.blocks.end(element)
        elif tag in BORDERS or tag in STRUCTURE:
            self.blocks.border()
        elif tag in INLINE:
            self.blocks.unformat(element)
        if tag == "table":
            self.tables.pop()
        if tag == "figure":
            self.figures.pop()

    def _format(self, element: "Element") -> None:
        attributes, tag = self._attributes(element), INLINE[element.tag]
        if tag == "a":
            address = safe_address(_attribute(element, "href"), self.base)
            if address is None:
                self.blocks.mark(attributes.get("id"))
                return
            attributes["href"] = address
        self.blocks.format(element, tag, attributes)

    def _text(self, node: "Text") -> None:
        """Write the kept part of a text."""
        size = len(visible(node.data))
        stay = self.source.count(self.at, self.at + size)
        if stay == size:  # also white space only
            before = " " if size and self.source.spaced[self.at] else ""
            self.at += size
            self.blocks.text(before + _SPACES.sub(" ", node.data))
        elif stay == 0:
            self.at += size
            self.blocks.space()
        else:
            self.blocks.text(self._part(node.data))

    def _part(self, text: str) -> str:
        """Return the kept characters of a text; others leave a space."""
        pieces: list[str] = []
        for character in text:
            if character == self.source.text[self.at : self.at + 1]:
                if self.source.spaced[self.at] and not pieces:
                    pieces.append(" ")
                pieces.append(character if self.source.stays(self.at) else " ")
                self.at += 1
            else:
                pieces.append(" " if character.isspace() else character)
        return "".join(pieces)

    def _void(self, element: "Element") -> None:
        around = self.source.stays(self.at - 1) and self.source.stays(self.at)
        if element.tag == "br":
            self.blocks.line_break()
        elif element.tag == "hr":
            if around:
                self.blocks.rule()
        elif around or (self.figures and self.figures[-1]):
            self._picture(element)

    def _picture(self, element: "Element") -> None:
        sizes = [_attribute(element, name) for name in ("width", "height")]
        if any(size.isdigit() and int(size) <= _TINY for size in sizes):
            return
        for name in ("src", "data-src", "data-original", "data-lazy-src"):
            address = safe_address(_attribute(element, name), self.base)
            if address:
                self.blocks.leaf("img", {"src": address, **self._attributes(element)})
                return

    def _script(self, element: "Element") -> None:
        if self.source.stays(self.at - 1) or self.source.stays(self.at):
            written = script_formula(element)
            if written is not None:
                self.blocks.node(written)

    def _leaf(self, element: "Element", number: int) -> None:
        """Write a formula or a block of code."""
        start, end = self.source.span[number]
        events = self.source.events[number + 1 : self._end_of(number)]
        if element.tag in CODE_BLOCKS:
            written = code_block(events, start, self.source)
            if written.strip():
                self.blocks.code(written, code_language(element), self._attributes(element))
            return
        if start == end and not (self.source.stays(start - 1) and self.source.stays(start)):
            return
        written_formula = formula(element)
        if written_formula is not None:
            self.blocks.node(written_formula)

    def _is_anchor_sign(self, element: "Element") -> bool:
        """Return whether a link is the sign beside a heading that links to it."""
        return (
            self.blocks.container.tag in HEADINGS
            and _attribute(element, "href").startswith("#")
            and element.text.strip() in _ANCHOR_SIGNS
        )

    def _identity(self, element: "Element") -> str | None:
        name = _attribute(element, "id") or (_attribute(element, "name") if element.tag == "a" else "")
        return name if name in self.wanted else None

    def _attributes(self, element: "Element") -> dict[str, str]:
        names = (*EVERYWHERE, *ATTRIBUTES.get(element.tag, ()))
        kept = {name: _attribute(element, name) for name in names if name in element.attrs}
        if element.tag in ("td", "th"):
            kept |= _alignment(element)
        if element.tag in ("ol", "li"):
            kept |= _number(element)
        if identity := self._identity(element) if hasattr(self, "wanted") else None:
            kept["id"] = identity
        return kept


def _number(element: "Element") -> dict[str, str]:
    """Return the first number of an ordered list, or the number of an item."""
    if element.tag == "li" and getattr(element.parent, "tag", "") != "ol":
        return {}  # such items have no numbers
    name = "start" if element.tag == "ol" else "value"
    number = _attribute(element, name).strip()
    return {name: number} if number.removeprefix("-").isdecimal() and len(number) < 10 else {}


def _alignment(element: "Element") -> dict[str, str]:
    """Return the alignment of a cell as an attribute."""
    said = _attribute(element, "align").lower()
    style = _attribute(element, "style").lower().replace(" ", "")
    for side in ("left", "center", "right"):
        if said == side or f"text-align:{side}" in style:
            return {"align": side}
    return {}
