"""Synthetic pages: what other tools and careless scrapers make of labelled pages.

Labelled pages are whole HTML documents, but users often have the output of an extractor: a headline,
paragraphs, some template lines at the end, and copies of the headline, or only an excerpt of a line or two.
Such pages are made here from the content and the template lines of labelled pages, with planted copies, and
with decoys that must stay: refrains, and rows that differ in a number.
"""

import html
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from detector.text.decoding import text_of
from detector.training.data.examples import CONTENT, Examples
from detector.training.data.labelled_pages import LabelledPage

# The share of synthetic pages with each plant.
COPIES: Final = 0.4
PREFIX: Final = 0.25
BLOCK_COPY: Final = 0.1
REFRAIN: Final = 0.08
ROWS: Final = 0.05
# The share of copies of headlines that are changed: case, punctuation, or one word.
CHANGED: Final = 0.4
MOST_TEMPLATE: Final = 8
# The weight of a synthetic page, relative to the real one.
WEIGHT: Final = 0.3
# The share of synthetic pages with a copy of the headline above it, as in a "most read" list.
COPY_ABOVE: Final = 0.3
AS_HTML: Final = 0.4
# Excerpts: a few lines of a page's content, or of its template only. Without them, a model learns that a page
# of one sentence is a login page.
EXCERPT_LINES: Final = 4
EXCERPT_TEMPLATE_ONLY: Final = 0.25
EXCERPT_TEMPLATE: Final = 0.3
EXCERPT_AS_HTML: Final = 0.2

Rng = np.random.Generator


class Line(NamedTuple):
    """A line of a synthetic page, its label, and its element in HTML."""

    text: str
    label: str
    tag: str = "p"


def changed(text: str, rng: Rng) -> str:
    """Return a headline as another template would print it."""
    words = text.split(" ")
    kind = rng.integers(5)
    if kind == 0:
        return text.upper()
    if kind == 1:
        return text.rstrip(".!?") + str(rng.choice([".", "!", " …", " -", ":"]))
    if kind == 2:
        return text.lower()
    if kind == 3 or len(words) < 5:
        return text.replace(":", " -").replace(",", "").replace("“", '"').replace("”", '"')
    at = int(rng.integers(1, len(words)))
    return " ".join([*words[:at], words[int(rng.integers(len(words)))], *words[at + 1 :]])


def _plant_copies(lines: list[Line], headline: str, rng: Rng) -> list[Line]:
    for _ in range(int(rng.integers(1, 4))):
        copy = changed(headline, rng) if rng.random() < CHANGED else headline
        at = int(rng.integers(2, len(lines) + 1))
        lines = [*lines[:at], Line(copy, "repeat", str(rng.choice(["p", "div", "h2", "li"]))), *lines[at:]]
    return lines


def _plant_prefix(lines: list[Line], headline: str, rng: Rng) -> list[Line]:
    joint = str(rng.choice([". ", ". ", " - ", ": ", " – ", " "]))
    at = 1 if rng.random() < 0.8 else int(rng.integers(1, len(lines)))
    return [*lines[:at], lines[at]._replace(text=headline + joint + lines[at].text), *lines[at + 1 :]]


def _plant_block(lines: list[Line], rng: Rng) -> list[Line]:
    size = int(rng.integers(2, 5))
    first = int(rng.integers(1, max(len(lines) - size, 2)))
    at = int(rng.integers(min(first + size, len(lines)), len(lines) + 1))
    copy = [line._replace(label="repeat") for line in lines[first : first + size]]
    return [*lines[:at], *copy, *lines[at:]]


def _verse(lines: list[Line], rng: Rng) -> list[Line]:
    """Return verses made from the page's sentences, with a refrain, which is content."""
    words = " ".join(line.text for line in lines[1:]).split(" ")
    verses, at = [], 0
    while at < min(len(words), 160):
        size = int(rng.integers(4, 9))
        verses.append(Line(" ".join(words[at : at + size]), "content", "div"))
        at += size
    refrain = verses[: int(rng.integers(1, 4))]
    step = int(rng.integers(3, 6))
    out: list[Line] = [lines[0]]
    for number, verse in enumerate(verses):
        out.append(verse)
        if number % step == step - 1:
            out.extend(refrain)
    return out


def _with_rows(lines: list[Line], rng: Rng) -> list[Line]:
    """Return the page with a list of rows that differ only in numbers."""
    words = lines[int(rng.integers(1, len(lines)))].text.split(" ")[: int(rng.integers(3, 7))]
    start, tag = int(rng.integers(1, 2000)), str(rng.choice(["li", "p", "td"]))
    rows = [
        Line(" ".join([*words, str(start + number)]), "content", tag)
        for number in range(int(rng.integers(3, 12)))
    ]
    at = int(rng.integers(1, len(lines) + 1))
    return [*lines[:at], *rows, *lines[at:]]


def planted(lines: list[Line], rng: Rng) -> list[Line]:
    """Return the lines of a page with planted copies and decoys. The first is the headline."""
    headline = lines[0].text
    if rng.random() < REFRAIN:
        return _verse(lines, rng)
    if rng.random() < ROWS:
        lines = _with_rows(lines, rng)
    if rng.random() < PREFIX:
        lines = _plant_prefix(lines, headline, rng)
    if rng.random() < COPIES:
        lines = _plant_copies(lines, headline, rng)
    if rng.random() < BLOCK_COPY:
        lines = _plant_block(lines, rng)
    return lines


