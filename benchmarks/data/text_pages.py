"""Pages of text that we wrote, with a kind for every line, in training_data/text_pages, one file per batch.

    === de-rope-terms | de | documentation      the page's id, language and kind
    n<TAB>Startseite                            a letter (KINDS), a tab, the line as a renderer sets it

    b<TAB>  • Hanf

Their content is mostly short lines, which look like menus, and their template has lines that look like
content.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.files import ROOT

FOLDER: Final = ROOT / "training_data" / "text_pages"
KINDS: Final = {
    "t": "title", "b": "body", "c": "caption", "y": "byline", "m": "comment", "n": "navigation",
    "r": "teaser", "p": "promotion", "s": "sharing", "f": "form", "l": "legal", "a": "author", "x": "notice",
}  # fmt: skip
# Counted twice, .04 of what must stay on the cases was lost as text; counted once, .12; without them, .29.
# But portals, and DAnIEL as text, got worse when they were counted twice. That was with 375 pages; since then
# there are three times as many, each of which counts less.
WEIGHT: Final = 0.4
# On these pages readers' comments come below something else, which is the content.
LABEL_OF: Final = {"comment": "template"}


class TextPage(NamedTuple):
    """A page that we wrote: its lines, "" for empty ones, and the kinds of the lines that are not empty."""

    id: str
    language: str
    kind: str
    lines: list[str]
    kinds: list[str]


def _line(row: str, where: str) -> tuple[str, str]:
    letter, tab, text = row.partition("\t")
    if letter not in KINDS or not tab or not text.strip():
        raise ValueError(f"{where}: {row!r} is not a letter, a tab and a text")
    return KINDS[letter], text


def parse(text: str, name: str) -> Iterator[TextPage]:
    """Yield the pages of a file; raises `ValueError` that names an invalid line."""
    page: TextPage | None = None
    for number, row in enumerate(text.rstrip("\n").split("\n"), 1):
        where = f"{name}, line {number}"
        if row.startswith("=== "):
            if page is not None:
                yield page
            fields = [part.strip() for part in row[4:].split(" | ")]
            if len(fields) != 3:
                raise ValueError(f"{where}: {row!r} is not an id, a language and a kind")
            page = TextPage(fields[0], fields[1], fields[2], [], [])
        elif page is None:
            raise ValueError(f"{where}: a page begins with ===")
        elif row:
            kind, line = _line(row, where)
            page.kinds.append(kind)
            page.lines.append(line)
        else:
            page.lines.append("")
    if page is not None:
        yield page


def records(folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """Yield each page in the form that training reads."""
    for path in sorted(folder.glob("*.txt")):
        for page in parse(path.read_text("utf-8"), path.name):
            yield {
                "id": f"text-pages:{page.id}",
                "set": "own",
                "group": f"text-pages:{page.id}",
                "language": page.language,
                # A short page of a service is not a login wall, so these pages do not teach kinds of pages.
                "kind": "",
                "weight": WEIGHT,
                "format": "text",
                "page": "\n".join(page.lines),
                "labels": [LABEL_OF.get(kind, kind) for kind in page.kinds],
                "kinds": page.kinds,
            }
