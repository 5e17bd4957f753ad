"""First guesses in context: over a page, in blocks that look alike, in the elements around a line."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from detector.features.schema import ANCESTOR_LEVELS, LOOKS
from tests.oracles.markup import Elements
from tests.oracles.page import window_columns
from tests.oracles.shape import BULLETS, edges_of, is_item

MOST_LOG_ODDS, MANY_WORDS, LARGEST, LEAST_TITLE = 12, 20, 60, 0.8
# For lines of text: the largest indent and number of cells; and the lengths in words where a new class begins.
MOST_INDENT, MOST_CELLS, LENGTHS, LONG = 15, 7, (3, 6, 12), 10
# Guesses below these are content.
LEVELS = {"sure_content": 0.1, "likely_content": 0.3, "even_content": 0.5, "possible_content": 0.8}


def squeezed(log_odds: np.ndarray) -> np.ndarray:
    return log_odds / 2 / (1 + abs(log_odds / 2))


def guesses_of(log_odds: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each line's probability of boilerplate and its weight: its words plus a half."""
    return 1 / (1 + np.exp(-log_odds)), sizes + 0.5


def page_columns(log_odds: np.ndarray, sizes: np.ndarray, windows: Sequence[str]) -> list[dict[str, float]]:
    """Return the columns of guesses over a page; `windows`: the names of the windows' columns."""
    guess, weight = guesses_of(log_odds, sizes)
    content = weight * (1 - guess)
    page = {
        "page_content_share": content.sum() / weight.sum(),
        "page_log_content": math.log1p(content.sum()),
        "page_log_guessed_words": math.log1p(weight.sum()),
        "page_doubt": (weight * guess * (1 - guess)).sum() / weight.sum(),
        "page_largest": ((1 - guess) * np.minimum(weight, LARGEST)).max() / LARGEST,
    }
    page |= {f"page_{name}": weight[guess < level].sum() / weight.sum() for name, level in LEVELS.items()}
    around = window_columns(np.stack([squeezed(log_odds), content / MANY_WORDS], axis=1))
    place = (np.cumsum(content) - content / 2) / content.sum()
    return [
        page
        | {
            "guess": min(max(log_odds[row], -MOST_LOG_ODDS), MOST_LOG_ODDS),
            "guess_squeezed": squeezed(log_odds[row]),
            "place_in_content": place[row],
        }
        | dict(zip(windows, around[row], strict=True))
        for row in range(log_odds.size)
    ]


def summed(rows: Sequence[int], guess: np.ndarray, weight: np.ndarray) -> tuple[float, float, int]:
    """Return the mean guess of some rows, their weight and their number."""
    total = weight[rows].sum() if rows else 0.0
    return ((weight[rows] * guess[rows]).sum() / total if rows else 0.0), total, len(rows)


def alike_columns(
    elements: Elements, line_of: Sequence[int], guess: np.ndarray, weight: np.ndarray
) -> list[dict[str, float]]:
    """Return the guesses of rows in blocks that look like each row's: alone, under one element, under three.

    line_of: the line of each row of a page; guess, weight: of these rows.
    """
    looks = [
        [elements.look(element) for element in elements.path(elements.block_of(line))] for line in line_of
    ]
    ways = list(zip(LOOKS, (0, 1, 3), strict=True))
    keys = {name: [look[: above + 1] for look in looks] for name, above in ways}
    return [
        {
            column: value
            for name, _ in ways
            for column, value in _alike(name, keys[name], row, guess, weight).items()
        }
        for row in range(len(line_of))
    ]


def setting(line: str) -> tuple[str, int, bool]:
    """Return the layout of a line of text: its mark ("1" for a number), its indent, whether it has cells."""
    bare = line.lstrip()
    mark = ("1" if bare[0] not in BULLETS else bare[:1]) if is_item(bare) else ""
    return mark, min(len(line) - len(bare), MOST_INDENT), cells_of(line) > 0


def cells_of(line: str) -> int:
    """Return how many tabs and bars follow a line's first character that is neither blank nor control."""
    text = line.lstrip("".join(map(chr, range(33))))
    return text.count("\t") + text.count("|")


def look(line: str, size: float) -> tuple[object, ...]:
    """Return the look of a line with this many words."""
    length = sum(size >= least for least in LENGTHS)
    return *setting(line), min(cells_of(line), MOST_CELLS), length, edges_of(line)


