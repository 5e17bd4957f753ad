"""The order of originals: of several pages with a passage, the first one in this order is its original.

Listings are last (by their address, or with the headlines of two other pages), then kinds of pages other than
articles, then pages with a long clean text. Up to four pages that begin with the same headline are versions
of one page (a listing only of another listing): they take the place of the first of them, and the longest is
the original of the others. A headline of more pages is the name of a section ("Press release of the police").
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.corpus.run_folder import read_array
from detector.corpus.run_spec import RunSpec
from detector.corpus.steps.clean import CleanPages
from detector.corpus.steps.kept_lines import LEAST_LINE_WORDS, LEAST_WORDS, KeptLines
from detector.corpus.steps.near_duplicates import ARTICLE
from detector.records import Integers
from detector.sites.standing import IS_LISTING
from detector.text.keys import NO_WORDS

# A page with so many headlines of other pages below its own is a listing.
LISTED: Final = 2
# The most versions of a page.
VERSIONS: Final = 4
NO_GROUP: Final = -1


def headlines(lines: KeptLines, stays: NDArray[np.bool_]) -> Integers:
    """Return int64 (D,): the key of the first kept line of each document of a shard, or `NO_WORDS`.

    stays: whether a document is kept; the others have no headline
    """
    found = np.full(stays.size, NO_WORDS, np.int64)
    order = np.lexsort((lines.segment, lines.page))[::-1]
    found[lines.page[order]] = lines.key[order]  # the first line is written last
    found[~stays] = NO_WORDS
    return found


def headlines_listed(lines: KeptLines, documents: int, known: Integers) -> Integers:
    """Return int64 (D,): the number of headlines of other pages that each document of a shard has.

    known: all headlines, ascending
    """
    own = headlines(lines, np.ones(documents, np.bool_))
    here = np.flatnonzero(np.isin(lines.key, known) & (lines.key != own[lines.page]))
    rows = np.unique(np.column_stack((lines.page[here], lines.key[here])), axis=0)
    return np.bincount(rows[:, 0], minlength=documents)


def versions(headline: Integers, is_listing: NDArray[np.bool_]) -> Integers:
    """Return int64 (D,): a number for the versions of one page, or `NO_GROUP` for pages without any.

    headline: `headlines`
    """
    _, group = np.unique(headline, return_inverse=True)
    group = 2 * group.astype(np.int64) + is_listing
    pages = np.bincount(group, minlength=1)[group]
    group[(headline == NO_WORDS) | (pages == 1) | (pages > VERSIONS)] = NO_GROUP
    return group


def digests(lines: Integers) -> Integers:
    """Return int64 (N, 2): group and member of pages with passages of two others that share no lines.

    Such a page is a listing of two articles with the same headline.
    lines: int64 (L, 4), the group, member (0 to 3), key and words of each line below the headlines
    """
    group, key, member, words = np.unique(lines[:, [0, 2, 1, 3]], axis=0).T
    names, place = np.unique(group, return_inverse=True)
    shared = np.zeros((names.size, VERSIONS, VERSIONS), np.int64)
    longest = shared.copy()
    for step in range(1, VERSIONS):
        one = np.flatnonzero((group[step:] == group[:-step]) & (key[step:] == key[:-step]))
        for left, right in ((one, one + step), (one + step, one)):
            at = (place[one], member[left], member[right])
            np.add.at(shared, at, words[one])
            np.maximum.at(longest, at, words[one])
    is_passage = (shared >= LEAST_WORDS) & (longest >= LEAST_LINE_WORDS)
    apart = (shared == 0) & ~np.eye(VERSIONS, dtype=np.bool_)
    found, which = np.nonzero(((is_passage @ apart) & is_passage).any(axis=2))
    return np.column_stack((names[found], which))


def ranked(
    is_listing: NDArray[np.bool_], is_other: NDArray[np.bool_], size: Integers, headline: Integers
) -> Integers:
    """Return int64 (D,): the position of each page in the order of originals.

    is_other: whether a page is no article; headline: `headlines`
    """
    place = np.arange(size.size)
    rank = np.empty(size.size, np.int64)
    rank[np.lexsort((place, size, is_other, is_listing))] = place
    group = versions(headline, is_listing)
    several = group != NO_GROUP
    first = np.full(2 * size.size, size.size, np.int64)
    np.minimum.at(first, group[several], rank[several])
    of_group = rank.copy()
    of_group[several] = first[group[several]]
    rank[np.lexsort((place, -size, is_other, is_listing, of_group))] = place
    return rank


def ranks(spec: RunSpec, shards: Sequence[int]) -> Integers:
    """Return int64 (D,): the position of each document in the order of originals, -1 if it is removed."""
    folders, groups = [spec.folder().of("clean", shard) for shard in shards], spec.folder().step("groups")
    first = read_array(groups / "first.npy")
    pages = [CleanPages.load(folder) for folder in folders]
    size = np.concatenate([np.zeros(0, np.int64), *(one.size for one in pages)])
    stays = np.ones(size.size, np.bool_)
    stays[read_array(groups / "removed.npy")[:, 0] - first[0]] = False
    headline, listed = np.zeros(size.size, np.int64), np.zeros(size.size, np.bool_)
    parts = [slice(begin, end) for begin, end in pairwise((first - first[0]).tolist())]
    for folder, part in zip(folders, parts, strict=True):
        headline[part] = headlines(KeptLines.load(folder), stays[part])
    known = np.unique(headline)
    for folder, part, one in zip(folders, parts, pages, strict=True):
        others = headlines_listed(KeptLines.load(folder), one.size.size, known)
        listed[part] = (one.standing <= IS_LISTING) | (others >= LISTED)
    listed[_digests(folders, parts, headline, versions(headline, listed))] = True
    is_other = np.concatenate([np.zeros(0, np.bool_), *(one.verdict != ARTICLE for one in pages)])
    rank = ranked(listed, is_other, size, headline)
    rank[~stays] = -1
    return rank


def _digests(
    folders: Sequence[Path], parts: Sequence[slice], headline: Integers, group: Integers
) -> Integers:
    """Return the documents of shards that are `digests`; parts: the documents of each shard."""
    order = np.argsort(group, kind="stable")
    new = np.diff(group[order], prepend=NO_GROUP - 1) != 0
    member = np.empty(group.size, np.int64)
    member[order] = np.arange(group.size) - np.flatnonzero(new)[np.cumsum(new) - 1]
    rows = [np.zeros((0, 4), np.int64)]
    for folder, part in zip(folders, parts, strict=True):
        lines = KeptLines.load(folder)
        page = lines.page + part.start
        at = np.flatnonzero((group[page] != NO_GROUP) & (lines.key != headline[page]))
        page = page[at]
        rows.append(np.column_stack((group[page], member[page], lines.key[at], lines.words[at])))
    found = digests(np.concatenate(rows))
    first = np.searchsorted(group[order], found[:, 0])
    listings: Integers = order[first + found[:, 1]]
    return listings
