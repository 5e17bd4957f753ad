"""Divides groups into folds, so that each fold has its share of pages, sets, types and languages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

# A page: its group, then the strata to balance (set, page type, language).
Stratum = tuple[str, str, str, str]

# A stratum with fewer pages than this cannot be spread, and must not influence the others.
LEAST_PAGES: Final = 5


def assign_folds(
    pages: Sequence[Stratum], folds: int, seed: int, known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the fold of each group. The largest groups choose first; ties are broken by the seed.

    Each group goes to the fold in which the squared overfill of its strata grows least. Groups with a known
    fold stay there.
    """
    traits = [
        (("all",), ("set", name), ("type", name, kind), ("language", name, language))
        for _, name, kind, language in pages
    ]
    totals = Counter(trait for row in traits for trait in row)
    used = [trait for trait in sorted(totals) if totals[trait] >= LEAST_PAGES]
    columns = {trait: at for at, trait in enumerate(used)}
    target = np.array([totals[trait] / folds for trait in used])
    groups = sorted({page[0] for page in pages})
    number = {group: at for at, group in enumerate(groups)}
    counts = np.zeros((len(groups), len(used)))
    for page, row in zip(pages, traits, strict=True):
        for trait in row:
            if trait in columns:
                counts[number[page[0]], columns[trait]] += 1
    drawn = np.random.default_rng(seed).random(len(groups))
    sizes = Counter(page[0] for page in pages)
    order = sorted(range(len(groups)), key=lambda at: (-sizes[groups[at]], drawn[at]))
    filled = np.zeros((folds, len(used)))
    fold_of: dict[str, int] = {group: fold for group, fold in (known or {}).items() if group in number}
    for group, fold in fold_of.items():
        filled[fold] += counts[number[group]]
    for at in order:
        if groups[at] in fold_of:
            continue
        cost = ((2 * filled + counts[at]) * counts[at] / target**2).sum(1)
        fold_of[groups[at]] = int(np.argmin(cost))
        filled[fold_of[groups[at]]] += counts[at]
    return dict(sorted(fold_of.items()))
