"""The site of a page, by its URL or by its head."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from detector.sites.names import site_of_url
from detector.text.page import Page

# A tag that may have the page's own URL, and its attributes. A tag also ends at the next `<`, and a name is
# matched from its first letter only, so that any page is read in linear time.
TAG: Final = re.compile(r"<(link|meta|base)\s([^<>]*)", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(r"""(?<![\w:-])([\w:-]++)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def _declared(html: str) -> Iterator[tuple[int, str]]:
    """Yield the URLs that a page gives as its own, each with a rank. The lowest rank is the most reliable."""
    for tag in TAG.finditer(html):
        found = {name.lower(): one or two or bare for name, one, two, bare in ATTRIBUTE.findall(tag[2])}
        match tag[1].lower():
            case "link" if "canonical" in found.get("rel", "").lower().split():
                yield 0, _url(found.get("href", ""))
            case "meta" if found.get("property", "").lower() == "og:url":
                yield 1, _url(found.get("content", ""))
            case "base":
                yield 2, _url(found.get("href", ""))


def _url(attribute: str) -> str:
    return unescape(attribute).strip()


def address_of(page: Page) -> str | None:
    """Return the registrable domain of a page's URL, or of one that the page gives as its own, or None."""
    if page.url:
        return site_of_url(page.url)
    if page.format != "html":
        return None
    for _, url in sorted(_declared(page.text), key=lambda found: found[0]):
        site = site_of_url(url) if url.startswith(("http://", "https://", "//")) else None
        if site is not None:
            return site
    return None


def canonical_of(html: str) -> str | None:
    """Return the address that a page gives as its own in `<link rel="canonical">`, as it is written."""
    if "canonical" not in html:
        return None
    return next((url for rank, url in _declared(html) if rank == 0 and url), None)
