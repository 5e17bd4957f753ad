"""On how many pages of its site each line occurs.

Counts are two sorted tables: lines (a key mixed with that of the site) and sites. They are made for a batch,
merged in any order with the same result, and pruned of lines that do not recur. A line with masked words
(`text/keys`) is counted as it is and by each of its masked keys.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers
from detector.text.keys import NO_WORDS, LineKeys

# With this many pages, what is known about a site is reliable.
SURE_PAGES: Final = 10

# A line belongs to the template if it is on this many other pages of its site, and on this share of them.
LEAST_OF_TEMPLATE: Final = 3
LEAST_SHARE: Final = 0.2

# Kinds of keys: the lowest bits of a line's key on its site.
EXACT: Final = 0
MASKED: Final = 1
NAMED: Final = 2
KIND_BITS: Final = 3


class LineCounts(NamedTuple):
    """The counts of lines on sites.

    key: int64 (K,), ascending: a line of a site (`site_line_key`); pages: int32 (K,), the number of pages
    of the site that have it
    site: int64 (N,), ascending: ids of sites; site_pages: int32 (N,), the number of pages of each
    """

    key: Integers
    pages: NDArray[np.int32]
    site: Integers
    site_pages: NDArray[np.int32]


class Sites(NamedTuple):
    """The site of each page of a batch, and what is known about the sites.

    page_site: int64 (P,), ids of sites
    counted: whether these pages are included in the counts; bool, or bool (P,) for each page
    by_runs: int32 (S, 2), number of other pages that have the runs of words of each segment
    (`sites/word_runs`): runs without numbers, and all runs with numbers masked
    incomplete: whether lines of the site may be missing in the counts
    """

    counts: LineCounts
    page_site: Integers
    counted: bool | NDArray[np.bool_]
    by_runs: NDArray[np.int32] | None = None
    incomplete: bool = False

    def of(self, pages: Sequence[int]) -> "Sites":
        """Return the same for some of the pages, by their numbers. Not for sites with `by_runs`."""
        counted = self.counted if isinstance(self.counted, bool) else self.counted[pages]
        return Sites(self.counts, self.page_site[pages], counted, incomplete=self.incomplete)


NO_COUNTS: Final = LineCounts(
    np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int32)
)


def site_line_key(site: Integers, key: Integers, kind: int = EXACT) -> Integers:
    """Return int64, in the given shape: the key of each line as a line of its site.

    kind: `EXACT`, `MASKED` or `NAMED`, the kind of `key`
    """
    mixed = site.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(32)) ^ key.astype(np.uint64)) * np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(29)
    return ((mixed & ~np.uint64(KIND_BITS)) | np.uint64(kind)).astype(np.int64)


def is_named(key: Integers) -> NDArray[np.bool_]:
    """Tell which keys of lines on sites are of lines with masked names."""
    named: NDArray[np.bool_] = (key & KIND_BITS) == NAMED
    return named


def site_line_keys(site: Integers, keys: LineKeys) -> tuple[Integers, Integers, Integers]:
    """Return the keys of each line as a line of its site: as it is, masked, and with names masked."""
    return (
        site_line_key(site, keys.exact),
        site_line_key(site, keys.masked, MASKED),
        site_line_key(site, keys.named, NAMED),
    )


def counted_keys(site: Integers, keys: LineKeys) -> list[tuple[Integers, NDArray[np.bool_]]]:
    """Return the keys of each line as a line of its site, and where they are counted: bool, of that shape.

    A line without words is not counted, and a masked key only if it differs from the one before.
    """
    counted = (keys.exact != NO_WORDS, keys.masked != keys.exact, keys.named != keys.masked)
    return list(zip(site_line_keys(site, keys), counted, strict=True))


def least_of_template(pages: Integers | NDArray[np.int32] | int) -> NDArray[np.float64]:
    """Return the least number of pages, out of this many other ones, of a line that is template."""
    return np.maximum(LEAST_OF_TEMPLATE, LEAST_SHARE * pages)


def _counted(key: Integers, page: Integers) -> tuple[Integers, NDArray[np.int32]]:
    """Return the distinct keys, ascending, and the number of pages of each. `pages` must be sorted."""
    order = np.argsort(key, kind="stable")
    key, page = key[order], page[order]
    new_key = np.ones(key.size, np.bool_)
    new_key[1:] = key[1:] != key[:-1]
    new_page = new_key.copy()
    new_page[1:] |= page[1:] != page[:-1]
    pages = np.bincount(np.cumsum(new_key)[new_page] - 1, minlength=int(new_key.sum()))
    return key[new_key], pages.astype(np.int32)


def count_lines(keys: LineKeys, page_segment: Integers, page_site: Integers) -> LineCounts:
    """Return the counts of a batch.

    page_segment: int64 (P + 1,), first segment of each page; page_site: int64 (P,), ids of sites
    """
    page = np.repeat(np.arange(page_site.size), np.diff(page_segment))
    site = page_site[page]
    parts = [_counted(key[chosen], page[chosen]) for key, chosen in counted_keys(site, keys)]
    sites, site_pages = np.unique(page_site, return_counts=True)
    key, pages = (np.concatenate(column) for column in zip(*parts, strict=True))
    return LineCounts(*summed(key, pages), sites, site_pages.astype(np.int32))


def summed(key: Integers, count: NDArray[np.int32]) -> tuple[Integers, NDArray[np.int32]]:
    """Return the distinct keys, ascending, and the sums of their counts."""
    order = np.argsort(key, kind="stable")
    key, count = key[order], count[order]
    first = np.flatnonzero(np.concatenate((np.ones(min(key.size, 1), np.bool_), key[1:] != key[:-1])))
    return key[first], np.add.reduceat(count, first).astype(np.int32) if key.size else count


def merge(counts: Sequence[LineCounts]) -> LineCounts:
    """Return the sum of the counts of different pages. The result is the same in any order."""
    if not counts:
        return NO_COUNTS
    lines = summed(
        np.concatenate([part.key for part in counts]), np.concatenate([part.pages for part in counts])
    )
    sites = summed(
        np.concatenate([part.site for part in counts]), np.concatenate([part.site_pages for part in counts])
    )
    return LineCounts(*lines, *sites)


def pruned(counts: LineCounts, least_pages: int = 2) -> LineCounts:
    """Return the counts without lines on fewer pages. Sites are unchanged."""
    stay = counts.pages >= least_pages
    return counts._replace(key=counts.key[stay], pages=counts.pages[stay])


def most_frequent(counts: LineCounts, most: int) -> LineCounts:
    """Return the counts of the most frequent lines. Ties are broken by the smaller key."""
    order = np.lexsort((counts.key, -counts.pages.astype(np.int64)))
    stay = np.sort(order[:most])
    return counts._replace(key=counts.key[stay], pages=counts.pages[stay])


def looked_up(keys: Integers, table: Integers, values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the value of each key, 0 for keys that are not in the table."""
    if not table.size:
        return np.zeros(keys.size, np.int32)
    at = np.minimum(np.searchsorted(table, keys), table.size - 1)
    return np.where(table[at] == keys, values[at], np.int32(0))


