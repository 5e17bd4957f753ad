"""Training pages composed of running text and template lines, for languages without pages.

Running text is `multilingual/content` of the shared data (lines in 480 language tags). Template lines are our
own (`training_data/lines`) if we have the language, else those of `multilingual/phrases`, else our English
ones, which many sites in small languages use. No line has text of a page that anything is measured on
(wall.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from benchmarks.data.shared import shared_data
from benchmarks.data.wall import Wall
from benchmarks.files import ROOT, json_lines
from detector.training.data.synthetic import Line, as_html, planted, with_copy_above

OWN_LINES: Final = ROOT / "training_data" / "lines"
# Categories of template lines above a text, inside it, and below it.
ABOVE: Final = ("navigation", "search", "login-account", "login", "accessibility", "cookie-consent", "cookie")
INSIDE: Final = ("related", "advertisement", "ads", "share", "app-promo", "video-player", "newsletter")
LEAST_LINES: Final = 40
LEAST_PHRASES: Final = 60
# The number of words of a paragraph that serve as a headline if the language has none.
HEADLINE_WORDS: Final = 9
WEIGHT: Final = 0.3
# The share of pages with a comment form, and of forms that are not translated.
FORM: Final = 0.6
ENGLISH_FORM: Final = 0.4
AS_HTML: Final = 0.5
# The share of pages that consist of template only: login, consent, error.
EMPTY: Final = 0.08
# The kinds of such pages, and the categories of their lines.
EMPTY_KINDS: Final = {
    "consent wall": ("cookie-consent",),
    "login": ("login-account",),
    "error": ("error-page", "search"),
}
EMPTY_PAGES: Final = 2
LEAST_OF_KIND, MOST_OF_KIND = 4, 12
# Lines of running text for one page, and the most pages of a language.
LINES_A_PAGE: Final = 60
MOST_PAGES: Final = 25

Rng = np.random.Generator
Phrases = Mapping[str, Sequence[tuple[str, str]]]  # language: (category, text)


def own_phrases() -> Phrases:
    """Return our own template lines by language."""
    return {
        path.stem: [(row["category"], row["text"]) for row in json_lines(path)]
        for path in sorted(OWN_LINES.glob("*.jsonl"))
    }


def shared_phrases() -> Phrases:
    """Return the template strings of the catalogues by language."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in json_lines(shared_data() / "multilingual" / "phrases" / "phrases_core.jsonl.gz"):
        found[row["lang"]].append((row["category"], row["text"]))
    return found


def running_text() -> Mapping[str, tuple[list[str], list[str]]]:
    """Return paragraphs and headlines by language."""
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in json_lines(shared_data() / "multilingual" / "content" / "content_lines.jsonl.gz"):
        found[row["lang"]][row["kind"] == "headline"].append(" ".join(row["text"].split()))
    return found


def _outside(wall: Wall, lines: Sequence[str]) -> list[str]:
    """Return the lines without text that is evaluated."""
    held = wall.stand_in(lines)
    return [line for line, is_held in zip(lines, held, strict=True) if not is_held]


