"""Sites of 1 to 5,000 pages with a known label for every line: template, repeat or content.

    for site in sites(seed=1, count=50): site.pages[0].lines[0].label

Sizes follow Zipf's law. 30 % of a site's template lines are on fewer than half of its pages; some have
numbers and dates that change. A headline is repeated verbatim, varied, as the beginning of a paragraph, and
as a teaser on other pages. Decoys recur on 8 or more pages and are content: refrains, headings inside the
text, and the site's own disclaimer, quoted in an article about it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import numpy as np

from benchmarks.data.planted.sentences import Draw, Language, headline, languages, paragraph, sentence, words
from benchmarks.data.planted.stream import Stream

Label = Literal["content", "template", "repeat"]
# Running text by language code.
Running = Mapping[str, Sequence[str]]
NOTHING: Final[Running] = MappingProxyType({})

LARGEST: Final = 5_000
RARE_SHARE: Final = 0.3
# On this many pages, counts of a site mistake a line for template.
DECOY_PAGES: Final = 8
# The number of headlines of other pages that a page shows.
LATEST: Final = 3
RELATED: Final = 3
MOST_PARAGRAPHS: Final = 8
# What replaces the placeholders of a varying line: day, month, year, a low and a high number.
FIRST: Final = (1, 1, 2015, 0, 500)
ENDS: Final = np.array([28, 12, 12, 500, 400], np.int64)
HEADLINE_KINDS: Final = ("none", "verbatim", "varied", "prefix")


class PlantedLine(NamedTuple):
    """A line with its truth. cut: number of code points at its start that repeat the headline."""

    text: str
    label: Label
    kind: str
    cut: int = 0


class PlantedPage(NamedTuple):
    """A page of a site, in the order of its lines."""

    id: str
    lines: tuple[PlantedLine, ...]


@dataclass(frozen=True)
class TemplateLine:
    """A line of a site's template. on: one byte per page, 1 if the page has it; text may have placeholders.

    place: "head", "middle" or "foot" of the page.
    """

    text: str
    on: bytes
    place: str
    rare: bool

    @cached_property
    def varies(self) -> bool:
        """Whether it has placeholders."""
        return "{" in self.text

    @cached_property
    def kind(self) -> str:
        """The kind of its lines."""
        return ("varying" if self.varies else "fixed") + ("-rare" if self.rare else "")


@dataclass(frozen=True)
class Site:
    """A site: domain, language, template and pages."""

    domain: str
    language: str
    template: tuple[TemplateLine, ...]
    pages: tuple[PlantedPage, ...]


class Plan(NamedTuple):
    """What the pages of a site have in common."""

    domain: str
    language: Language
    size: int
    template: tuple[TemplateLine, ...]
    refrains: tuple[str, ...]
    disclaimer: str
    titles: tuple[str, ...]
    running: Sequence[str]


def sizes(count: int, largest: int = LARGEST) -> list[int]:
    """Return the sizes of sites by rank: the r-th has a share of 1/r of the largest, at least 1."""
    return [max(largest // rank, 1) for rank in range(1, count + 1)]


def _some_pages(draw: np.random.Generator, size: int, rare: bool) -> bytes:
    """Draw the pages of a template line: fewer than half of them, or at least half."""
    half = (size - 1) // 2
    if rare:
        count = int(draw.integers(1, half + 1))
    else:
        count = size if draw.random() < 0.7 else int(draw.integers(half + 1, size + 1))
    on = np.zeros(size, np.uint8)
    on[draw.choice(size, count, replace=False)] = 1
    return on.tobytes()


def _template(
    draw: np.random.Generator, language: Language, domain: str, size: int
) -> tuple[TemplateLine, ...]:
    """Return the template of a site. With one or two pages there is no "fewer than half"."""
    fixed = [str(text) for text in draw.permutation(language.template)]
    own = [f"{domain}: {sentence(draw, language)}" for _ in range(6)]
    texts = [*fixed, *own, *language.varying]
    rare_count = round(RARE_SHARE * len(texts)) if size > 2 else 0
    rare = set(draw.choice(len(texts), rare_count, replace=False).tolist())
    places = draw.choice(["head", "middle", "foot"], len(texts), p=[0.4, 0.2, 0.4]).tolist()
    return tuple(
        TemplateLine(text, _some_pages(draw, size, at in rare), places[at], at in rare)
        for at, text in enumerate(texts)
    )


def planned(seed: int, number: int, size: int, running: Running = NOTHING) -> Plan:
    """Return what the pages of one site have in common, independent of other sites."""
    draw = np.random.default_rng((seed, number))
    language = languages()[int(draw.integers(0, len(languages())))]
    domain = f"site-{number:04d}.example"
    template = _template(draw, language, domain, size)
    # The disclaimer is the last of the site's own lines: it is template unless it is quoted.
    disclaimer = next(line.text for line in template if line.text.startswith(f"{domain}: "))
    stream = Stream.after(draw)
    refrains = tuple(sentence(stream, language) for _ in range(2))
    titles = tuple(headline(stream, language) for _ in range(size))
    text = running.get(language.code, ())
    return Plan(domain, language, size, template, refrains, disclaimer, titles, text)


def _filled(text: str, drawn: Sequence[int], domain: str) -> str:
    """Fill the placeholders of a line that varies from page to page."""
    day, month, year, low, high = (first + number for first, number in zip(FIRST, drawn, strict=True))
    marks = {"{n}": str(low), "{m}": str(high), "{date}": f"{day:02d}.{month:02d}.{year}"}
    marks |= {"{year}": str(year), "{site}": domain}
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text


def _template_lines(draw: Stream, plan: Plan, page: int, place: str) -> list[PlantedLine]:
    lines = [line for line in plan.template if line.place == place and line.on[page]]
    # Lines without placeholders draw too.
    drawn = draw.below(np.tile(ENDS, len(lines)))
    return [
        PlantedLine(
            _filled(line.text, drawn[at * ENDS.size : (at + 1) * ENDS.size], plan.domain)
            if line.varies
            else line.text,
            "template",
            line.kind,
        )
        for at, line in enumerate(lines)
    ]


def _varied(draw: Draw, language: Language, title: str) -> str:
    """Return a headline with one word changed, in capitals, or with its end cut off."""
    if language.joined or draw.random() < 0.34:
        return f"{title} …"
    if draw.random() < 0.5:
        return title.upper()
    parts = title.split(" ")
    parts[int(draw.integers(1, len(parts)))] = words(draw, language, 1)[0]
    return " ".join(parts)


def _headline_copies(draw: Stream, language: Language, title: str) -> list[PlantedLine]:
    """Return what follows a headline: a paragraph that begins with it, or copies of it."""
    kind = HEADLINE_KINDS[int(draw.integers(0, len(HEADLINE_KINDS)))]
    if kind == "prefix":
        gap = "。" if language.joined else ". "
        return [
            PlantedLine(f"{title}{gap}{paragraph(draw, language)}", "content", "prefix", len(title + gap))
        ]
    if kind == "verbatim":
        copies = int(draw.integers(1, 4))
        return [PlantedLine(title, "repeat", "verbatim")] * copies
    if kind == "varied":
        return [PlantedLine(_varied(draw, language, title), "repeat", "varied")]
    return []


def _decoys(plan: Plan, page: int) -> list[PlantedLine]:
    """Return content lines that recur on 8 or more pages of the site."""
    if plan.size < DECOY_PAGES:
        return []
    found = []
    if page % max(plan.size // 10, 1) == 0 or page < DECOY_PAGES:
        found += [PlantedLine(line, "content", "refrain") for line in plan.refrains]
        found += [PlantedLine(line, "content", "heading") for line in plan.language.headings]
    if page == plan.size - 1:
        found.append(PlantedLine(plan.disclaimer, "content", "quoted"))
    return found


def _teasers(draw: Stream, plan: Plan, page: int) -> list[PlantedLine]:
    """Return headlines of other pages: the latest ones, on every page, and some random ones."""
    drawn = draw.integers(0, plan.size, RELATED)
    shown = dict.fromkeys([*range(max(plan.size - LATEST, 0), plan.size), *drawn])
    return [PlantedLine(plan.titles[other], "template", "teaser") for other in shown if other != page]


def _paragraph(draw: Stream, plan: Plan, number: int) -> PlantedLine:
    """Return a paragraph: the next line of the site's running text, or a generated one."""
    made = paragraph(draw, plan.language)
    text = plan.running[number] if number < len(plan.running) else made
    return PlantedLine(text, "content", "paragraph")


