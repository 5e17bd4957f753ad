"""Data tables, and layout tables."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from turbohtml import Element

# Elements that are not in cells of data tables.
_BLOCKS: Final = "h1, h2, h3, h4, h5, h6, article, section, form, pre, hr, blockquote"
# With more words per cell on average, a cell is a column of the page.
_LONG: Final = 80


def is_layout(table: "Element") -> bool:
    """Return whether a table is a layout table: its cells are parts of the page, not data."""
    role = table.attrs.get("role")
    if role in ("presentation", "none") or table.select_one("table") is not None:
        return True
    if role in ("table", "grid") or table.select_one("th, caption, thead") is not None:
        return table.select_one("pre") is not None and table.select_one("th") is None
    rows = table.select("tr")
    cells = [len(row.select("td")) for row in rows]
    if max(cells, default=0) <= 1 or table.select_one(_BLOCKS) is not None:
        return True
    return len(str(table.text).split()) > _LONG * sum(cells)
