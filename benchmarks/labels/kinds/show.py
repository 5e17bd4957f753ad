"""Pages as their readers see them: numbered lines with a hint of the markup. Kept outside the repository.

    # page daniel/2011...
    # el, article, 153 lines
    0	nav li a	Αρχική
    12	h1	...

If coarser labels are known, their first letter comes before the hint (c content, t template, m metadata, r
repeat, k comment). No score is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from benchmarks.data.pages import Page
from benchmarks.files import ROOT
from benchmarks.labels.kinds.records import drawn
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.label_files import LabelError, settled
from benchmarks.labels.lines import lines_of
from detector.records import Markup
from detector.results.elements import element_names
from detector.text.decoding import text_of
from detector.text.page import Page as Decoded
from detector.text.read import read_batch
from detector.text.tags import INSIDE

# Readers see the beginning of a line, which is enough to know what it is.
SHOWN: Final = 160
# The ancestors of a line that are shown, from outside to inside.
PLACES: Final = (
    "nav", "header", "footer", "aside", "main", "article", "form", "details", "dialog", "figure",
    "caption", "address", "blockquote", "select", "button", "label", "hidden",
)  # fmt: skip
MOSTLY: Final = 0.8  # the share of a line's bytes in links that makes it a link
HINT: Final = {"content": "c", "template": "t", "metadata": "m", "repeat": "r", "comment": "k"}


class Shown(NamedTuple):
    """A line, and a short description of its markup."""

    text: str
    markup: str


def _places(markup: Markup, element: int) -> list[str]:
    bits = int(markup.inside[element]) if element >= 0 else 0
    return [name for name in PLACES if bits >> INSIDE.index(name) & 1]


def shown_lines(page: Page) -> list[Shown]:
    """Return the lines of a page (those of `lines_of`) with their markup."""
    if page.html is None:
        return [Shown(line.text, "") for line in lines_of(page)]
    batch, _, markup, _ = read_batch([Decoded.read(page.html, "html")])
    assert markup is not None
    blocks = element_names(markup.tag, markup.parent, markup.line_element)
    found = []
    for number, (start, end) in enumerate(
        zip(batch.line_start.tolist(), batch.line_end.tolist(), strict=True)
    ):
        if batch.line_segment[number] == batch.line_segment[number + 1]:
            continue  # a blank line
        words = [*_places(markup, int(markup.line_element[number])), blocks[number] or ""]
        if markup.line_link[number] > MOSTLY * (end - start):
            words.append("a")
        text = text_of(bytes(batch.data[start:end]))
        found.append(Shown(text, " ".join(dict.fromkeys(filter(None, words)))))
    return found


def cut(text: str) -> str:
    """Return the beginning of a line with its indent, without what would break the listing."""
    indent = " " * min(len(text) - len(text.lstrip()), 8)
    words = " ".join(text.split())
    return indent + (words if len(words) <= SHOWN else f"{words[:SHOWN]}… ({len(words)})")


def listing(page: Page, language: str, hints: Sequence[str] = ()) -> Iterator[str]:
    """Yield the rows of a page's file; hints: coarser labels of the lines, if known."""
    lines = shown_lines(page)
    yield f"# page {page.key}"
    yield f"# {language}, {page.page_type}, {len(lines)} lines, from 0 to {len(lines) - 1}"
    for number, line in enumerate(lines):
        hint = f"{HINT[hints[number]]}\t" if hints else ""
        yield f"{number}\t{hint}{line.markup or '-'}\t{cut(line.text)}"


def write(folder: Path, keys: Sequence[str], names: Mapping[str, str], hinted: bool) -> None:
    """Write pages to FOLDER/NAME.txt; hinted: with the labels that they have."""
    if folder.resolve().is_relative_to(ROOT):
        raise LabelError(f"{folder} is inside the repository, and pages' texts must not be")
    folder.mkdir(parents=True, exist_ok=True)
    found, languages = pages_named(set(keys)), {row["page"]: row["language"] for row in drawn()}
    known = {row.page: row.labels for row in settled()} if hinted else {}
    for key in keys:
        if key not in found:
            raise LabelError(f"{key}: no set of the shared data has this page")
        rows = listing(found[key], languages.get(key, found[key].language), known.get(key, ()))
        text = "\n".join(rows) + "\n"
        (folder / f"{names[key]}.txt").write_text(text, "utf-8", errors="replace")


@click.command()
@click.argument("pages", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--hints", is_flag=True, help="Show the coarser labels that pages have, a letter a line.")
def command(pages: Path, folder: Path, hints: bool) -> None:
    """Write the pages listed in the file PAGES, one name per line, as numbered lines to FOLDER/NAME.txt.

    The folder must be outside the repository, because pages have third-party text.

    \b
    Examples:
      python -m benchmarks labels show pages.txt ../reading --hints
    """
    keys = [line.strip() for line in pages.read_text("utf-8").splitlines() if line.strip()]
    write(folder, keys, {key: f"{number:03d}" for number, key in enumerate(keys)}, hints)
    click.echo(f"{len(keys)} pages in {folder}")
