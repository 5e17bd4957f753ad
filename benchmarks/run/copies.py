"""Copies on synthetic sites: how many are dropped from pages alone, and with their site known.

The sites have 40 pages, and every line is known (`benchmarks.data.planted.sites`). Headlines are repeated
verbatim, varied, and at the beginning of a paragraph. Every third page has a paragraph twice. What must be
kept is measured too: refrains, recurring headings and disclaimers, and all other content. On short pages some
headings stand above no text, at the end of the article; they are counted apart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from benchmarks.data.planted.sites import PlantedLine, PlantedPage, Site, site
from benchmarks.environment import made, ours
from benchmarks.files import RESULTS, write_json
from detector import Detector, SiteProfile
from detector.records import ScoredLine
from detector.text.page import Page

SEED: Final = 17
PAGES: Final = 40
EVERY: Final = 3
LONG: Final = 15
TWICE: Final = "paragraph-twice"
HEADING: Final = "heading"
WITHOUT_TEXT: Final = "heading-without-text"


def with_paragraph_twice(page: PlantedPage) -> PlantedPage:
    """Return a page whose first long paragraph is repeated after the last one."""
    places = [at for at, line in enumerate(page.lines) if line.kind == "paragraph"]
    long = [at for at in places if len(page.lines[at].text.split()) >= LONG]
    if len(places) < 2 or not long:
        return page
    again = PlantedLine(page.lines[long[0]].text, "repeat", TWICE)
    return PlantedPage(page.id, (*page.lines[: places[-1] + 1], again, *page.lines[places[-1] + 1 :]))


def planted_sites(count: int) -> Iterator[Site]:
    """Yield sites with planted copies of headlines and paragraphs."""
    for number in range(count):
        found = site(SEED, number, PAGES)
        pages = (
            with_paragraph_twice(page) if at % EVERY == 0 else page for at, page in enumerate(found.pages)
        )
        yield Site(found.domain, found.language, found.template, tuple(pages))


def is_right(line: ScoredLine, planted: PlantedLine) -> bool:
    """Tell whether the result for a line is right."""
    if planted.label != "content":
        return not line.kept
    return line.kept and line.clean == planted.text[planted.cut :]


def stands_once(line: ScoredLine, lines: Sequence[ScoredLine]) -> bool:
    """Tell whether a repeated paragraph is kept once, at either place."""
    return sum(other.kept for other in lines if other.text == line.text) == 1


def judged(pages: Sequence[PlantedPage], detector: Detector) -> Iterator[tuple[str, bool]]:
    """Yield the kind of each planted line, and whether its result is right."""
    read = [Page("\n".join(line.text for line in page.lines), "text") for page in pages]
    for page, scored in zip(pages, detector.score_batch(read), strict=True):
        for number, (line, planted) in enumerate(zip(scored.lines, page.lines, strict=True)):
            is_twice = planted.kind == TWICE
            right = stands_once(line, scored.lines) if is_twice else is_right(line, planted)
            yield kind_of(page, number), right


def kind_of(page: PlantedPage, number: int) -> str:
    """Return the kind of a planted line, as it is counted."""
    line = page.lines[number]
    if line.label == "template":
        return "template"
    after = page.lines[number + 1 : number + 2]
    has_text = any(next_line.label == "content" and next_line.kind != HEADING for next_line in after)
    return WITHOUT_TEXT if line.kind == HEADING and not has_text else line.kind


def row(name: str, found: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    """Return the shares of right results, by kind of line."""
    total, right = Counter(kind for kind, _ in found), Counter(kind for kind, is_so in found if is_so)
    shares = {kind: round(right[kind] / total[kind], 4) for kind in total}
    return {"judged": name, "lines": dict(total), "right": shares}


@click.command()
@click.option("--sites", default=60, show_default=True, help="Number of sites of 40 pages.")
def command(sites: int) -> None:
    """Measure which copies are dropped on planted sites, to copies.json.

    \b
    Examples:
      python -m benchmarks run copies
    """
    alone: list[tuple[str, bool]] = []
    known: list[tuple[str, bool]] = []
    detector = Detector()
    for planted in planted_sites(sites):
        alone += judged(planted.pages, detector)
        texts = ["\n".join(line.text for line in page.lines) for page in planted.pages]
        profile = SiteProfile.learn([Page(text, "text") for text in texts])
        known += judged(planted.pages, Detector(detector.model, profile=profile))
    rows = [row("page alone", alone), row("site known", known)]
    write_json(
        RESULTS / "copies.json", {**made(), **ours(), "sites": sites, "pages": sites * PAGES, "rows": rows}
    )
    for found in rows:
        click.echo(f"{found['judged']}: {found['right']}")
