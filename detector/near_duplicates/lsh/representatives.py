"""Groups that are too large to compare every pair: each member is linked to a representative.

A representative is the member that the keep policy would keep. Members that do not match it choose another
one among themselves, so a false candidate at the front hides no other text. If the representative itself is
removed in favour of a text elsewhere, its members are compared with that text, and those that do not match it
choose again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.near_duplicates.jaccard.verification import PairArrays, Verifier, together
from detector.records import Floats64, Integers

# The most representatives that are tried in one bucket, and how many are tried together. The texts that
# remain share a band but do not match, like pages of one template.
REPRESENTATIVES: Final = (1, 7, 24)
# The number of pairs that are compared to estimate the pairs of a group, with a standard error of 2 %.
SAMPLE: Final = 500
SEED: Final = 1


@dataclass
class Links:
    """The representative that each text of a large group is linked to.

    to: int64 (n,), a position, or -1; rank: int64 (n,), the order of the keep policy
    """

    to: Integers
    rank: Integers

    def unlinked(self, members: Integers) -> Integers:
        """Return the members without a representative, including the representatives themselves."""
        return members[self.to[members] < 0]


def _follow(heads: Integers, pairs: PairArrays, links: Links) -> None:
    """Link each text to the first of the representatives that it matches.

    A linked representative represents no text.
    """
    for head in heads.tolist():
        if links.to[head] < 0:
            ours = (pairs.left == head) | (pairs.right == head)
            matched = np.where(pairs.left[ours] == head, pairs.right[ours], pairs.left[ours])
            links.to[links.unlinked(matched)] = head


def link(members: Integers, links: Links, verifier: Verifier, most: int) -> PairArrays:
    """Link the members of a large bucket that are not linked yet; return the pairs that were found."""
    left = links.unlinked(members)
    left = left[np.argsort(links.rank[left])]
    found = []
    for count in REPRESENTATIVES:
        if left.size < 2:
            break
        heads = left[:count]
        one, two = np.nonzero(np.arange(heads.size)[:, None] < np.arange(left.size))
        pairs = verifier.pairs(heads[one], left[two])
        if not pairs.left.size and left.size <= most:
            break
        _follow(heads, pairs, links)
        left = links.unlinked(left[count:])
        found.append(pairs)
    if 1 < left.size <= most:
        found.append(verifier.pairs(*every_pair(left)))
    return together(found)


def second_round(keeper: Integers, links: Links, verifier: Verifier, most: int) -> PairArrays:
    """Return new pairs for members whose representative was removed, and that have no kept near-duplicate.

    keeper: int64 (n,), the kept near-duplicate of each text, or the text itself if it is kept
    """
    representative = links.to
    linked = np.flatnonzero(representative >= 0)
    failed = keeper[representative[linked]] != representative[linked]
    orphans = linked[failed & (keeper[linked] == linked)]
    if not orphans.size:
        return together([])
    links_of = representative[orphans]
    found = [verifier.pairs(orphans, keeper[links_of])]
    matched = np.union1d(found[0].left, found[0].right)
    left = ~np.isin(orphans, matched)
    orphans, links_of = orphans[left], links_of[left]
    links.to[orphans] = -1
    for one in np.unique(links_of).tolist():
        found.append(link(orphans[links_of == one], links, verifier, most))
    return together(found)


def every_pair(members: Integers) -> tuple[Integers, Integers]:
    """Return all pairs of some texts, left and right."""
    one, two = np.triu_indices(members.size, 1)
    return members[one], members[two]


def groups_of(links: Links) -> list[Integers]:
    """Return the members of every large group, with the representative first."""
    members = np.flatnonzero(links.to >= 0)
    if not members.size:
        return []
    root = links.to[members]
    while (linked := links.to[root] >= 0).any():  # a representative may be a member of another group
        root = np.where(linked, links.to[root], root)
    order = np.lexsort((members, root))
    root, members = root[order], members[order]
    border = np.flatnonzero(root[1:] != root[:-1]) + 1
    return [
        np.concatenate([part_root[:1], part])
        for part_root, part in zip(np.split(root, border), np.split(members, border), strict=True)
    ]


def estimated_pairs(members: Integers, compare: Callable[[Integers, Integers], Floats64]) -> int:
    """Return the estimated number of pairs of a group at or above the threshold, from a seeded sample."""
    every = members.size * (members.size - 1) // 2
    draw = np.random.default_rng(SEED)
    one = draw.integers(0, members.size, SAMPLE)
    two = (one + draw.integers(1, members.size, SAMPLE)) % members.size
    left, right = every_pair(members) if every <= SAMPLE else (members[one], members[two])
    alike: NDArray[np.bool_] = compare(left, right) >= 0
    return round(float(alike.mean()) * every)