def with_copy_above(head: list[str], headline: str, rng: Rng) -> list[str]:
    """Return the template lines above a headline, sometimes with a copy of it."""
    if not head or rng.random() >= COPY_ABOVE:
        return head
    copy = headline + str(rng.choice(["", "", " - " + head[0], " | " + head[0]]))
    at = int(rng.integers(len(head) + 1))
    return [*head[:at], copy, *head[at:]]


def _lines_of(examples: Examples, page: int) -> tuple[list[str], list[str], list[str]]:
    """Return the content lines of a page, and the template lines before and after them."""
    batch, segments = examples.batch, examples.batch.page_segment()
    content: list[str] = []
    before: list[str] = []
    after: list[str] = []
    for row in range(int(segments[page]), int(segments[page + 1])):
        text = text_of(bytes(batch.data[int(batch.segment_start[row]) : int(batch.segment_end[row])])).strip()
        if examples.share[row] >= CONTENT:
            content.append(text)
        elif examples.share[row] >= 0:
            (after if content else before).append(text)
    return content, before, after


def as_html(lines: Sequence[Line], headline: str, rng: Rng) -> str:
    """Return a plain HTML page with these lines, few elements and hardly any classes."""
    title = f"<title>{html.escape(headline)}</title>" if rng.random() < 0.6 else ""
    first = str(rng.choice(["h1", "h1", "h2", "div", "p"]))
    body = []
    for number, line in enumerate(lines):
        tag = first if number == 0 else line.tag
        body.append(
            f"<{tag}>{html.escape(line.text)}</{tag}>"
            if tag != "td"
            else f"<div>{html.escape(line.text)}</div>"
        )
    wrap = str(rng.choice(["", "article", "div", "main"]))
    inner = "\n".join(body)
    inner = f"<{wrap}>{inner}</{wrap}>" if wrap else inner
    return f"<!DOCTYPE html><html><head>{title}</head><body>{inner}</body></html>"


def _page_of(
    source: LabelledPage, name: str, lines: Sequence[Line], text: str, is_html: bool
) -> LabelledPage:
    """Return a page made from another. It has its group and fold, but no kind."""
    return LabelledPage(
        id=f"{name}:{source.id}",
        page=text,
        format="html" if is_html else "text",
        gold=None,
        labels=tuple(line.label for line in lines),
        group=source.group,
        set="made",
        language=source.language,
        kind="",
        fold=source.fold,
        kept_from=source.kept_from,
        weight=WEIGHT * source.weight,
    )


def _made_page(examples: Examples, number: int, rng: Rng) -> LabelledPage | None:
    page = examples.pages[number]
    content, before, after = _lines_of(examples, number)
    if len(content) < 3 or sum(len(line) for line in content) < 300:
        return None
    headline = " ".join((page.title or content[0]).split())
    if content[0] != headline:
        content = [headline, *content]
    lines = planted([Line(text, "content") for text in content], rng)
    head = before[len(before) - int(rng.integers(0, 4)) :] if before and rng.random() < 0.3 else []
    head = with_copy_above(head, headline, rng)
    tail = after[: int(rng.integers(0, MOST_TEMPLATE + 1))] if rng.random() < 0.8 else []
    lines = [
        *(Line(text, "template", "div") for text in head),
        *lines,
        *(Line(text, "template") for text in tail),
    ]
    lines = [line for line in lines if any(char.isprintable() and not char.isspace() for char in line.text)]
    is_html = rng.random() < AS_HTML
    gap = "\n\n" if rng.random() < 0.5 else "\n"
    text = as_html(lines, headline, rng) if is_html else gap.join(line.text for line in lines)
    return replace(_page_of(page, "made", lines, text, is_html), kind=page.kind)


def _run_of(texts: Sequence[str], most: int, rng: Rng) -> list[str]:
    """Return a few consecutive texts; shorter runs are more likely."""
    size = min(1 + int(rng.integers(most) * rng.random()), len(texts))
    first = int(rng.integers(len(texts) - size + 1))
    return list(texts[first : first + size])


def _excerpt(examples: Examples, number: int, rng: Rng) -> LabelledPage | None:
    page = examples.pages[number]
    content, before, after = _lines_of(examples, number)
    if rng.random() < EXCERPT_TEMPLATE_ONLY:
        content = []
    elif not content:
        return None
    body = _run_of(content, EXCERPT_LINES, rng) if content else []
    template = before + after
    tail: list[str] = []
    if template and (not body or rng.random() < EXCERPT_TEMPLATE):
        tail = _run_of(template, EXCERPT_LINES, rng)
    lines = [*(Line(text, "content") for text in body), *(Line(text, "template") for text in tail)]
    lines = [line for line in lines if any(char.isalnum() for char in line.text)]
    if not lines:
        return None
    # Real pages do not have template right after content in the same bare elements.
    is_html = rng.random() < EXCERPT_AS_HTML and not (body and tail)
    text = as_html(lines, lines[0].text, rng) if is_html else "\n".join(line.text for line in lines)
    return _page_of(page, "excerpt", lines, text, is_html)


def made_pages(examples: Examples, seed: int) -> list[LabelledPage]:
    """Return a synthetic page and an excerpt for each page with enough content. The seed decides.

    Random numbers depend on the name of the page, so that a change of one page does not affect others.
    """
    name = [zlib.crc32(page.id.encode()) for page in examples.pages]
    made = [
        make(examples, number, np.random.default_rng([seed, part, name[number]]))
        for part, make in enumerate((_made_page, _excerpt))
        for number in range(len(examples.pages))
    ]
    return [page for page in made if page is not None]
