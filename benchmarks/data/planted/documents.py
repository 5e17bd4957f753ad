"""Documents whose pairs have exactly known Jaccard similarities, for the detection of near-duplicates.

    corpus = PlantedDocuments(n=10_000, seed=1)
    corpus.document(17)             # (id, text); any one, without the others
    corpus.documents(0, 1000)       # a range, for streams and shards
    corpus.pairs(least=0.8)         # every pair at or above it, each once

Documents come in families: single ones, pairs, and groups of four made from one text by replaced ends,
scattered words, new beginnings and missing words. Jaccard similarities are spread about evenly over .6 to 1;
the true similarity is counted from the 5-word shingles. Families share no text: two documents of different
families have at most a shingle or two in common, by accident (tested by brute force). Ids are scattered, so
copies are far apart.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from benchmarks.data.planted.sentences import Draw, Language, languages, words, written
from benchmarks.measures.metrics import tokens

SHINGLE_WORDS: Final = 5
# The sizes of the families of 28 consecutive documents.
PATTERN: Final = (*[1] * 8, *[2] * 8, 4)
BLOCK: Final = sum(PATTERN)
FAMILY_OF_PLACE: Final = tuple(family for family, size in enumerate(PATTERN) for _ in range(size))
LEAST_JACCARD: Final = 0.6
PAIR_LEAN: Final = 1.4
# Even for any number of pairs: multiples of the golden ratio spread best.
GOLDEN: Final = (math.sqrt(5) - 1) / 2
# About 2.4 KB of text, as in the first measurements of this project.
LEAST_WORDS: Final = 200
MOST_WORDS: Final = 560
# The words of a sentence. One is too many for a shingle to repeat inside a document because of its layout.
SENTENCE: Final = 11
# Shorter than a shingle: such texts are near-duplicates only if they are equal.
SHORT_EVERY: Final = 10


class Pair(NamedTuple):
    """Two documents, the smaller id first, and their exact Jaccard similarity."""

    left: int
    right: int
    jaccard: float


def shingles(text: str) -> frozenset[str]:
    """Return the shingles of a text: 5 words (or characters, without spaces) joined by a space."""
    parts = tokens(text)
    if len(parts) < SHINGLE_WORDS:
        return frozenset({" ".join(parts)}) if parts else frozenset()
    return frozenset(" ".join(parts[at : at + SHINGLE_WORDS]) for at in range(len(parts) - SHINGLE_WORDS + 1))


def jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    """Return the Jaccard similarity of two sets of shingles; 0 if both are empty."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def _text(language: Language, parts: list[str]) -> str:
    gap = "" if language.joined else " "
    return gap.join(written(language, parts[at : at + SENTENCE]) for at in range(0, len(parts), SENTENCE))


def _ends_replaced(draw: Draw, language: Language, parts: list[str], changed: int) -> list[str]:
    return [*parts[: len(parts) - changed], *words(draw, language, changed)]


def _begins_anew(draw: Draw, language: Language, parts: list[str], changed: int) -> list[str]:
    return [*words(draw, language, changed), *parts[changed:]]


