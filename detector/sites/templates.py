"""How many templates a site has: pages of one template share most of their recurring lines.

A redesigned site, or one whose shop and blog look different, has several. Then the shares over all pages
underestimate each of them, so `features/site` also uses relative shares.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers
from detector.sites.recurrence import LineCounts, is_named, pruned

# A line recurs if it is on at least two pages, and on this share of them.
RECURS: Final = 0.05
# Pages have the same template if they share half of the recurring lines of the page with fewer.
SHARED: Final = 0.5
# The least pages of a template, and their least share. Others are odd pages.
LEAST_PAGES: Final = 2
LEAST_SHARE: Final = 0.1


class Sampled(NamedTuple):
    """A sampled page.

    own: the hash of its lines; key: int64, ascending, the keys of its lines and its runs of words
    address: the site that it names as its own; name: what to call it, empty if unknown
    """

    own: int
    key: Integers
    address: str | None
    name: str


class Template(NamedTuple):
    """Pages that look alike.

    page: int64, their numbers; lines: bool (K,), the recurring lines that are on half of them
    """

    page: Integers
    lines: NDArray[np.bool_]


def recurring_lines(counts: LineCounts) -> Integers:
    """Return int64, ascending: the keys of the recurring lines of a site.

    Without masked names: lines of different sites may differ in names only.
    """
    key = pruned(counts, max(2, round(RECURS * int(counts.site_pages.sum())))).key
    return key[~is_named(key)]


def _has(pages: Sequence[Sampled], recurring: Integers) -> NDArray[np.float32]:
    """Return float32 (P, K): 1 if the page has the recurring line."""
    has = np.zeros((len(pages), recurring.size), np.float32)
    for number, page in enumerate(pages):
        has[number] = np.isin(recurring, page.key)
    return has


def templates_of(pages: Sequence[Sampled], recurring: Integers) -> list[Template]:
    """Return the templates, the most frequent first. A page without recurring lines has its own template.

    recurring: the keys, ascending, of recurring lines
    """
    has = _has(pages, recurring)
    size = has.sum(axis=1)
    linked = (has @ has.T >= SHARED * np.minimum(size[:, None], size)) & (size[:, None] > 0) & (size > 0)
    group = np.arange(len(pages))
    for number in range(len(pages)):
        joined = np.unique(group[linked[number]])
        if joined.size:
            group[np.isin(group, joined)] = joined[0]
    found = [np.flatnonzero(group == one) for one in np.unique(group)]
    return [
        Template(page, has[page].mean(axis=0) >= SHARED)
        for page in sorted(found, key=lambda page: -page.size)
    ]


def sizes_of(templates: Sequence[Template], pages: int) -> tuple[int, ...]:
    """Return the number of pages of each template, without odd pages and pages without recurring lines."""
    least = max(LEAST_PAGES, LEAST_SHARE * pages)
    return tuple(one.page.size for one in templates if one.page.size >= least)
