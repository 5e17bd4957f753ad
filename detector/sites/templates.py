"""How many templates a site has: pages that share most of their recurring lines are of one.

A site that was redesigned, or whose shop and blog look different, has several; shares over
all its pages then understate each of them (`evidence/site` looks at relative shares too).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.records import Integers

# Pages are of one template if they share half of the recurring lines of the one with fewer.
SHARED: Final = 0.5
# A template has so many pages at least, and this share of them: others are odd pages.
LEAST_PAGES: Final = 2
LEAST_SHARE: Final = 0.1


def _has(pages: Sequence[Integers], recurring: Integers) -> NDArray[np.float32]:
    """Return float32 (P, K): 1 where a page has a recurring line."""
    has = np.zeros((len(pages), recurring.size), np.float32)
    for number, keys in enumerate(pages):
        at = np.minimum(np.searchsorted(recurring, keys), recurring.size - 1)
        has[number, at[recurring[at] == keys]] = 1
    return has


def templates_of(pages: Sequence[Integers], recurring: Integers) -> tuple[int, ...]:
    """Return the number of pages of each template, the largest first.

    pages: the keys of each page's lines; recurring: the keys, rising, of lines that recur
    """
    if not pages or not recurring.size:
        return ()
    has = _has(pages, recurring)
    size = has.sum(axis=1)
    linked = has @ has.T >= SHARED * np.maximum(np.minimum(size[:, None], size), 1)
    group = np.arange(len(pages))
    for number in range(len(pages)):
        joined = np.unique(group[linked[number]])
        if joined.size:
            group[np.isin(group, joined)] = joined[0]
    sizes = np.bincount(group[size > 0], minlength=1)
    least = max(LEAST_PAGES, LEAST_SHARE * len(pages))
    return tuple(sorted((int(number) for number in sizes if number >= least), reverse=True))
