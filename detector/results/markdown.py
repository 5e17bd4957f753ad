"""Kept lines of an HTML page as Markdown: headings, lists, tables, code and quotes."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from numpy.typing import NDArray

from detector.records import ScoredLine
from detector.results.batch import PageLines
from detector.text.tags import NAMES

_SHOWN: Final = {
    "li",
    "tr",
    "pre",
    "p",
    "blockquote",
    "dt",
    "dd",
    "figcaption",
    "caption",
    "option",
    "button",
    "label",
}
_SAME_AS: Final = {"xmp": "pre", "plaintext": "pre", "textarea": "pre", "td": "tr", "th": "tr"}
_LISTS: Final = ("ul", "ol", "menu", "dir")
_INDENT: Final = "  "


def _ancestors(page: PageLines, line: int) -> Iterator[str]:
    """Yield the tags around a line, innermost first."""
    element = int(page.line[line, 3])
    while element >= 0:
        tag, parent = page.element[element].tolist()
        yield NAMES[tag]
        element = parent


def _named(tag: str) -> str | None:
    """Return what an element says of its lines, if anything."""
    known = _SAME_AS.get(tag, tag)
    is_heading = len(known) == 2 and known[0] == "h" and known[1] in "123456"
    return known if known in _SHOWN or is_heading else None


_NAMED: Final = [_named(tag) for tag in NAMES]


def block_names(tag: NDArray[Any], parent: NDArray[Any], line_element: NDArray[Any]) -> list[str | None]:
    """Return what each line is, by the nearest element that says so.

    Parameters
    ----------
    tag : ndarray of int, (E,)
        The tags of the page's elements, parents before children.
    parent : ndarray of int, (E,)
        The element that each stands in, or -1.
    line_element : ndarray of int, (L,)
        The innermost element of each line, or -1.

    Returns
    -------
    list of str or None
        "h1" to "h6", "li", "tr", "pre" and so on; "div" for any other block, None outside all elements.
    """
    name: list[str | None] = []
    for number, above in zip(tag.tolist(), parent.tolist(), strict=True):
        name.append(_NAMED[number] or (name[above] if above >= 0 else "div"))
    return [name[element] if element >= 0 else None for element in line_element.tolist()]


def _list_marker(page: PageLines, line: int) -> str:
    lists = [name for name in _ancestors(page, line) if name in _LISTS]
    marker = "1. " if lists and lists[0] == "ol" else "- "
    return _INDENT * (len(lists) - 1) + marker


def _row(text: str) -> str:
    cells = [cell.replace("|", "\\|") for cell in text.split("\t")]
    return "| " + " | ".join(cells) + " |"


def _block(line: ScoredLine, page: PageLines) -> str:
    """Return one kept line as Markdown, but for code."""
    kind = line.block or ""
    if len(kind) == 2 and kind[0] == "h" and kind[1].isdigit():
        return "#" * int(kind[1]) + " " + line.clean
    if kind == "li":
        return _list_marker(page, line.number) + line.clean
    if kind == "tr":
        return _row(line.clean)
    if kind == "blockquote":
        return "> " + line.clean
    return line.clean


# Blocks whose lines follow one another without a blank line.
_TIGHT: Final = ("li", "tr", "pre")


def markdown(lines: Sequence[ScoredLine], page: PageLines) -> str:
    """Return the kept lines of a page as Markdown."""
    out: list[str] = []
    before: str | None = None
    for line in lines:
        if not line.kept:
            continue
        kind = line.block
        if before == "pre" and kind != "pre":
            out.append("```")
        if out and not (kind == before and kind in _TIGHT):
            out.append("")
        if kind == "pre":
            out.extend(["```", line.clean] if before != "pre" else [line.clean])
        else:
            out.append(_block(line, page))
            if kind == "tr" and before != "tr":
                out.append("|" + " --- |" * (line.clean.count("\t") + 1))
        before = kind
    if before == "pre":
        out.append("```")
    return "\n".join(out)