class LineRecurrence(NamedTuple):
    """On how many pages of its site each segment occurs. All are int32.

    exact, masked: (S,), number of pages with the line, as it is and with numbers and dates masked
    named: (S,), with names masked too, if that makes the line template; otherwise 0
    site_pages: (P,), number of pages of each page's site
    unsure: bool (S,), whether `exact` may be too small: the line is not in the counts as it is, but others
    are missing there too, or it was counted by its runs of words; None if it never is
    """

    exact: NDArray[np.int32]
    masked: NDArray[np.int32]
    named: NDArray[np.int32]
    site_pages: NDArray[np.int32]
    unsure: NDArray[np.bool_] | None = None


def line_recurrence(keys: LineKeys, page_segment: Integers, sites: Sites) -> LineRecurrence:
    """Look up the lines of a batch. A page that is included in the counts is subtracted for its lines."""
    counts, sizes = sites.counts, np.diff(page_segment)
    own_page = np.broadcast_to(sites.counted, sites.page_site.shape).astype(np.int32)
    own, site = np.repeat(own_page, sizes), np.repeat(sites.page_site, sizes)
    exact, masked, named = (
        looked_up(key, counts.key, counts.pages) - own for key in site_line_keys(site, keys)
    )
    # In pruned counts, a masked key may be missing beside the exact one.
    masked = np.maximum(masked, exact)
    words = keys.exact != NO_WORDS
    pages = np.maximum(looked_up(sites.page_site, counts.site, counts.site_pages) - own_page, 0)
    least = np.zeros((keys.exact.size, 2), np.int32) if sites.by_runs is None else sites.by_runs
    unsure = ((exact <= 0) & sites.incomplete) | ((least[:, 1] > 0) & (least[:, 1] >= masked))
    return LineRecurrence(
        np.where(words, np.maximum(exact, least[:, 0]), np.int32(0)),
        np.where(words, np.maximum(masked, least[:, 1]), np.int32(0)),
        of_template(keys, named, np.repeat(pages, sizes)),
        pages,
        unsure,
    )


def of_template(
    keys: LineKeys, named: NDArray[np.int32], pages: NDArray[np.int32] | int
) -> NDArray[np.int32]:
    """Return `named` for lines that are template once their names are masked, 0 for others.

    named: int32 (S,), number of other pages with the line, with names masked; pages: of the site
    """
    is_template = (keys.named != keys.masked) & (named >= least_of_template(pages))
    return np.where(is_template, named, np.int32(0))
