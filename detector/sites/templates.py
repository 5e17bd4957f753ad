"""How many templates a site has: pages that share most of their recurring lines are of one.

A site that was redesigned, or whose shop and blog look different, has several; shares over
all its pages then understate each of them (`evidence/site` looks at relative shares too).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers
from detector.sites.recurrence import LineCounts, pruned

# A line recurs if it stands on two pages at least, and on this share of them.
RECURS: Final = 0.05
# Pages are of one template if they share half of the recurring lines of the one with fewer.
SHARED: Final = 0.5
# A template has so many pages at least, and this share of them: others are odd pages.
LEAST_PAGES: Final = 2
LEAST_SHARE: Final = 0.1


class Sampled(NamedTuple):
    """A page that was looked at.

    own: the hash of its lines; key: int64, rising, the keys of its lines, and of its runs of words
    address: the site that it says it is of; name: what to call it, empty if not known any more
    """

    own: int
    key: Integers
    address: str | None
    name: str


class Template(NamedTuple):
    """Pages that look alike.

    page: int64, their numbers; lines: bool (K,), the recurring lines that stand on half of them
    """

    page: Integers
    lines: NDArray[np.bool_]


def recurring_lines(counts: LineCounts) -> Integers:
    """Return int64, rising: the keys of a site's lines that recur."""
    return pruned(counts, max(2, round(RECURS * int(counts.site_pages.sum())))).key


def _has(pages: Sequence[Sampled], recurring: Integers) -> NDArray[np.float32]:
    """Return float32 (P, K): 1 where a page has a recurring line."""
    has = np.zeros((len(pages), recurring.size), np.float32)
    for number, page in enumerate(pages):
        has[number] = np.isin(recurring, page.key)
    return has


def templates_of(pages: Sequence[Sampled], recurring: Integers) -> list[Template]:
    """Return the templates, the one of the most pages first; a page without recurring lines stands alone.

    recurring: the keys, rising, of lines that recur
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
    """Return how many pages each template has, without odd pages and pages in which nothing recurs."""
    least = max(LEAST_PAGES, LEAST_SHARE * pages)
    return tuple(one.page.size for one in templates if one.page.size >= least)
