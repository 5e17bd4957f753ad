"""Pages that we wrote line by line, in training_data/plain_pages, one file per language.

    === slug | kind | title
    [nav]                     a region: nav, header, main, aside, banner, comments, footer
    t li Home                 a label (content, template, metadata, repeat, comment: k), a tag, the text
    [main]
    c h1 A headline

Each page becomes two training pages: its lines as text, and an HTML page whose regions are elements with the
usual class names.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.files import ROOT

FOLDER: Final = ROOT / "training_data" / "plain_pages"
LABELS: Final = {"c": "content", "t": "template", "m": "metadata", "r": "repeat", "k": "comment"}
TAGS: Final = (
    "h1", "h2", "h3", "h4", "p", "li", "tr", "dt", "dd", "pre", "button", "label", "figcaption", "blockquote",
    "div",
)  # fmt: skip
# The elements and class names that a region may have.
REGIONS: Final = {
    "nav": ('<nav class="{}">', "</nav>", ("main-nav", "navbar", "menu-primary", "site-navigation")),
    "header": ('<header class="{}">', "</header>", ("site-header", "masthead", "page-head", "top")),
    "main": ('<main class="{}">', "</main>", ("content", "site-main", "entry", "page-content")),
    "aside": ('<aside class="{}">', "</aside>", ("sidebar", "widget-area", "related", "side")),
    "banner": ('<div class="{}" role="dialog">', "</div>", ("cookie-banner", "consent", "modal", "cmp-box")),
    "comments": ('<section class="{}">', "</section>", ("comments", "comments-area", "discussion")),
    "footer": ('<footer class="{}">', "</footer>", ("site-footer", "footer", "colophon", "page-foot")),
}
# Some sites have elements without meaningful names.
PLAIN_SHARE: Final = 0.35
WRAPPERS: Final = {"li": ("<ul>", "</ul>"), "tr": ("<table>", "</table>"), "dt": ("<dl>", "</dl>")}

Rng = np.random.Generator


class PlainLine(NamedTuple):
    """A line of a page that we wrote."""

    region: str
    label: str
    tag: str
    text: str


class PlainPage(NamedTuple):
    """A page that we wrote."""

    language: str
    slug: str
    kind: str
    title: str
    lines: list[PlainLine]


def parse(text: str, language: str) -> Iterator[PlainPage]:
    """Yield the pages of a file; raises `ValueError` that names an invalid line."""
    page: PlainPage | None = None
    region = "main"
    for number, row in enumerate(text.split("\n"), 1):
        if row.startswith("=== "):
            if page is not None:
                yield page
            slug, kind, title = (part.strip() for part in row[4:].split(" | ", 2))
            page, region = PlainPage(language, slug, kind, title, []), "main"
        elif found := re.fullmatch(r"\[(\w+)\]", row.strip()):
            region = found.group(1)
            if region not in REGIONS:
                raise ValueError(f"{language}, line {number}: there is no region {region!r}")
        elif row.strip():
            parts = row.split(" ", 2)
            if page is None or len(parts) < 3 or parts[0] not in LABELS or parts[1] not in TAGS:
                raise ValueError(f"{language}, line {number}: {row!r} is not a label, a tag and a text")
            page.lines.append(PlainLine(region, LABELS[parts[0]], parts[1], parts[2]))
    if page is not None:
        yield page


def _element(line: PlainLine) -> str:
    text = escape(line.text, quote=False)
    if line.tag == "tr":
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in text.split("\t")) + "</tr>"
    if line.tag == "li" and line.label == "template":
        return f'<li><a href="/">{text}</a></li>'
    if line.tag == "figcaption":
        return f"<figure><figcaption>{text}</figcaption></figure>"
    return f"<{line.tag}>{text}</{line.tag}>"


def _region(lines: Sequence[PlainLine]) -> str:
    out = []
    for tag, group in groupby(lines, key=lambda line: "dt" if line.tag == "dd" else line.tag):
        if tag == "pre":
            out.append("<pre>" + "\n".join(escape(line.text, quote=False) for line in group) + "</pre>")
            continue
        before, after = WRAPPERS.get(tag, ("", ""))
        out.append(before + "\n".join(_element(line) for line in group) + after)
    return "\n".join(out)


def as_html(page: PlainPage, rng: Rng) -> str:
    """Return a page as HTML, with the usual markup of such pages."""
    plain = rng.random() < PLAIN_SHARE
    body = []
    for region, group in groupby(page.lines, key=lambda line: line.region):
        start, end, names = REGIONS[region]
        if plain:
            start, end = f'<div class="{rng.choice(["block", "row", "box", "wrap", "col"])}">', "</div>"
        body.append(start.format(rng.choice(names)) + "\n" + _region(list(group)) + "\n" + end)
    return (
        f'<!DOCTYPE html><html lang="{page.language}"><head><title>{escape(page.title)}</title></head>'
        f"<body>{''.join(body)}</body></html>"
    )


def records(folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """Yield each page as text and as HTML, in the form that training reads."""
    for path in sorted(folder.glob("*.txt")):
        for page in parse(path.read_text("utf-8"), path.stem):
            rng = np.random.default_rng(zlib.crc32(f"{page.language}:{page.slug}".encode()))
            common = {
                "set": "own",
                "group": f"own:{page.language}",
                "language": page.language,
                "kind": page.kind,
                "title": page.title,
                "labels": [line.label for line in page.lines],
            }
            gap = "\n\n" if rng.random() < 0.3 else "\n"
            text = gap.join(line.text for line in page.lines)
            name = f"plain:{page.language}:{page.slug}"
            yield {**common, "id": name, "format": "text", "page": text}
            yield {**common, "id": f"{name}:html", "format": "html", "page": as_html(page, rng)}
