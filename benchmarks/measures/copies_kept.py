"""How many lines of each group of copies are kept; exactly one should be."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class CopiesKept(NamedTuple):
    """Groups of copies of which exactly one line should stay, and how many have one, several or none."""

    groups: int
    one: int
    several: int
    none: int


def copies_kept(groups: Sequence[Sequence[int]], kept: ArrayLike) -> CopiesKept:
    """Count groups of copies by the number of their lines that were kept. groups: rows of `kept`."""
    stays = np.asarray(kept, bool)
    counts = [int(stays[list(group)].sum()) for group in groups]
    one, none = counts.count(1), counts.count(0)
    return CopiesKept(len(counts), one, len(counts) - one - none, none)
