"""How much of a line returns in the page's content, word by word."""

import math
from collections.abc import Sequence

import numpy as np

from tests.oracles.words import Word

UNKNOWN, OFTEN, HALF_LIFE = 0.5, 2, 4


def terms_of(line: Sequence[Word]) -> set[tuple[int, ...]]:
    """Return the words of a line; in scripts without spaces, pairs of adjacent characters."""
    terms = set()
    for at, word in enumerate(line):
        pair = word.is_single and at + 1 < len(line) and line[at + 1].is_single
        terms.add((word.key, line[at + 1].key) if pair else (word.key,))
    return terms


def cohesion_columns(guess: np.ndarray, lines: Sequence[Sequence[Word]]) -> list[dict[str, float]]:
    """Return the cohesion columns of every line of a page; guess: probabilities of boilerplate."""
    terms = [terms_of(line) for line in lines]
    rows = [_columns(at, guess, terms) for at in range(len(terms))]
    weight = np.array([row["cohesion_log_weight"] for row in rows])
    returns = np.array([row["cohesion_returns"] for row in rows])
    for at, row in enumerate(rows):
        distance = np.arange(len(rows)) - at
        for side, there in (("before", distance < 0), ("after", distance > 0)):
            fading = weight * there * 0.5 ** (np.abs(distance) / HALF_LIFE)
            row[f"cohesion_{side}"] = (fading * returns).sum() / fading.sum() if fading.sum() > 0 else 0
    return rows


def _columns(at: int, guess: np.ndarray, terms: Sequence[set[tuple[int, ...]]]) -> dict[str, float]:
    total = returns = elsewhere = nowhere = share = often = 0.0
    for term in terms[at]:
        others = [number for number, line in enumerate(terms) if number != at and term in line]
        weight = math.log((1 + len(terms)) / (1 + len(others)))
        content = sum(1 - guess[number] for number in others)
        total += weight
        returns += weight * min(content, 1)
        elsewhere += weight * min(len(others) - content, 1)
        nowhere += weight * (not others)
        share += weight * content / (len(others) + UNKNOWN)
        often += weight * content / (content + OFTEN)
    scale = 1 / total if total else 0
    found = {"returns": returns, "elsewhere": elsewhere, "nowhere": nowhere, "share": share, "often": often}
    return {f"cohesion_{name}": value * scale for name, value in found.items()} | {
        "cohesion_log_weight": math.log1p(total)
    }
