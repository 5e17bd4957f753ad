"""Finds pages of different sites with the same text, which must not be on both sides of a split.

Exact Jaccard similarity of 5-word shingles. Candidates share at least one rare shingle of a fixed quarter of
all shingles. A pair above the threshold without one is practically impossible.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.measures.metrics import tokens

Shingles = NDArray[np.uint64]

WORDS: Final = 5
THRESHOLD: Final = 0.5
# Shorter texts are similar by accident: cookie walls, error pages.
LEAST_SHINGLES: Final = 40
SAMPLED: Final = np.uint64(4)
# A shingle in more documents than this is a phrase of a template or a licence.
RARE: Final = 60


class Document(NamedTuple):
    """A text of a page. kind: "gold" or "visible"; shingles: sorted and unique."""

    page: str
    domain: str
    kind: str
    shingles: Shingles


@dataclass
class Vocabulary:
    """Numbers for words, in the order of their first occurrence."""

    numbers: dict[str, int] = field(default_factory=dict)

    def shingles(self, text: str) -> Shingles:
        """Return the sorted hashes of a text's 5-word shingles."""
        words = np.array(
            [self.numbers.setdefault(word, len(self.numbers) + 1) for word in tokens(text)], np.uint64
        )
        if words.size < WORDS:
            return np.zeros(0, np.uint64)
        count, hashes = words.size - WORDS + 1, np.zeros(words.size - WORDS + 1, np.uint64)
        for at in range(WORDS):
            hashes = (hashes ^ words[at : at + count]) * np.uint64(0x9E3779B97F4A7C15)
            hashes ^= hashes >> np.uint64(29)
        return np.unique(hashes)


def _candidates(documents: Sequence[Document]) -> Iterator[tuple[int, int]]:
    """Yield pairs of documents of different domains that share a rare sampled shingle."""
    chosen = [document.shingles[document.shingles % SAMPLED == 0] for document in documents]
    owner = np.repeat(np.arange(len(documents)), [part.size for part in chosen])
    every = np.concatenate(chosen)
    order = np.argsort(every, kind="stable")
    owner = owner[order]
    _, start, size = np.unique(every[order], return_index=True, return_counts=True)
    seen: set[tuple[int, int]] = set()
    for first, count in zip(start[size > 1].tolist(), size[size > 1].tolist(), strict=True):
        if count > RARE:
            continue
        for pair in combinations(sorted(owner[first : first + count].tolist()), 2):
            if pair not in seen and documents[pair[0]].domain != documents[pair[1]].domain:
                seen.add(pair)
                yield pair


def likeness(left: Document, right: Document) -> float:
    """Return the Jaccard similarity of two texts of a kind, or the share of a gold text in a page."""
    shared = np.intersect1d(left.shingles, right.shingles, assume_unique=True).size
    if left.kind == right.kind:
        return shared / max(left.shingles.size + right.shingles.size - shared, 1)
    gold = left if left.kind == "gold" else right
    return shared / max(gold.shingles.size, 1)


class NearPair(NamedTuple):
    """Two pages of different domains with nearly the same text."""

    left: str
    right: str
    domains: tuple[str, str]
    likeness: float


def near_pairs(documents: Iterable[Document]) -> list[NearPair]:
    """Return the similar pairs of pages of different domains, with their most similar text."""
    long = [document for document in documents if document.shingles.size >= LEAST_SHINGLES]
    best: dict[tuple[str, str], NearPair] = {}
    for first, second in _candidates(long) if long else ():
        left, right = sorted((long[first], long[second]), key=lambda document: document.page)
        alike = likeness(left, right)
        key = (left.page, right.page)
        if alike >= THRESHOLD and (key not in best or best[key].likeness < alike):
            best[key] = NearPair(*key, (left.domain, right.domain), alike)
    return [best[key] for key in sorted(best)]
