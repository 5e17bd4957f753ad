"""What the address of a page says about whether it is the original of a text.

https://valley.example/2024/flood           its canonical link is itself: an original
https://amp.valley.example/2024/flood       an AMP, mobile or print version; so is any page whose canonical
                                            link is another page
https://valley.example/tag/harbour          a listing, like /category/x, /author/x, /2024/05 and /page/2
"""

import re
from typing import Final
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
    try:
        if url is None:
            return 0.0 if canonical is None else _by_address(canonical)
        if canonical is None:
            return _by_address(url)
        if _same(url, urljoin(url, canonical)):
            return _by_address(url) + ITSELF
        return min(_by_address(url), VERSION)
    except ValueError:  # not a URL
        return 0.0


def _path(path: str) -> str:
    """Return a path in lower case, without the ending of its file and without a slash at its end."""
    return ENDING.sub("", unquote(path).lower().rstrip("/"))


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _same(one: str, two: str) -> bool:
    """Tell whether two URLs are of one page: they may differ in scheme, `www.`, last slash and fragment."""
    ours, others = urlsplit(one), urlsplit(two)
    return (_host(ours.netloc), unquote(ours.path).rstrip("/"), ours.query) == (
        _host(others.netloc), unquote(others.path).rstrip("/"), others.query
    )  # fmt: skip


def _by_address(url: str) -> float:
    """Return `LISTING`, `VERSION` or 0."""
    parts = urlsplit(url)
    path, query = _path(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
    folders = path.split("/")[1:]
    second = next((query[name] for name in ("page", "paged") if name in query), "")
    if second.isdecimal() and int(second) > 1:
        return LISTING
    if (not query and LISTING_PATH.fullmatch(path)) or not LISTINGS.isdisjoint(folders):
        return LISTING
    if not VERSIONS.isdisjoint({*folders[:1], *folders[-1:], *query}) or query.get("outputType") == "amp":
        return VERSION
    return VERSION if parts.netloc.lower().split(".")[0] in VERSION_HOSTS else 0.0