def text_looks(lines: Sequence[str], numbers: Sequence[int], sizes: Sequence[float]) -> list[list[object]]:
    """Return three keys of each line of text that is not empty: its run, its look, and its look with its neighbours'.

    numbers: the number of each line among all, with the empty ones
    """
    settings, looks = [setting(line) for line in lines], list(map(look, lines, sizes))
    gap = [True, *(two > one + 1 for one, two in itertools.pairwise(numbers)), True]
    has_gaps = any(gap[1:-1])
    run, keys = 0, []
    for at in range(len(lines)):
        longer = not has_gaps and at > 0 and (sizes[at] >= LONG) != (sizes[at - 1] >= LONG)
        run += gap[at] or settings[at] != settings[at - 1] or longer
        before = None if gap[at] else settings[at - 1]
        after = None if gap[at + 1] else settings[at + 1]
        keys.append([run, looks[at], (looks[at], before, after)])
    return keys


def alike_in_text(
    keys: Sequence[Sequence[object]], line_of: Sequence[int], guess: np.ndarray, weight: np.ndarray
) -> list[dict[str, float]]:
    """Return the guesses of rows in lines with the layout of each row's; `line_of`: the index of its key."""
    return [
        {
            name: value
            for which, way in enumerate(LOOKS)
            for name, value in _alike(
                way, [keys[line][which] for line in line_of], row, guess, weight
            ).items()
        }
        for row in range(len(line_of))
    ]


def _alike(
    way: str, keys: Sequence[object], row: int, guess: np.ndarray, weight: np.ndarray
) -> dict[str, float]:
    mean, total, number = summed([at for at, key in enumerate(keys) if key == keys[row]], guess, weight)
    return {
        f"guess_alike_{way}": mean,
        f"log_words_alike_{way}": math.log1p(total),
        f"log_lines_alike_{way}": math.log1p(number),
    }


def ancestor_columns(
    elements: Elements, line_of: Sequence[int], guess: np.ndarray, weight: np.ndarray
) -> list[dict[str, float]]:
    """Return the guesses in the elements around each row's block; beyond the outermost, its guess again."""
    in_elements = [at for at, line in enumerate(line_of) if elements.holds[line]]
    rows = []
    for line in line_of:
        path, columns = elements.path(elements.block_of(line)), {}
        for level in range(1, ANCESTOR_LEVELS + 1):
            ancestor = path[min(level, len(path) - 1)] if path else None
            held = [at for at, other in enumerate(line_of) if ancestor in elements.holds[other]]
            mean, total, number = summed(held, guess, weight)
            columns |= {
                f"guess_ancestor_{level}": mean,
                f"share_ancestor_{level}": total / (weight[in_elements].sum() + 1e-6),
                f"log_lines_ancestor_{level}": math.log1p(number),
            }
        rows.append(columns)
    return rows


def title_row(column: Callable[[str], np.ndarray]) -> int | None:
    """Return the row most like the page's title; `column`: the first table's columns by name."""
    heading = column("heading_level")
    alike = 2 * column("title_in_line") + column("in_title") - column("inside_nav")
    alike = alike + np.where(heading > 0.99, 1, np.where(heading == 0, -0.3, 0))
    best = int(np.argmax(alike)) if alike.size else 0
    return best if alike.size and alike[best] > LEAST_TITLE else None


def from_title_columns(
    elements: Elements, line_of: Sequence[int], title: int | None
) -> list[dict[str, float]]:
    """Return each row's path from the title's: up to the element that contains both, and down from it."""
    names = ("title_shared", "title_up", "title_down", "title_before", "title_distance")
    if title is None:
        return [dict.fromkeys(names, 0.0) for _ in line_of]
    paths = [elements.path(int(elements.markup.line_element[line])) for line in line_of]
    rows = []
    for row, path in enumerate(paths):
        shared = len(set(path) & set(paths[title]))
        # A line outside all elements counts as one in the outermost.
        up, down = max(len(paths[title]), 1) - shared, max(len(path), 1) - shared
        distance = math.copysign(math.log1p(abs(row - title)), row - title)
        found = (shared / max(len(paths[title]), 1), math.log1p(up), math.log1p(down), row >= title, distance)
        rows.append(dict(zip(names, found, strict=True)))
    return rows
