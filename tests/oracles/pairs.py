"""From bands to candidate pairs and from pairs to kept texts; growing blocks; and aligned words."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np


def candidates(
    bands: Sequence[Sequence[int]], owner: Sequence[int], most: int
) -> list[list[tuple[int, int]]]:
    """Return, band by band, the pairs of texts that share it and no earlier band in a bucket of at most `most`.

    bands: the band keys of each text; owner: texts of one owner are no pair
    """
    met: set[tuple[int, int]] = set()
    found = []
    for column in np.array(bands).T.tolist():
        buckets = [[text for text, key in enumerate(column) if key == one] for one in set(column)]
        pairs = {pair for bucket in buckets if len(bucket) <= most for pair in combinations(bucket, 2)}
        found.append(sorted(pair for pair in pairs - met if owner[pair[0]] != owner[pair[1]]))
        met |= pairs
    return found


def representatives(
    pairs: Sequence[tuple[int, int, float]], rank: Sequence[int]
) -> tuple[list[int], list[float]]:
    """Return the kept text that each text is a near-duplicate of (itself if kept), and their similarity."""
    chosen, similarity = list(range(len(rank))), [1.0] * len(rank)
    for text in sorted(chosen, key=rank.__getitem__):
        others = [(one + two - text, alike) for one, two, alike in pairs if text in (one, two)]
        kept = [(alike, -rank[other], other) for other, alike in others if rank[other] < rank[text]
                if chosen[other] == other]  # fmt: skip
        if kept:
            similarity[text], _, chosen[text] = max(kept)
    return chosen, similarity


def grown(
    lines: Sequence[int], page: Sequence[int], first: int, end: int, source: int
) -> tuple[int, int, int]:
    """Return a block extended by the equal lines before and after it, on its page and on its source's page."""

    def belong(one: int, two: int) -> bool:
        inside = one >= 0 and two >= 0 and one < len(lines) and two < len(lines)
        same = inside and page[one] == page[first_line] and page[two] == page[first_source]
        return same and lines[one] == lines[two]

    first_line, first_source = first, source
    while belong(first - 1, source - 1):
        first, source = first - 1, source - 1
    while belong(end, source + end - first):
        end += 1
    return first, end, source


def aligned(page: Sequence[int], gold: Sequence[int]) -> list[int]:
    """Return for each word of the page the gold word that it is aligned with, or -1.

    A match scores 3, one that continues a run of matches 10. The words are aligned from the end, by the scores
    of what comes before; a run is followed as long as nothing else would score higher there.
    """
    best = np.zeros((len(page) + 1, len(gold) + 1), int)
    run = np.full(best.shape, -1)  # the best score that ends with a match of both words
    goes_on = np.zeros(best.shape, bool)
    for i, j in np.ndindex(len(page), len(gold)):
        others = max(best[i, j + 1], best[i + 1, j])
        if page[i] == gold[j]:
            extended = run[i, j] + 10 if run[i, j] >= 0 else -1
            run[i + 1, j + 1] = max(best[i, j] + 3, extended)
            goes_on[i + 1, j + 1] = extended >= best[i, j] + 3 and extended >= others
        best[i + 1, j + 1] = max(others, run[i + 1, j + 1])
    match, i, j, on_run = [-1] * len(page), len(page), len(gold), False
    while i and j:
        if on_run or run[i, j] == best[i, j]:
            match[i - 1], on_run = j - 1, goes_on[i, j]
            i, j = i - 1, j - 1
        elif best[i, j - 1] > best[i - 1, j]:
            j -= 1
        else:
            i -= 1
    return match


def without_short_runs(
    match: Sequence[int], page_ends: Sequence[bool], gold_ends: Sequence[bool]
) -> list[int]:
    """Return an alignment without runs of fewer than three words, unless they are whole lines of both."""

    def is_whole(first: int, last: int, ends: Sequence[bool]) -> bool:
        return (first == 0 or ends[first - 1]) and ends[last]

    kept, first = list(match), 0
    for at in range(len(match)):
        if at + 1 < len(match) and match[at] >= 0 and match[at + 1] == match[at] + 1:
            continue
        is_short = match[at] >= 0 and at + 1 - first < 3
        if is_short and not (is_whole(first, at, page_ends) and is_whole(match[first], match[at], gold_ends)):
            kept[first : at + 1] = [-1] * (at + 1 - first)
        first = at + 1
    return kept