def _phrases_outside(wall: Wall, phrases: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    held = wall.stand_in([text for _, text in phrases])
    return [phrase for phrase, is_held in zip(phrases, held, strict=True) if not is_held]


def _chosen(phrases: Sequence[tuple[str, str]], categories: Sequence[str], count: int, rng: Rng) -> list[str]:
    """Return some phrases, from these categories if there are enough."""
    fitting = [text for category, text in phrases if category in categories] or [text for _, text in phrases]
    return [fitting[int(rng.integers(len(fitting)))] for _ in range(count)]


def _headline(paragraphs: list[str], headlines: list[str], rng: Rng) -> str:
    if headlines and rng.random() < 0.8:
        return headlines[int(rng.integers(len(headlines)))]
    words = paragraphs[int(rng.integers(len(paragraphs)))].split(" ")
    return " ".join(words[:HEADLINE_WORDS]).rstrip(".,;:")


def _below(phrases: Sequence[tuple[str, str]], english: Sequence[tuple[str, str]], rng: Rng) -> list[str]:
    """Return the lines below a text: sometimes a comment form, often in English, and a footer."""
    form_of = english if rng.random() < ENGLISH_FORM else phrases
    form = _chosen(form_of, ("comment-form",), int(rng.integers(1, 6)), rng) if rng.random() < FORM else []
    every = sorted({category for category, _ in phrases})
    return [*form, *_chosen(phrases, every, int(rng.integers(0, 16)), rng)]


def _page(
    language: str,
    text: tuple[list[str], list[str]],
    phrases: Sequence[tuple[str, str]],
    english: Sequence[tuple[str, str]],
    rng: Rng,
) -> dict[str, Any]:
    paragraphs, headlines = text
    headline = _headline(paragraphs, headlines, rng)
    body = [Line(headline, "content")]
    for _ in range(int(rng.integers(4, 16))):
        if rng.random() < 0.12:
            body.append(Line(_headline(paragraphs, headlines, rng), "content", "h2"))
        body.append(Line(paragraphs[int(rng.integers(len(paragraphs)))], "content"))
    lines = planted(body, rng)
    for text_ in _chosen(phrases, INSIDE, int(rng.integers(0, 4)), rng):
        at = int(rng.integers(1, len(lines) + 1))
        lines = [*lines[:at], Line(text_, "template", "div"), *lines[at:]]
    above = with_copy_above(_chosen(phrases, ABOVE, int(rng.integers(0, 16)), rng), headline, rng)
    below = _below(phrases, english, rng)
    if rng.random() < EMPTY:
        lines = []
    lines = [
        *(Line(text_, "template", "li") for text_ in above),
        *lines,
        *(Line(text_, "template", str(rng.choice(["p", "div", "li", "h3"]))) for text_ in below),
    ]
    if not lines:
        lines = [Line(text_, "template") for text_ in _chosen(phrases, ABOVE, 3, rng)]
    is_html = rng.random() < AS_HTML
    page = as_html(lines, headline, rng) if is_html else "\n".join(line.text for line in lines)
    return {
        "set": "composed",
        "language": language,
        "kind": "article" if any(line.label == "content" for line in lines) else "",
        "format": "html" if is_html else "text",
        "page": page,
        "labels": [line.label for line in lines],
        "group": f"composed:{language}",
        "weight": WEIGHT,
    }


def empty_pages(seed: int) -> Iterator[dict[str, Any]]:
    """Yield pages that consist of template only, of each kind with lines of its own, in our languages."""
    for language, phrases in own_phrases().items():
        rng = np.random.default_rng([seed + 1, *language.encode()])
        for kind, categories in EMPTY_KINDS.items():
            of_kind = [text for category, text in phrases if category in categories]
            for number in range(EMPTY_PAGES if len(of_kind) >= LEAST_OF_KIND else 0):
                chosen = rng.permutation(len(of_kind))[: int(rng.integers(LEAST_OF_KIND, MOST_OF_KIND))]
                around = _chosen(phrases, ("navigation", "footer-legal"), int(rng.integers(0, 12)), rng)
                at = int(rng.integers(len(around) + 1))
                texts = [*around[:at], *(of_kind[number] for number in chosen), *around[at:]]
                lines = [
                    Line(text, "template", str(rng.choice(["p", "div", "li", "button"]))) for text in texts
                ]
                is_html = rng.random() < AS_HTML
                yield {
                    "id": f"empty:{language}:{kind}:{number}",
                    "set": "composed",
                    "language": language,
                    "kind": kind,
                    "format": "html" if is_html else "text",
                    "page": as_html(lines, texts[0], rng) if is_html else "\n".join(texts),
                    "labels": ["template"] * len(lines),
                    "group": f"composed:{language}",
                    "weight": WEIGHT,
                }


def composed_pages(seed: int, wall: Wall) -> Iterator[dict[str, Any]]:
    """Yield composed pages, at least one per language; the same for the same seed and data.

    Lines inside the wall are left out: no page has text of an evaluated page, in any fold.
    """
    own, shared = own_phrases(), shared_phrases()
    for language, every in sorted(running_text().items()):
        text = (_outside(wall, every[0]), _outside(wall, every[1]))
        if len(text[0]) < LEAST_LINES or language == "und":
            continue
        rng = np.random.default_rng([seed, *language.encode()])
        short = language.split("-")[0]
        of_catalogues = _phrases_outside(wall, shared.get(language, shared.get(short, ())))
        phrases = [*own.get(short, ()), *of_catalogues]
        if len(phrases) < LEAST_PHRASES:
            phrases = list(own["en"])
        for number in range(min(max(len(text[0]) // LINES_A_PAGE, 1), MOST_PAGES)):
            yield {"id": f"composed:{language}:{number}", **_page(language, text, phrases, own["en"], rng)}
