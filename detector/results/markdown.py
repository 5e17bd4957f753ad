"""Kept lines of an HTML page as Markdown: headings, lists, tables, code and quotes."""

from collections.abc import Sequence
from typing import Final

from detector.records import Markup, ScoredLine
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


def _ancestors(markup: Markup, line: int) -> list[str]:
    """Return the tags around a line, innermost first."""
    element, names = int(markup.line_element[line]), []
    while element >= 0:
        names.append(NAMES[markup.tag[element]])
        element = int(markup.parent[element])
    return names


def block_name(markup: Markup, line: int) -> str | None:
    """Return what a line is, by the nearest element that says so; "div" for any other block."""
    for name in _ancestors(markup, line):
        known = _SAME_AS.get(name, name)
        if known in _SHOWN or (len(known) == 2 and known[0] == "h" and known[1] in "123456"):
            return known
    return "div" if int(markup.line_element[line]) >= 0 else None


def _list_marker(markup: Markup, line: int) -> str:
    names = _ancestors(markup, line)
    lists = [name for name in names if name in _LISTS]
    marker = "1. " if lists and lists[0] == "ol" else "- "
    return _INDENT * (len(lists) - 1) + marker


def _row(text: str) -> str:
    cells = [cell.replace("|", "\\|") for cell in text.split("\t")]
    return "| " + " | ".join(cells) + " |"


def _block(line: ScoredLine, markup: Markup, number: int) -> str:
    """Return one kept line as Markdown, but for code."""
    kind = line.block or ""
    if len(kind) == 2 and kind[0] == "h" and kind[1].isdigit():
        return "#" * int(kind[1]) + " " + line.clean
    if kind == "li":
        return _list_marker(markup, number) + line.clean
    if kind == "tr":
        return _row(line.clean)
    if kind == "blockquote":
        return "> " + line.clean
    return line.clean


# Blocks whose lines follow one another without a blank line.
_TIGHT: Final = ("li", "tr", "pre")


def markdown(lines: Sequence[ScoredLine], markup: Markup, first_line: int) -> str:
    """Return the kept lines as Markdown; `first_line` is the page's first in the batch."""
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
            text = _block(line, markup, first_line + line.number)
            out.append(text)
            if kind == "tr" and before != "tr":
                out.append("|" + " --- |" * (line.clean.count("\t") + 1))
        before = kind
    if before == "pre":
        out.append("```")
    return "\n".join(out)
