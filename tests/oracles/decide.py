"""Scores to decisions, and decisions to clean text."""

import re
from collections.abc import Sequence

from detector.decisions import BY_F1, BY_SCORE, MOSTLY_CONTENT, NO_CONTENT
from tests.oracles.words import classes_of

COPY_SCORE, COPY_WORDS, REFRAIN_LINES = 0.3, 3, 3
SEPARATORS = "-–—|:·•»/~"


def expected_f1(scores: Sequence[float], sizes: Sequence[float], kept: Sequence[bool]) -> float:
    """Return the F1 of the kept words that scores let expect."""
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
    """Return what decides about a page, and the score up to which its lines stay."""
    if given is not None:
        return BY_SCORE, given
    candidates = sorted({score for score, words in zip(scores, sizes, strict=True) if words > 0})
    kept = {limit: expected_f1(scores, sizes, [score <= limit for score in scores]) for limit in candidates}
    best = max(kept, key=kept.__getitem__, default=0.0)
    if kept.get(best, 0) < least_content:
        return NO_CONTENT, -1
    content = sum((1 - score) * words for score, words in zip(scores, sizes, strict=True))
    if content > mostly_content * sum(sizes) and best < mostly_content and not well_known:
        return MOSTLY_CONTENT, mostly_content
    return BY_F1, best


def without_copies(
    kept: Sequence[bool],
    scores: Sequence[float],
    sizes: Sequence[float],
    original: Sequence[int],
    block: Sequence[int],
) -> list[bool]:
    """Return what stays of a page when copies of lines that stay are dropped, one after another."""
    stays = list(kept)
    for row, place in enumerate(original):
        if place in (-1, row) or not stays[place]:
            continue
        is_refrain = block[row] >= REFRAIN_LINES and abs(row - place) > 2 * block[row]
        if not is_refrain and scores[row] > COPY_SCORE and sizes[row] >= COPY_WORDS:
            stays[row] = False
    return stays


def cut_words(
    row: int, kept: Sequence[bool], original: Sequence[int], begins: Sequence[int], sizes: Sequence[int]
) -> int:
    """Return how many words are cut off a line: those of a headline that stays elsewhere."""
    headline = begins[row]
    if not kept[row] or headline < 0:
        return 0
    place = original[headline]
    return sizes[row] if kept[headline] or (place not in (-1, row) and kept[place]) else 0


def clean_text(text: str, keep: Sequence[bool]) -> str:
    """Return the lines that are kept, with what stood between them.

    keep: for each line that is not blank, over again if there are more. Blank lines beside dropped lines
    become the longest of their runs.
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
    """Return what stays of a line of which a headline was cut off: without marks, space and a separator."""
    kinds = "".join(map(str, classes_of(text)))
    start = re.match("[789]*1*", kinds).end()
    if text[start : start + 1] in tuple(SEPARATORS):
        start += re.match(".(1+)|", kinds[start:]).end()
    return text[start:]
