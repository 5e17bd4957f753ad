"""Texts inside longer texts: articles on archive pages, an abstract in its report.

Candidates are found exactly. If at least t of a text's n shingles are in another text, then at least one of
any n - ⌈t n⌉ + 1 of them is. The rarest ones are looked up in all texts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.errors import SettingsError
from detector.near_duplicates.find import sketch_all, with_copies
from detector.near_duplicates.jaccard.shingle_sets import Sets, jaccards, shingle_sets
from detector.near_duplicates.jaccard.verification import PairArrays, together
from detector.near_duplicates.keep_policy import copies_of, twins_of
from detector.near_duplicates.lsh.bands import LEAST_THRESHOLD, bands_for
from detector.near_duplicates.minhash.sketches import Sketches
from detector.near_duplicates.pairs import Duplicates, Pairs
from detector.near_duplicates.texts import HeldTexts, Texts
from detector.near_duplicates.workspace import Workspace
from detector.progress import no_progress
from detector.records import Floats64, Integers
from detector.settings import DuplicateSettings
from detector.text.series import refuse_one

# The number of candidates that are verified together.
TOGETHER: Final = 1 << 20
# Bytes of memory for each shingle of all texts.
SHINGLE_BYTES: Final = 50
# A share is a quotient of doubles; this much less still counts as the threshold.
ROUNDING: Final = 1e-9


class _Postings(NamedTuple):
    """Which texts have each shingle.

    text: int64 (shingles of all texts,), ordered by shingle, then by rank
    first, end: int64 (shingles of all texts,), for each shingle in the order of the sets: where its texts
    begin
        and end
    """

    text: Integers
    first: Integers
    end: Integers


def find_contained(
    texts: Iterable[str], threshold: float = 0.8, *, settings: DuplicateSettings | None = None
) -> Duplicates:
    """Find texts inside longer texts, word for word or nearly.

    The containment of a text in another is the share of its shingles that the other one also has. The longer
    text is kept (the one with more distinct shingles, or the earlier one if they are equal). All shingles are
    held in memory, about 50 bytes each.

    Parameters
    ----------
    texts : iterable of str
        The texts.
    threshold : float
        The least containment, .05 to 1.
    settings : DuplicateSettings, optional
        The size of a shingle and what counts as equal. If more than `max_group` texts share a shingle, only
        the longest of them is compared.

    Returns
    -------
    Duplicates
        As `find_duplicates` returns it. The similarity of a pair is the containment of the shorter text in
        the longer.

    Raises
    ------
    SettingsError
        If the threshold is out of range.
    TypeError
        If a text is not a string.
    """
    refuse_one(texts, "texts")
    if not LEAST_THRESHOLD <= threshold <= 1:
        raise SettingsError(f"containment is from {LEAST_THRESHOLD} to 1, not {threshold}")
    settings = settings or DuplicateSettings()
    source = HeldTexts(list(texts))
    with Workspace(None, settings.memory, {}) as work:
        sketches = sketch_all(source, bands_for(1, 1, 0.5), settings, work, no_progress)
        return contained_among(source, sketches, threshold, settings)


def contained_among(
    texts: Texts, sketches: Sketches, threshold: float, settings: DuplicateSettings, settled: int = 0
) -> Duplicates:
    """Return which of some sketched texts are inside longer ones.

    settled: this many texts at the beginning were compared before, and are kept
    """
    copies = copies_of(sketches.digest, np.arange(len(texts)))
    is_copy = copies.first != np.arange(len(texts))
    sets = _sets(texts, is_copy, settings)
    rank = _rank(np.diff(sets.start)[copies.first])
    pairs = _contained(sets, rank, threshold, settings.max_group)
    pairs = _where(pairs.right >= settled, pairs)
    shorter = np.where(rank[pairs.left] > rank[pairs.right], pairs.left, pairs.right)
    goes = _where(shorter >= settled, pairs)
    found = with_copies(goes, twins_of(goes, rank), copies, ())
    equal = PairArrays(found.pairs.left, found.pairs.right, found.pairs.similarity)
    return replace(found, pairs=Pairs(*together([equal, pairs])))


def _where(which: NDArray[np.bool_], pairs: PairArrays) -> PairArrays:
    """Return some of the pairs."""
    return PairArrays(pairs.left[which], pairs.right[which], pairs.similarity[which])


def _sets(texts: Texts, is_copy: NDArray[np.bool_], settings: DuplicateSettings) -> Sets:
    """Return the shingles of all texts; copies of earlier texts have none."""
    parts = [shingle_sets(spans, settings) for spans in texts.batches(0)]
    keys = np.concatenate([part.keys for part in parts]) if parts else np.zeros(0, np.uint64)
    sizes = np.concatenate([np.diff(part.start) for part in parts]) if parts else np.zeros(0, np.int64)
    own = ~np.repeat(is_copy, sizes)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.where(is_copy, 0, sizes))])
    return Sets(keys[own], start)


def _rank(sizes: Integers) -> Integers:
    """Return the rank of each text in the order in which texts are kept: the longest first."""
    rank = np.empty(sizes.size, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(sizes.size)
    return rank


def _contained(sets: Sets, rank: Integers, threshold: float, most: int) -> PairArrays:
    """Return the pairs in which the longer text contains the shorter one."""
    owner = np.repeat(np.arange(rank.size), np.diff(sets.start))
    postings = _postings(sets, owner, rank)
    found: list[PairArrays] = []
    for part, whole in _candidates(sets, owner, postings, threshold, most):
        longer = rank[whole] < rank[part]
        codes = np.unique(part[longer] << 32 | whole[longer])
        left, right = codes >> 32, codes & 0xFFFFFFFF
        share = containments(left, right, sets)
        is_in = share >= threshold - ROUNDING
        left, right = left[is_in], right[is_in]
        found.append(PairArrays(np.minimum(left, right), np.maximum(left, right), share[is_in]))
    return together(found)


def _postings(sets: Sets, owner: Integers, rank: Integers) -> _Postings:
    order = np.lexsort((rank[owner], sets.keys))
    ordered = sets.keys[order]
    begins = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), ordered[1:] != ordered[:-1]])[: order.size])
    sizes = np.diff(np.append(begins, order.size))
    first = np.empty(order.size, np.int64)
    first[order] = np.repeat(begins, sizes)
    end = np.empty(order.size, np.int64)
    end[order] = np.repeat(begins + sizes, sizes)
    return _Postings(owner[order], first, end)


def _candidates(
    sets: Sets, owner: Integers, postings: _Postings, threshold: float, most: int
) -> Iterator[tuple[Integers, Integers]]:
    """Yield texts, and other texts that have one of their rarest shingles; a pair may be repeated."""
    number = postings.end - postings.first
    looked_up = rarest(sets, owner, number, threshold)
    first, number = postings.first[looked_up], np.minimum(number[looked_up], most)
    for owners, places in in_parts(owner[looked_up], first, number):
        yield owners, postings.text[places]


def rarest(sets: Sets, owner: Integers, texts: Integers, threshold: float) -> Integers:
    """Return the positions of each text's rarest shingles.

    Any text that contains the text has at least one of them.

    owner: int64, the text of each shingle; texts: int64, the number of texts that have it
    """
    sizes = np.diff(sets.start)
    enough = sizes - np.ceil(threshold * sizes - ROUNDING).astype(np.int64) + 1
    by_rarity = np.lexsort((texts, owner))
    place = np.arange(owner.size) - sets.start[owner]
    chosen: Integers = by_rarity[place < enough[owner]]
    return chosen


def in_parts(owner: Integers, first: Integers, number: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Yield each owner once for every position from `first` on, `number` of them, in bounded chunks."""
    behind = np.cumsum(number)
    start = 0
    while start < owner.size:
        before = int(behind[start - 1]) if start else 0
        end = max(int(np.searchsorted(behind, before + TOGETHER)), start + 1)
        some = number[start:end]
        within = np.arange(int(some.sum())) - np.repeat(np.cumsum(some) - some, some)
        yield np.repeat(owner[start:end], some), np.repeat(first[start:end], some) + within
        start = end


def containments(part: Integers, whole: Integers, sets: Sets) -> Floats64:
    """Return the share of the first text's shingles that the second one has, from exact similarities."""
    size, other = (sets.start[side + 1] - sets.start[side] for side in (part, whole))
    jaccard = jaccards(part, whole, sets, 0.0)
    shared: Floats64 = np.rint(jaccard * (size + other) / (1 + jaccard))
    return shared / size
