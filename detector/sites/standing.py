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
# Folders of listings. Those of authors have one part below them; folders named `archive` often hold articles.
LISTINGS: Final = frozenset({"tag", "tags", "category", "categories", "label", "labels"})
AUTHORS: Final = frozenset({"author", "authors"})
# Lists of all tags, at most one folder deep.
ALL: Final = frozenset({"tags", "categories", "labels", "authors"})
# The last part of a path has fewer hyphens, unless it is the title of an article.
TITLE_HYPHENS: Final = 3
# Later pages of a listing; higher numbers are those of articles.
LAST_PAGE: Final = 50
# The paths of the first page of a site, without the ending of a file.
HOMES: Final = frozenset({"", "/index", "/home"})
# Archives, months, and second pages. Without the ending of a file.
LISTING_PATH: Final = re.compile(
    r"(.*/)?archives?|.*/page[/-]?\d+"
    r"|/((blog|news|archives?)/)?(19|20)\d\d([/-](0[1-9]|1[0-2])([/-][0-3]\d)?)?"
)
ENDING: Final = re.compile(r"\.(x?html?|s?html|php|aspx?|jsp)$")
# The first and the last folder of a version, parameters, and the first label of a host.
FIRST: Final = frozenset({"amp", "printable"})
LAST: Final = frozenset({"amp", "print", "printable"})
PARAMETERS: Final = LAST | {"mobile"}
HOSTS: Final = PARAMETERS | {"m"}


def standing_of(url: str | None, html: str | None = None) -> float:
    """Return a number for a page: higher for originals, 0 if its address says nothing.

    url: its address; html: the page, if it is HTML, for its canonical link
    """
    canonical = canonical_of(html) if html is not None else None
    address = canonical if url is None else url
    if address is None:
        return 0.0
    try:
        there = _Address.of(address)
        if there.is_route or (url is None and there.is_home()):
            return 0.0
        own = None if url is None or canonical is None else _is_own(url, urljoin(url, canonical), there)
        is_version = own is False or there.is_version()
        return LISTING * there.is_listing() + VERSION * is_version + ITSELF * (own is True)
    except ValueError:  # not a URL
        return 0.0


def _is_own(url: str, canonical: str, address: "_Address") -> bool | None:
    """Tell whether a canonical link is to the page itself; None if it says nothing.

    Some sites have a link to their first page on every page.
    """
    if url == canonical:
        return True
    if not address.is_home() and _Address.of(canonical).is_home():
        return None
    return _same(url, canonical)


def _same(one: str, two: str) -> bool:
    """Tell whether two URLs are of one page.

    They may differ in scheme, `www.`, default port, last slash, fragment and the order of parameters. If the
    first has no host, its path decides; it may also begin with a host, as in `valley.example/flood`.
    """
    ours, others = urlsplit(one), urlsplit(two)
    if ours.query != others.query and _parameters(ours.query) != _parameters(others.query):
        return False
    path, there, host = _path(ours.path), _path(others.path), _host(others.netloc)
    if ours.netloc:
        return path == there and _host(ours.netloc) == host
    if not host:
        return path.endswith(there)
    first, _, rest = path[1:].partition("/")
    return path == there or (_host(first) == host and f"/{rest}".rstrip("/") == there)


def _parameters(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query, keep_blank_values=True))


def _path(path: str) -> str:
    path = "/" + unquote(path).strip("/")
    return "" if path == "/" or ENDING.sub("", path.lower()) in HOMES else path


def _host(netloc: str) -> str:
    """Return a host in ASCII, without `www.` and a default port."""
    host = netloc.lower().rpartition("@")[2].removesuffix(":443").removesuffix(":80").removeprefix("www.")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


class _Address(NamedTuple):
    """A URL: its host, the path in lower case without the ending of its file, and the query.

    is_file: whether the path has the ending of a file
    is_route: whether the page is named by the fragment, as in `/#!/story/42`
    """

    host: str
    path: str
    query: dict[str, str]
    is_file: bool
    is_route: bool

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the parts of a URL; raises `ValueError` if it is none."""
        parts = urlsplit(url)
        whole = unquote(parts.path).lower().rstrip("/")
        path = ENDING.sub("", whole)
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {}
        return cls(parts.netloc.lower(), path, query, path != whole, parts.fragment.startswith(("/", "!")))

    def is_home(self) -> bool:
        """Tell whether it is the address of the first page of a site."""
        return not self.query and self.path in HOMES

    def is_version(self) -> bool:
        """Tell whether it is the address of an AMP, mobile or print version."""
        if self.query and (not PARAMETERS.isdisjoint(self.query) or self.query.get("outputType") == "amp"):
            return True
        labels, folders = self.host.split("."), self.path.split("/")[1:]
        if labels[0] in HOSTS and len(labels) > 2:
            return True
        is_one = len(folders) > 1 and (folders[0] in FIRST or folders[-1] in LAST)
        return is_one and "wiki" not in folders

    def is_listing(self) -> bool:
        """Tell whether it is the address of a listing."""
        if self.query:
            return self._is_later_page() or self._is_below_listing()
        if self.path in HOMES:
            return True
        return self._is_below_listing() or (
            LISTING_PATH.fullmatch(self.path) is not None and "/wiki/" not in self.path
        )

    def _is_later_page(self) -> bool:
        second = next((self.query[name] for name in ("page", "paged") if name in self.query), "")
        if not second.isdecimal() or not 1 < int(second) <= LAST_PAGE:
            return False
        return len(self.query) > 1 or self.path.rpartition("/")[2] not in ("", "index")

    def _is_below_listing(self) -> bool:
        """Tell whether a folder of the path is one of listings, and the last part is no article."""
        *folders, last = self.path.split("/")
        if "wiki" in folders:
            return False
        if last in ALL:
            return len(folders) <= 2
        if self.is_file or last.count("-") >= TITLE_HYPHENS:
            return False
        return not LISTINGS.isdisjoint(folders) or (bool(folders) and folders[-1] in AUTHORS)