def page_of(seed: int, number: int, plan: Plan, page: int) -> PlantedPage:
    """Return the page of the site with this number, independent of the others."""
    draw = Stream(np.random.PCG64((seed, number, page)))
    title = plan.titles[page]
    count = int(draw.integers(2, MOST_PARAGRAPHS + 1))
    body = [_paragraph(draw, plan, page * MOST_PARAGRAPHS + at) for at in range(count)]
    for at, decoy in enumerate(_decoys(plan, page)):
        body.insert(min(2 * at + 1, len(body)), decoy)
    repeats = _headline_copies(draw, plan.language, title)
    half = len(body) // 2
    lines = [
        *_template_lines(draw, plan, page, "head"),
        PlantedLine(title, "content", "headline"),
        *(line for line in repeats if line.label == "content"),
        *body[:half],
        *_template_lines(draw, plan, page, "middle"),
        *body[half:],
        *(line for line in repeats if line.label == "repeat"),
        *_teasers(draw, plan, page),
        *_template_lines(draw, plan, page, "foot"),
    ]
    return PlantedPage(f"{plan.domain}/{page:05d}", tuple(lines))


def site(seed: int, number: int, size: int, running: Running = NOTHING) -> Site:
    """Return one site, independent of the others.

    running: running text by language, used for paragraphs, each at most once.
    """
    plan = planned(seed, number, size, running)
    pages = tuple(page_of(seed, number, plan, page) for page in range(size))
    return Site(plan.domain, plan.language.code, plan.template, pages)


def sites(seed: int, count: int, largest: int = LARGEST, running: Running = NOTHING) -> Iterator[Site]:
    """Yield sites, the largest first."""
    for number, size in enumerate(sizes(count, largest)):
        yield site(seed, number, size, running)
