"""The few SVG shapes that the pictures need, as text."""

from collections.abc import Sequence
from html import escape

FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
INK, GREY, LINE = "#1b1b1b", "#6b6b6b", "#d9d9d9"
GREEN, RED, BLUE = "#2e7d32", "#b3261e", "#1f5fa8"


def text(
    x: float,
    y: float,
    said: str,
    *,
    size: float = 13,
    colour: str = INK,
    anchor: str = "start",
    bold: bool = False,
    struck: bool = False,
) -> str:
    """Return words whose baseline begins, ends or is centred at a point."""
    weight = ' font-weight="600"' if bold else ""
    line = ' text-decoration="line-through"' if struck else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"'
        f"{weight}{line}>{escape(said)}</text>"
    )


def box(x: float, y: float, width: float, height: float, colour: str, *, radius: float = 3) -> str:
    """Return a filled rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{colour}"/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = LINE, *, dashed: bool = False) -> str:
    """Return a straight line."""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}"{dashes}/>'


def shortened(said: str, most: int) -> str:
    """Return the beginning of a text, with an ellipsis if something is missing."""
    return said if len(said) <= most else f"{said[: most - 1].rstrip()}…"


def picture(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    """Return a whole picture on white, with a title for those who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" font-family="{FONT}">',
            f"<title>{escape(title)}</title>",
            box(0, 0, width, height, "#ffffff", radius=8),
            *parts,
            "</svg>\n",
        ]
    )