def _scattered(draw: Draw, language: Language, parts: list[str], changed: int) -> list[str]:
    """Replace single words, each of which changes up to five shingles."""
    count = max(changed // SHINGLE_WORDS, 1)
    places = np.linspace(SHINGLE_WORDS, len(parts) - SHINGLE_WORDS - 1, count).astype(int)
    copy = list(parts)
    for place, word in zip(places.tolist(), words(draw, language, count), strict=True):
        copy[place] = word
    return copy


def _left_out(draw: Draw, language: Language, parts: list[str], changed: int) -> list[str]:
    """Leave out a run from the middle. It is longer, because nothing new replaces it."""
    count = len(parts) - SHINGLE_WORDS + 1
    run = round(2 * changed * count / (count + changed))
    first = int(draw.integers(0, max(len(parts) - run, 1)))
    return [*parts[:first], *parts[first + run :]]


CHANGES: Final = (_ends_replaced, _scattered, _begins_anew, _left_out)


def _copy(draw: Draw, language: Language, parts: list[str], wanted: float) -> list[str]:
    """Return a copy with about the wanted Jaccard similarity: of s shingles, s(1-J)/(1+J) change."""
    count = len(parts) - SHINGLE_WORDS + 1
    changed = round(count * (1 - wanted) / (1 + wanted))
    if changed == 0:
        return list(parts)
    return CHANGES[int(draw.integers(0, len(CHANGES)))](draw, language, parts, changed)


@dataclass(frozen=True)
class PlantedDocuments:
    """A corpus of n documents, determined by n and the seed."""

    n: int
    seed: int

    def _place(self, document: int) -> int:
        """Return the position of a document in the sequence of families; the inverse of `_id`."""
        step = _step(self.n, self.seed)
        return (document - self.seed) * pow(step, -1, self.n) % self.n if self.n > 1 else 0

    def _id(self, place: int) -> int:
        return (place * _step(self.n, self.seed) + self.seed) % self.n if self.n > 1 else 0

    def _members(self, block: int, family: int) -> list[int]:
        """Return the ids of a family; the last block may be shorter."""
        first = block * BLOCK + sum(PATTERN[:family])
        return [self._id(place) for place in range(first, min(first + PATTERN[family], self.n))]

    def _member(self, block: int, family: int, member: int) -> str:
        """Return a text of a family; the others are made from the first."""
        draw = np.random.default_rng((self.seed, block, family))
        language = languages()[int(draw.integers(0, len(languages())))]
        if family == 0 and block % SHORT_EVERY == 0:
            return written(language, words(draw, language, int(draw.integers(2, SHINGLE_WORDS))))
        parts = words(draw, language, int(draw.integers(LEAST_WORDS, MOST_WORDS)))
        if member == 0:
            return _text(language, parts)
        spread = (block * BLOCK + family * 7 + member) * GOLDEN % 1
        # In a group, two copies differ by the changes of both, so each one changes less. Pairs make up for
        # the many similarities of .8 to .9 in groups.
        if PATTERN[family] > 2:
            wanted = (1 + LEAST_JACCARD) / 2 + (1 - LEAST_JACCARD) / 2 * spread
        else:
            wanted = LEAST_JACCARD + (1 - LEAST_JACCARD) * spread**PAIR_LEAN
        changing = np.random.default_rng((self.seed, block, family, member))
        return _text(language, _copy(changing, language, parts, wanted))

    def document(self, document: int) -> tuple[int, str]:
        """Return one document: its id and text."""
        block, place = divmod(self._place(document), BLOCK)
        family = FAMILY_OF_PLACE[place]
        return document, self._member(block, family, place - sum(PATTERN[:family]))

    def documents(self, first: int = 0, end: int | None = None) -> Iterator[tuple[int, str]]:
        """Yield documents in the order of their ids, one at a time."""
        return map(self.document, range(first, self.n if end is None else end))

    def families(self) -> Iterator[list[tuple[int, str]]]:
        """Yield families of two or more: ids and texts."""
        for block in range(-(-self.n // BLOCK)):
            for family, size in enumerate(PATTERN):
                members = self._members(block, family) if size > 1 else []
                if len(members) > 1:
                    yield [(name, self._member(block, family, at)) for at, name in enumerate(members)]

    def pairs(self, least: float = 0.8) -> Iterator[Pair]:
        """Yield every pair with a Jaccard similarity of at least `least` (above .1), family by family."""
        for members in self.families():
            sets = [(document, shingles(text)) for document, text in members]
            for (one, ours), (other, theirs) in combinations(sets, 2):
                alike = jaccard(ours, theirs)
                if alike >= least:
                    yield Pair(min(one, other), max(one, other), alike)


@lru_cache(maxsize=16)
def _step(n: int, seed: int) -> int:
    """Return a stride that visits every id once: near the golden section, and coprime to n."""
    step = max(int(n * GOLDEN) + seed % 97, 1)
    while math.gcd(step, n) != 1:
        step += 1
    return step
