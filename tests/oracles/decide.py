"""Scores to decisions, and decisions to clean text."""

import re
from collections.abc import Sequence
from math import prod

import numpy as np

from detector.decisions import BY_F1, BY_SCORE, MOSTLY_CONTENT, NO_CONTENT
from tests.oracles.words import classes_of

COPY_SCORE, RECURRING_SCORE, COPY_WORDS = 0.3, 0.65, 3
SEPARATORS = "-–—|:·•»/~"


def expected_f1(scores: Sequence[float], sizes: Sequence[float], kept: Sequence[bool]) -> float:
    """Return the expected F1 of the kept words, given the scores."""
    lines = list(zip(scores, sizes, kept, strict=True))
    content = sum((1 - score) * words for score, words, _ in lines)
    found = sum((1 - score) * words for score, words, keep in lines if keep)
    returned = sum(words for _, words, keep in lines if keep)
    return 2 * found / (returned + content) if returned + content else 0.0


def policy_of(
    scores: Sequence[float],
    sizes: Sequence[float],
    least_content: float,
    mostly_content: float,
    well_known: bool,
    given: float | None,
) -> tuple[int, float]:
    """Return which policy decides a page, and the score up to which its lines stay."""
    if given is not None:
        return BY_SCORE, given
    candidates = sorted({score for score, words in zip(scores, sizes, strict=True) if words > 0})
    kept = {limit: expected_f1(scores, sizes, [score <= limit for score in scores]) for limit in candidates}
    best = max(kept, key=kept.__getitem__, default=0.0)
    no_content = prod(
        float(np.float32(score)) for score, words in zip(scores, sizes, strict=True) if words > 0
    )
    if min(kept.get(best, 0), 1 - no_content) < least_content:
        return NO_CONTENT, -1
    content = sum((1 - score) * words for score, words in zip(scores, sizes, strict=True))
    if content > mostly_content * sum(sizes) and best < mostly_content and not well_known:
        return MOSTLY_CONTENT, mostly_content
    return BY_F1, best


def without_copies(
    kept: Sequence[bool],
    scores: Sequence[float],
    sizes: Sequence[float],
    copies: Sequence[tuple[int, str]],
    dropped: Sequence[str],
) -> list[bool]:
    """Return what stays of a page when copies of some kinds are dropped, one after another.

    copies: for each line its original and the kind of copy; if a copy would stay, its original does.
    """
    stays = list(kept)
    for row, (place, kind) in enumerate(copies):
        recurs = kind in ("refrain", "parallel") and kind not in dropped and len(dropped) > 0
        if kind in ("", "headline-prefix") or not (kind in dropped or recurs):
            continue
        if kind == "repeat" or recurs:
            limit = RECURRING_SCORE if recurs else COPY_SCORE
            stays[row] &= not (stays[place] and scores[row] > limit and sizes[row] >= COPY_WORDS)
            continue
        if kind != "running-head" and stays[row]:
            stays[place] = True
        stays[row] = False
    return stays


def cut_titles(stays: list[bool], copies: Sequence[tuple[int, str]], sizes: Sequence[int]) -> list[int]:
    """Return how many words are cut off each line that stays: those of the title, which then stays too."""
    cuts = [0] * len(copies)
    for row, (place, kind) in enumerate(copies):
        if stays[row] and kind == "headline-prefix":
            stays[place] = True
            cuts[row] = sizes[row]
    return cuts


def clean_text(text: str, keep: Sequence[bool]) -> str:
    """Return the lines that are kept, with what was between them.

    keep: a value for each line that is not blank, repeated if there are more lines. Runs of blank lines
    next to dropped lines become the longest of these runs.
    """
    lines = re.findall("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    out, end, runs, run, number = [], "", [[]], [], 0
    for line in lines:
        body = line.rstrip("\r\n")
        if not body.strip():
            run.append(line)
            continue
        runs.append(run)
        run = []
        if keep[number % len(keep)]:
            if out:
                out.append(end + "".join(max(runs, key=len)))
            out.append(body)
            end, runs = line[len(body) :], [[]]
        number += 1
    return "".join(out)


def after_headline(text: str) -> str:
    """Return what is left of a line after a headline was cut off, without marks, space and a separator."""
    kinds = "".join(map(str, classes_of(text)))
    start = re.match("[789]*1*", kinds).end()
    if text[start : start + 1] in tuple(SEPARATORS):
        start += re.match(".(1+)|", kinds[start:]).end()
    return text[start:]
