"""Pages of several sites make no profile: they are refused, unless they are a redesigned site.

Two sites differ in their templates and in the addresses that their pages name. Pages with the same address
are of one site, whatever they look like. So are pages that look alike, whatever they name (a syndicated
article names another newspaper). Without addresses, as in text, two large groups that share hardly any lines
are two sites. Of 1,160 samples of pages from 39 sites, none was refused; of pairs of these sites, 98 % were.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from detector.errors import PageError
from detector.records import Integers
from detector.sites.templates import Sampled, Template, templates_of

# What a group needs to count as a site, if no address is known.
LEAST_PAGES: Final = 3
LEAST_SHARE: Final = 0.2
LEAST_LINES: Final = 5
# Two sites share at most this part of the lines of the smaller one ("Home", "Contact").
SHARED: Final = 0.2
# The most sites to name in an error.
NAMED: Final = 5


class Site(NamedTuple):
    """The numbers of pages that name the same address, or look like pages that do."""

    addresses: set[str]
    page: list[int]


def _by_address(pages: Sequence[Sampled], templates: Sequence[Template]) -> list[Site]:
    """Return the sites of pages that name one. Pages that look alike are one site, whatever they name."""
    sites: list[Site] = []
    for template in templates:
        numbers = template.page.tolist()
        said = {address for number in numbers if (address := pages[number].address)}
        if said:
            same = [site for site in sites if site.addresses & said]
            joined = Site(said.union(*(site.addresses for site in same)), numbers)
            joined.page.extend(number for site in same for number in site.page)
            sites = [*(site for site in sites if not site.addresses & said), joined]
    return sorted(sites, key=lambda site: -len(site.page))


def _name(site: Site, pages: Sequence[Sampled]) -> str:
    """Return the address that most pages of a site name."""
    said = [pages[number].address for number in site.page]
    return max(sorted(site.addresses), key=said.count)


def _is_apart(one: Template, other: Template, pages: int) -> bool:
    """Tell whether two groups of pages are large, and share hardly any lines."""
    fewer = min(int(one.lines.sum()), int(other.lines.sum()))
    small = min(one.page.size, other.page.size) < max(LEAST_PAGES, LEAST_SHARE * pages)
    return bool(not small and fewer >= LEAST_LINES and np.sum(one.lines & other.lines) <= SHARED * fewer)


def _error(what: str, groups: Sequence[str]) -> PageError:
    more = f" and {len(groups) - NAMED} more" if len(groups) > NAMED else ""
    return PageError(
        f"these pages {what} {len(groups)} sites: {'; '.join(groups[:NAMED])}{more}. Make a profile of "
        "each. If they are one site, redesigned or under two addresses, say --redesigned (in Python "
        "redesigned=True)"
    )


def refuse_several_sites(pages: Sequence[Sampled], recurring: Integers) -> None:
    """Raise `PageError` if pages belong to several sites. It names a page of each.

    recurring: the keys, ascending, of lines that recur on the pages
    """

    def some(numbers: Sequence[int]) -> str:
        example = min(pages[number].name for number in numbers) or "learned before"
        return f"{len(numbers)} page{'s' * (len(numbers) > 1)}, such as {example}"

    templates = templates_of(pages, recurring)
    sites = _by_address(pages, templates)
    if len(sites) > 1:
        named = [f"{_name(site, pages)} ({some(site.page)})" for site in sites]
        raise _error("say that they are of", named)
    known = {number for site in sites for number in site.page}
    for one, other in combinations(templates, 2):
        same = one.page[0] in known and other.page[0] in known
        if not same and _is_apart(one, other, len(pages)):
            groups = [some(template.page.tolist()) for template in (one, other)]
            raise _error("share hardly a line, as if they were of", groups)
