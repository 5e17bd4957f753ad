"""What the address of a page says about whether it is the original of a text.

https://valley.example/2024/flood           its canonical link is itself: an original
https://amp.valley.example/2024/flood       an AMP, mobile or print version; so is any page whose canonical
                                            link is another page
https://valley.example/tag/harbour          a listing, like /category/x, /author/x, /2024/05 and /page/2
"""

import re
from typing import Final, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from detector.sites.addresses import canonical_of

# Added up for a page; of two near-duplicates, the page with the higher sum stays.
ITSELF: Final = 0.25
VERSION: Final = -1.0
LISTING: Final = -2.0
# A page with this number or a lower one is a listing.
IS_LISTING: Final = LISTING + ITSELF
# Folders of listings, and of versions if they are the first or the last. Folders named `archive` often hold
# articles.
LISTINGS: Final = frozenset({"tag", "tags", "category", "categories", "author", "authors", "label", "labels"})
VERSIONS: Final = frozenset({"amp", "mobile", "print", "printable"})
# The first label of a host.
VERSION_HOSTS: Final = VERSIONS | {"m"}
# The first page of a site, archives, months, and second pages. Without the ending of a file.
LISTING_PATH: Final = re.compile(
    r"(/(index|home))?|(.*/)?archives?|.*/page[/-]?\d+"
    r"|/((blog|news|archives?)/)?(19|20)\d\d([/-](0[1-9]|1[0-2])([/-][0-3]\d)?)?"
)
ENDING: Final = re.compile(r"\.(x?html?|s?html|php|aspx?|jsp)$")


def standing_of(url: str | None, html: str | None = None) -> float:
    """Return a number for a page: higher for originals, 0 if its address says nothing.

    url: its address; html: the page, if it is HTML, for its canonical link
    """
    canonical = canonical_of(html) if html is not None else None
    address = canonical if url is None else url
    if address is None:
        return 0.0
    try:
        own = None if url is None or canonical is None else _same(url, urljoin(url, canonical))
        there = _Address.of(address)
        is_version = own is False or there.is_version()
        return LISTING * there.is_listing() + VERSION * is_version + ITSELF * (own is True)
    except ValueError:  # not a URL
        return 0.0


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _same(one: str, two: str) -> bool:
    """Tell whether two URLs are of one page: they may differ in scheme, `www.`, last slash and fragment."""
    ours, others = urlsplit(one), urlsplit(two)
    return (_host(ours.netloc), unquote(ours.path).rstrip("/"), ours.query) == (
        _host(others.netloc), unquote(others.path).rstrip("/"), others.query
    )  # fmt: skip


class _Address(NamedTuple):
    """A URL: its host, the path in lower case without the ending of its file, and the query."""

    host: str
    path: str
    query: dict[str, str]

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the parts of a URL; raises `ValueError` if it is none."""
        parts = urlsplit(url)
        path = ENDING.sub("", unquote(parts.path).lower().rstrip("/"))
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}
        return cls(parts.netloc.lower(), path, query)

    def is_version(self) -> bool:
        """Tell whether it is the address of an AMP, mobile or print version."""
        folders = self.path.split("/")[1:]
        is_one = not VERSIONS.isdisjoint({*folders[:1], *folders[-1:], *self.query})
        return is_one or self.query.get("outputType") == "amp" or self.host.split(".")[0] in VERSION_HOSTS

    def is_listing(self) -> bool:
        """Tell whether it is the address of a listing."""
        second = next((self.query[name] for name in ("page", "paged") if name in self.query), "")
        if (second.isdecimal() and int(second) > 1) or not LISTINGS.isdisjoint(self.path.split("/")):
            return True
        return not self.query and LISTING_PATH.fullmatch(self.path) is not None
