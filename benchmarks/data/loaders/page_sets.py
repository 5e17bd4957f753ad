"""Loaders of sets with special kinds of truth: separate comments, posts, ingredients and steps, products.

kinds_of_sets.py says what each truth means for the kinds of lines; docs/measures.md explains it in words.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.data.pages import UNKNOWN, Page, Part, registrable
from benchmarks.files import json_lines
from benchmarks.labels.lines import lines_of
from benchmarks.measures.metrics import contains, overlap, tokens

ADDRESSES: Final = re.compile(r"(?:href|src|action)=[\"']?https?://([^/\"'\s>:?]+)", re.IGNORECASE)
# Hosts that many pages link to, and that are nobody's own site.
FOREIGN: Final = re.compile(
    r"google|doubleclick|facebook|twitter|purl\.org|w3\.org|adobe|yahoo|digg|del\.icio|addthis|quantserve|"
    r"atdmt|2o7|stumbleupon|reddit|technorati|feedburner|akamai|metadataregistry"
)
# A thread has no gold if a larger share of its posts is missing from its saved page.
MOST_MISSING: Final = 0.1
FACTS: Final = ("price", "sku", "brand", "gtin", "mpn")


def _commonest_host(html: str, name: str) -> str:
    """Return the site that a page without an address links to most, or a name of its own."""
    counts = Counter(
        registrable(host) for host in ADDRESSES.findall(html) if not FOREIGN.search(host.lower())
    )
    return counts.most_common(1)[0][0] if counts else name


def _site(row: dict[str, Any]) -> str:
    """Return the site from a page's address, or the most likely one for a page without an address."""
    host = urlsplit(row.get("url") or "").hostname
    return registrable(host) if host else _commonest_host(row["html"], row["id"])


def _standing(page: Page, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the parts that are in the page's text; no system can keep the others."""
    text = tokens("\n".join(line.text for line in lines_of(page)))
    return tuple(part for part in parts if contains(text, part.text))


def _page(row: dict[str, Any], set_: str, domain: str, **more: Any) -> Page:  # noqa: ANN401
    return Page(set_, row["id"], domain, html=row["html"].encode("utf-8", "surrogatepass"), **more)


def dragnet(path: Path) -> Iterator[Page]:
    """Yield news and blog pages of 2012, with comments marked separately."""
    for row in json_lines(path):
        yield _page(
            row, "dragnet", _site(row), language="en", page_type="article", gold=row["gold"],
            comments=row.get("comments") or None,
        )  # fmt: skip


def l3s_gn1(path: Path) -> Iterator[Page]:
    """Yield news pages of 2007; the gold is the headline and the full text."""
    for row in json_lines(path):
        domain = _site(row)
        yield _page(
            row, "l3s-gn1", domain, language="en", page_type="article", gold=row["gold"],
            title=row["headline"] or None, comments=row["comments"] or None,
        )  # fmt: skip


def cleaneval(path: Path) -> Iterator[Page]:
    """Yield pages of CleanEval or CleanPortalEval; the gold is all but template, comments included."""
    for row in json_lines(path):
        yield _page(row, row["set"].replace("_", "-"), _site(row), language="en", gold=row["gold"])


def forums(path: Path) -> Iterator[Page]:
    """Yield forum threads; the gold is the posts that are in the saved page."""
    for row in json_lines(path):
        gold = "\n".join(post["post_text"] for post in row["posts"])
        page = _page(row, "web-forum-52", _site(row), page_type="forum")
        counts = overlap("\n".join(line.text for line in lines_of(page)), gold)
        whole = counts.gold and counts.shared >= (1 - MOST_MISSING) * counts.gold
        yield replace(page, gold=gold) if whole else page


def recipes(path: Path) -> Iterator[Page]:
    """Yield recipes: ingredients and steps must stay."""
    for row in json_lines(path):
        page = _page(
            row,
            "recipes-sample",
            _site(row),
            language=row["lang"],
            page_type="recipe",
            title=row["title"] or None,
        )
        named = (("ingredient", row["ingredients"]), ("step", row["instructions"]))
        parts = [Part(name, text) for name, texts in named for text in texts or () if tokens(text)]
        yield page.with_parts(_standing(page, parts))


def products(path: Path) -> Iterator[Page]:
    """Yield products: price, number and brand must stay."""
    for row in json_lines(path):
        page = _page(row, "zyte-products", _site(row), page_type="product")
        parts = [Part(name, text) for name in FACTS for text in row["truth"].get(name) or () if tokens(text)]
        yield page.with_parts(_standing(page, parts))


def leogao(path: Path) -> Iterator[Page]:
    """Yield pages of forums and news with hand-made gold text."""
    for row in json_lines(path):
        site = "-".join(row["id"].split("/", 1)[1].split("-")[:2])
        kind = site.split("-")[0]
        yield _page(
            row, "leogao-htmltotext", f"leogao:{site}", language=row["lang"], page_type=kind, gold=row["gold"]
        )


def formasaurus(path: Path) -> Iterator[Page]:
    """Yield pages with known forms, and nothing known about their text."""
    for row in json_lines(path):
        yield _page(row, "formasaurus-non-english", _site(row), language=row["lang"] or UNKNOWN)


def woocommerce(path: Path) -> Iterator[Page]:
    """Yield the pages of one shop."""
    name = path.name.split(".")[0].replace("_", "-")
    for row in json_lines(path):
        yield _page(row, name, row["id"].split("/", 1)[0], language=row["lang"], page_type="shop")
