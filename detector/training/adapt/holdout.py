"""Tests an adaptation on held-out pages, before and after.

The pages are split into parts by site, or by page if there are fewer than five sites. Each part is scored by
the old model, and by a model adapted to the other parts.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.errors import PageError
from detector.model.files import Model
from detector.records import Floats
from detector.training.adapt.memory import Memory
from detector.training.adapt.model import Material, adapted, model_scores
from detector.training.data.examples import CONTENT, Examples
from detector.training.data.labelled_pages import LabelledPage
from detector.training.evaluate.bootstrap import interval

PARTS: Final = 4
LEAST_SITES: Final = 5
# Scores are clipped to this for the loss, because they are rounded to 1/1000.
SUREST: Final = 0.999

Verdict = Literal["better", "worse", "too few to tell", "nothing known"]


class HeldBack(NamedTuple):
    """Scores of the same lines by the old model and by models that were not adapted to their pages.

    by: "site" or "page", what was held out; before, after: float32 (S,) for each material
    """

    by: str
    before: list[Floats]
    after: list[Floats]


class Change(NamedTuple):
    """The change of the log loss of lines: the mean over pages, its 90 % interval, and what it means."""

    loss_before: float
    loss_after: float
    low: float
    high: float
    pages: int
    lines: int
    verdict: Verdict


def refuse_shared_sites(learned: Sequence[LabelledPage], judged: Sequence[LabelledPage], what: str) -> None:
    """Raise `PageError` if a site is on both sides of a split."""
    if both := sorted({page.group for page in learned} & {page.group for page in judged}):
        some = ", ".join(both[:3]) + (f" and {len(both) - 3} more" if len(both) > 3 else "")
        raise PageError(
            f"sites on both sides of the split: {some}; a site to learn from cannot also "
            f"be in {what}: take them out of one of the two"
        )


def refuse_split_sites(pages: Sequence[LabelledPage]) -> None:
    """Raise `PageError` if pages of a site have different folds."""
    folds: dict[str, int] = {}
    for page in pages:
        if page.fold is not None and folds.setdefault(page.group, page.fold) != page.fold:
            raise PageError(
                f"the site {page.group} is on both sides of a split: its pages have the folds "
                f"{folds[page.group]} and {page.fold} (page {page.id}); give all its pages one fold"
            )


def _parts(materials: Sequence[Material]) -> tuple[str, list[NDArray[np.int64]]]:
    """Return what is held out, and the part of each page of each material."""
    sites = sorted({page.group for material in materials for page in material.examples.pages})
    if len(sites) >= LEAST_SITES:
        part = {site: at % PARTS for at, site in enumerate(sites)}
        return "site", [
            np.array([part[page.group] for page in material.examples.pages], np.int64)
            for material in materials
        ]
    # Pages of a site take turns, so that each part has some of each site.
    return "page", [
        np.array(_turns([page.group for page in material.examples.pages]), np.int64) for material in materials
    ]


def _turns(groups: Sequence[str]) -> list[int]:
    seen: dict[str, int] = {}
    turns = []
    for group in groups:
        turns.append(seen.get(group, 0) % PARTS)
        seen[group] = seen.get(group, 0) + 1
    return turns


def held_back(model: Model, materials: Sequence[Material], memory: Memory) -> HeldBack:
    """Return the scores before and after."""
    if all(material.examples.markup is not None for material in materials):
        memory = memory._replace(replay=None)  # networks for text are not asked about pages with markup
    by, parts = _parts(materials)
    before = [model_scores(model, material.examples) for material in materials]
    after = [scores.copy() for scores in before]
    for part in range(PARTS):
        without = [of_page == part for of_page in parts]
        if not any(held.any() for held in without) or all(held.all() for held in without):
            continue
        new = adapted(model, materials, memory, without)
        for material, held, scores in zip(materials, without, after, strict=True):
            rows = held[material.examples.page]
            if rows.any():
                scores[rows] = model_scores(new, material.examples)[rows]
    return HeldBack(by, before, after)


def line_loss(scores: Floats, examples: Examples) -> NDArray[np.float64]:
    """Return float64 (S,): the log loss of every line, 0 if its truth is unknown."""
    right = np.where(examples.share < CONTENT, scores, 1 - scores).astype(np.float64)
    loss = -np.log(np.clip(right, 1 - SUREST, SUREST))
    return np.where(examples.share >= 0, loss, 0.0)


def change(examples: Sequence[Examples], before: Sequence[Floats], after: Sequence[Floats]) -> Change:
    """Return how the loss of lines with known truth changed, by page."""
    old: list[float] = []
    new: list[float] = []
    lines = 0
    for one, first, second in zip(examples, before, after, strict=True):
        known = np.bincount(one.page, one.share >= 0, len(one.pages))
        chosen = known > 0
        lines += int(known.sum())
        old.extend(np.bincount(one.page, line_loss(first, one), known.size)[chosen] / known[chosen])
        new.extend(np.bincount(one.page, line_loss(second, one), known.size)[chosen] / known[chosen])
    if not lines:
        return Change(0.0, 0.0, 0.0, 0.0, 0, 0, "nothing known")
    low, high = interval([np.array(old) - np.array(new)], np.mean)
    verdict: Verdict = "better" if low > 0 else "worse" if high < 0 else "too few to tell"
    return Change(float(np.mean(old)), float(np.mean(new)), low, high, len(old), lines, verdict)
