"""What is around a line, and where it is on its page: columns of all lines of one page."""

import math
from collections.abc import Sequence

import numpy as np

from detector.features.schema import HALF_LIVES, OFFSETS

LONG_WORDS = 15


def window_columns(signals: np.ndarray) -> np.ndarray:
    """Return the windows over a page's signals (lines, signals): float64 (lines, columns).

    First for the lines before, then for those after: for each half-life, means in which the weight of a
    line halves with every half-life of distance. Then the signals of the nearest lines themselves.
    """
    lines = np.arange(signals.shape[0])
    distance = lines - lines[:, None]
    columns = []
    for side in (-1, 1):
        for life in HALF_LIVES:
            weight = np.where(distance * side > 0, 0.5 ** (abs(distance) / life), 0.0)
            columns.append(weight @ signals / np.maximum(weight.sum(axis=1, keepdims=True), 1e-30))
    for offset in OFFSETS:
        near = (distance == offset).astype(float)
        columns.append(near @ signals)
    return np.concatenate(columns, axis=1)


def position_columns(
    sizes: Sequence[float], says: Sequence[float], known: Sequence[float], singles: Sequence[float]
) -> list[dict[str, float]]:
    """Return the columns of each line's position and of its page.

    sizes: words of each line; says: `phrases_say`; known, singles: its shares of known words and of
    characters of scripts without spaces.
    """
    words, say, number = np.array(sizes), np.array(says), len(sizes)
    content = words / (1 + np.exp(say))
    some_words, some_content = max(words.sum(), 1), max(content.sum(), 1e-3)
    page = {
        "page_log_lines": math.log1p(number),
        "page_log_words": math.log1p(words.sum()),
        "page_words_per_line": math.log1p(words.sum() / max(number, 1)),
        "page_long_lines": words[words >= LONG_WORDS].sum() / some_words,
        "page_content": content.sum() / some_words,
        "page_phrases": say.mean(),
        "page_spread": say.std(),
        "page_known_words": (words * known).sum() / some_words,
        "page_single_share": (words * singles).sum() / some_words,
    }
    return [
        page
        | {
            "place_by_lines": (row + 0.5) / number,
            "place_by_words": (words[:row].sum() + words[row] / 2) / some_words,
            "place_by_content": (content[:row].sum() + content[row] / 2) / some_content,
            "log_lines_before": math.log1p(row),
            "log_lines_after": math.log1p(number - row - 1),
        }
        for row in range(number)
    ]
