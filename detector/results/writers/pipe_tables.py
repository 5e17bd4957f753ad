"""Data tables as rows between pipes, with aligned columns."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element, Markdown

# A cell over more columns or rows than this is an error of the page.
_WIDEST: Final = 50
# What would begin a block has no meaning in a cell: "2\\.31" is 2.31.
_BEGINNING: Final = re.compile(r"^(\d*)\\([-+.)=])")
_RULES: Final = {"left": ":---", "center": ":---:", "right": "---:"}


def pipe_table(table: "Element", options: "Markdown") -> str:
    """Return a table as Markdown; a cell over several columns or rows is written in the first of them.

    Parameters
    ----------
    table
        An element of a clean tree.
    options
        How to write the words in cells.
    """
    rows = table.select("tr")
    if not rows:
        return ""
    grid, aligned = _grid(rows, options)
    width = max(map(len, grid))
    grid = [row + [""] * (width - len(row)) for row in grid]
    head = grid.pop(0) if _is_head(rows[0]) else [""] * width
    rule = [_RULES.get(aligned.get(column, ""), "---") for column in range(width)]
    caption = table.select_one("caption")
    before = "" if caption is None else _words(caption, options).replace("\\|", "|") + "\n\n"
    return before + "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *grid))


def _is_head(row: "Element") -> bool:
    """Return whether the first row of a table is its header, unless each row begins with its heading."""
    is_in_head = getattr(row.parent, "tag", "") == "thead"
    return is_in_head or row.select_one("th") is None or row.select_one("td") is None


def _span(cell: "Element", name: str) -> int:
    said = str(cell.attrs.get(name) or "1")
    return min(max(int(said), 1), _WIDEST) if said.isdecimal() and len(said) < 9 else 1


def _grid(rows: "list[Element]", options: "Markdown") -> tuple[list[list[str]], dict[int, str]]:
    """Return the cells by row and column, and the alignment of columns."""
    grid: list[list[str]] = []
    aligned: dict[int, str] = {}
    taken: dict[int, int] = {}  # for each column: how many more rows a cell above spans
    for row in rows:
        cells: list[str] = []
        for cell in row.select("td, th"):
            _pass_taken(cells, taken)
            column, width, height = len(cells), _span(cell, "colspan"), _span(cell, "rowspan")
            if side := cell.attrs.get("align"):
                aligned.setdefault(column, str(side))
            cells += [_words(cell, options)] + [""] * (width - 1)
            taken |= {at: height - 1 for at in range(column, column + width) if height > 1}
        _pass_taken(cells, taken)
        grid.append(cells)
    return grid, aligned


def _pass_taken(cells: list[str], taken: dict[int, int]) -> None:
    """Leave the columns empty that a cell above spans."""
    while taken.get(len(cells), 0):
        taken[len(cells)] -= 1
        cells.append("")


def _words(cell: "Element", options: "Markdown") -> str:
    """Return the contents of a cell on one line."""
    from turbohtml import Element, Text

    for block in cell.find_all("pre"):
        lines = str(block.text).split("\n")
        parts = [Element("code", {}, [Text(line.strip())]) for line in lines if line.strip()]
        block.replace_with(*[node for part in parts for node in (part, Element("br"))][:-1])
    written = cell.to_markdown(options).split("\n")
    lines = [line.strip().removesuffix("\\").strip() for line in written]
    lines = [_BEGINNING.sub(r"\1\2", line) for line in lines if line]
    return "<br>".join(lines).replace("|", "\\|")
