"""Measures of near-duplicates, against pairs with known Jaccard similarity."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.data.planted.documents import Pair
from benchmarks.peers.near_duplicates.texts import THRESHOLD, removed_by

# The borders of Jaccard bands. Below the threshold, a found pair is wrong.
BANDS: Final = ((0.6, 0.7), (0.7, 0.8), (0.8, 0.85), (0.85, 0.9), (0.9, 0.95), (0.95, 1.0), (1.0, 1.01))


@dataclass(frozen=True)
class Truth:
    """All pairs of a corpus with a similarity from .6 on: (left, right) to Jaccard."""

    texts: int
    jaccard: dict[tuple[int, int], float]

    @classmethod
    def of(cls, texts: int, pairs: Iterable[Pair]) -> "Truth":
        """Return the truth for planted pairs."""
        return cls(texts, {(pair.left, pair.right): pair.jaccard for pair in pairs})

    def true_pairs(self) -> list[tuple[int, int]]:
        """Return the pairs at or above the threshold."""
        return [pair for pair, jaccard in self.jaccard.items() if jaccard >= THRESHOLD]


def with_copies(pairs: Sequence[tuple[int, int]], truth: Truth) -> set[tuple[int, int]]:
    """Return pairs, including those implied by linking exact copies to the first one."""
    copies: dict[int, list[int]] = defaultdict(list)
    given = {(min(pair), max(pair)) for pair in pairs}
    for left, right in given:
        if truth.jaccard.get((left, right)) == 1.0:
            copies[left].append(right)
    every = set(given)
    for left, right in given:
        for one in (left, *copies[left]):
            for other in (right, *copies[right]):
                if one != other:
                    every.add((min(one, other), max(one, other)))
    return every


def _band_name(low: float, high: float) -> str:
    return f"{low:g}" if low == 1 else f"{low:g}-{high:g}"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


def score_pairs(pairs: Sequence[tuple[int, int]], truth: Truth) -> dict[str, Any]:
    """Return precision and recall of pairs, and the share found by Jaccard band."""
    found = with_copies(pairs, truth)
    true = set(truth.true_pairs())
    by_band = {}
    for low, high in BANDS:
        band = {pair for pair, jaccard in truth.jaccard.items() if low <= jaccard < high}
        by_band[_band_name(low, high)] = {
            "pairs": len(band),
            "found": _share(len(band & found), len(band)),
        }
    return {
        "true": len(true),
        "found": len(found),
        "precision": _share(len(found & true), len(found)),
        "recall": _share(len(found & true), len(true)),
        "by_band": by_band,
    }


def score_flags(flagged: Sequence[int], truth: Truth) -> dict[str, Any]:
    """Return the measures of flags: the share of pairs with both texts flagged, by Jaccard band.

    strangers: flagged texts without a pair from .6 on
    """
    given = set(flagged)
    by_band = {}
    for low, high in BANDS:
        band = [pair for pair, jaccard in truth.jaccard.items() if low <= jaccard < high]
        found = sum(left in given and right in given for left, right in band)
        by_band[_band_name(low, high)] = {"pairs": len(band), "found": _share(found, len(band))}
    related = {text for pair in truth.jaccard for text in pair}
    return {"flagged": len(given), "strangers": len(given - related), "by_band": by_band}


def score_removal(removed: Sequence[int], truth: Truth) -> dict[str, Any]:
    """Return the measures of a deduplicated corpus.

    Precision: of the removed texts, those with a true twin that stays. Recall: of the texts
    that go when each with an earlier staying true twin goes. Lost groups: texts linked by
    true pairs of which none stays; lost singles: removed texts without any true pair.
    """
    gone, neighbours = set(removed), defaultdict(list)
    for left, right in truth.true_pairs():
        neighbours[left].append(right)
        neighbours[right].append(left)
    right_ones = sum(
        any(twin not in gone for twin in neighbours[text]) for text in gone if text in neighbours
    )
    ideal = removed_by(truth.true_pairs())
    seen: set[int] = set()
    lost = 0
    for text in list(neighbours):
        if text in seen:
            continue
        members, waiting = {text}, [text]
        while waiting:
            for twin in neighbours[waiting.pop()]:
                if twin not in members:
                    members.add(twin)
                    waiting.append(twin)
        seen |= members
        lost += members <= gone
    return {
        "should_go": len(ideal),
        "removed": len(gone),
        "precision": _share(right_ones, len(gone)),
        "recall": _share(min(right_ones, len(ideal)), len(ideal)),
        "lost_groups": lost,
        "lost_singles": sum(text not in neighbours for text in gone),
    }


def score_labels(
    said: dict[str, Any], labels: dict[tuple[int, int], str], first: Sequence[int]
) -> dict[str, Any]:
    """Return, by label of a pair, how many there are and how many a system finds.

    first: of each text the first with equal words; a pair of copies counts as found when
    both are linked to their first, and so does one of a copy when its first's is found. A
    system that returns no pairs finds one if it removes either text, or flags both.
    """
    pairs = None if said["pairs"] is None else {(min(pair), max(pair)) for pair in said["pairs"]}
    gone, flagged = set(said["removed"] or ()), set(said.get("flagged") or ())

    def linked(one: int, other: int) -> bool:
        return one == other or (pairs is not None and (min(one, other), max(one, other)) in pairs)

    found: dict[str, list[int]] = {}
    for (left, right), label in labels.items():
        if pairs is None:
            told = left in gone or right in gone or {left, right} <= flagged
        else:
            steps = ((left, first[left]), (first[left], first[right]), (first[right], right))
            told = linked(left, right) or all(linked(*step) for step in steps)
        row = found.setdefault(label, [0, 0])
        row[0], row[1] = row[0] + 1, row[1] + told
    return {label: {"pairs": every, "found": told} for label, (every, told) in sorted(found.items())}
