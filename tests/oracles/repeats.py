"""What occurs more than once on a page, and which copy is the original."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from detector.near_duplicates.minhash.permutations import permutations
from detector.text.words import IS_SINGLE
from tests.oracles.minhash import finalised
from tests.oracles.words import Word, size_of

Line = list[Word]
SLOTS, BANDS = 64, 16
LONGEST_COMPARED, LONGEST_HEADLINE, REMAINDER, FOLLOWING = 60, 40, 3, 6
SIMILAR = 0.85


class Found(NamedTuple):
    """Like `records.Repeats`."""

    original: list[int]
    copies: list[int]
    similarity: list[float]
    block: list[int]
    alike: list[int]
    begins: list[int]
    begins_words: list[int]


def is_long_enough(line: Line) -> bool:
    """Tell whether a line is more than a label: 4 words or 10 characters, or in proportion."""
    singles = sum(bool(word.shape & IS_SINGLE) for word in line)
    return 10 * (len(line) - singles) + 4 * singles >= 40


def keys_of(line: Line) -> tuple[int, ...]:
    return tuple(word.key for word in line)


def in_order(one: Sequence[int], two: Sequence[int]) -> int:
    """Return the length of the longest common subsequence."""
    best = [[0] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(two):
            best[i + 1][j + 1] = best[i][j] + 1 if left == right else max(best[i][j + 1], best[i + 1][j])
    return best[-1][-1]


def nearly_same(one: Line, two: Line) -> bool:
    """Tell whether two lines share most of their words, in the same order, and all numbers."""
    numbers = [[word.key for word in line if word.has_digit] for line in (one, two)]
    shared = in_order(keys_of(one), keys_of(two))
    return numbers[0] == numbers[1] and 2 * shared >= SIMILAR * (len(one) + len(two))


def bands_of(line: Line) -> list[tuple[int, ...]]:
    """Return the MinHash signature of a line's words, cut into bands."""
    factor, offset = permutations(SLOTS)
    hashes = finalised(np.array([word.key >> 32 for word in line], np.uint32))
    signature = (factor * hashes[:, None] + offset).min(axis=0)
    return [tuple(band) for band in signature.reshape(BANDS, -1).tolist()]


def groups_of(lines: list[Line]) -> list[int]:
    """Return, for each line, the first one with the same or nearly the same words; -1 if it has no words.

    Lines are compared with the first that shares a band with them, one band after another.
    """
    first: dict[tuple[int, ...], int] = {}
    group = [first.setdefault(keys_of(line), row) if line else -1 for row, line in enumerate(lines)]
    compared = [
        row
        for row, line in enumerate(lines)
        if group[row] == row and len(line) <= LONGEST_COMPARED and is_long_enough(line)
    ]
    bands = {row: bands_of(lines[row]) for row in compared}
    for band in range(BANDS):
        met: dict[tuple[int, ...], int] = {}
        for row in compared:
            if group[row] == row:
                other = met.setdefault(bands[row][band], row)
                if other != row and nearly_same(lines[other], lines[row]):
                    group[row] = group[other]
    for row, other in enumerate(group):
        group[row] = group[other] if other >= 0 else -1
    return group


def leads_of(lines: list[Line], content: Sequence[float]) -> list[float]:
    """Return how many words of content follow each line; `content`: the probability of each."""
    words = [size_of(line) * share for line, share in zip(lines, content, strict=True)]
    return [sum(words[row + 1 : row + 1 + FOLLOWING]) for row in range(len(lines))]


def beginning_of(row: int, lines: list[Line]) -> tuple[int, int]:
    """Return the longest other line whose words this one begins with, and how many they are; or (-1, 0)."""
    words, line = keys_of(lines[row]), lines[row]
    if len(line) < 4 + REMAINDER:
        return -1, 0
    headlines: dict[tuple[int, ...], int] = {}
    for other, candidate in enumerate(lines):
        if is_long_enough(candidate) and len(candidate) <= LONGEST_HEADLINE:
            headlines.setdefault(keys_of(candidate), other)
    sizes = range(min(len(words) - REMAINDER, LONGEST_HEADLINE), 0, -1)
    exact = (
        (headlines[words[:size]], size)
        for size in sizes
        if headlines.get(words[:size], row) != row and is_long_enough(line[:size])
    )
    return next(exact, None) or near_beginning(row, lines)


def near_beginning(row: int, lines: list[Line]) -> tuple[int, int]:
    """Return the same for a line that this one begins with, give or take a word.

    It is the first one whose first few words, or next few, are those of this line.
    """
    words, other = keys_of(lines[row]), -1
    headlines = [
        at for at, line in enumerate(lines) if is_long_enough(line) and len(line) <= LONGEST_HEADLINE
    ]
    for which in range(2):
        part = leading(lines[row], which)
        if part and other in (-1, row):
            other = next((at for at in headlines if leading(lines[at], which) == part), -1)
    size = len(lines[other])
    if other in (-1, row) or size + REMAINDER > len(words):
        return -1, 0
    headline = keys_of(lines[other])
    ends = [end for end in (size, size + 1, size - 1) if words[end - 1] == headline[-1]]
    end = max(ends, key=lambda end: in_order(headline, words[:end]), default=0)
    return (other, end) if in_order(headline, words[:end]) >= SIMILAR * size else (-1, 0)


def leading(line: Line, which: int) -> tuple[int, ...]:
    """Return the first (0) or next (1) few words of a line; nothing if it has fewer."""
    few = 6 if line and line[0].shape & IS_SINGLE else 3
    part = keys_of(line[which * few : (which + 1) * few])
    return part if len(part) == few else ()


def without_numbers(line: Line) -> tuple[int | None, ...]:
    return tuple(None if word.has_digit else word.key for word in line)


def repeats_of(lines: list[Line], content: Sequence[float]) -> Found:
    """Return what occurs more than once among the lines of a page."""
    group, lead, rows = groups_of(lines), leads_of(lines, content), range(len(lines))
    members = {of: [row for row in rows if group[row] == of] for of in set(group) - {-1}}
    original = {
        of: next(row for row in copies if lead[row] >= 0.5 * max(lead[copy] for copy in copies))
        for of, copies in members.items()
    }
    places = [original.get(of, -1) for of in group]
    is_copy = [place not in (-1, row) for row, place in enumerate(places)]
    same = [not is_copy[row] or keys_of(lines[row]) == keys_of(lines[places[row]]) for row in rows]
    masked = [without_numbers(line) for line in lines]
    begins = [beginning_of(row, lines) for row in rows]
    return Found(
        original=places,
        copies=[len(members.get(of, ())) for of in group],
        similarity=[1 if equal else SIMILAR for equal in same],
        block=[block_at(row, places, is_copy) for row in rows],
        alike=[masked.count(line) for line in masked],
        begins=[headline for headline, _ in begins],
        begins_words=[size for _, size in begins],
    )


def block_at(row: int, places: list[int], is_copy: list[bool]) -> int:
    """Return how many consecutive lines, including this one, are copies of consecutive lines."""
    if not is_copy[row]:
        return 0
    first = last = row
    while first > 0 and is_copy[first - 1] and places[first] == places[first - 1] + 1:
        first -= 1
    while last + 1 < len(places) and is_copy[last + 1] and places[last + 1] == places[last] + 1:
        last += 1
    return last - first + 1


def repeat_columns(lines: list[Line], content: Sequence[float]) -> list[dict[str, float]]:
    """Return the columns for repeats, line by line."""
    found, lead, sizes = (
        repeats_of(lines, content),
        leads_of(lines, content),
        [size_of(line) for line in lines],
    )
    copies = [place not in (-1, row) for row, place in enumerate(found.original)]
    copied = sum(size for size, is_copy in zip(sizes, copies, strict=True) if is_copy)
    rows = []
    for row, size in enumerate(sizes):
        many, place = found.copies[row] >= 2, found.original[row]
        around = sum(sizes[max(row - 2, 0) : row + 3])
        columns = {
            "page_repeats": copied / (1e-3 + sum(sizes)),
            "log_rows_alike": math.log1p(found.alike[row] - 1),
            "begins_like": found.begins_words[row] / max(size, 1),
            "log_copies": math.log1p(found.copies[row] - 1) if many else 0,
            "has_copies": many and place == row,
        }
        copy = {
            "is_copy": is_long_enough(lines[row]),
            "copy_similarity": found.similarity[row],
            "copy_words": math.log1p(size),
            "copy_block": math.log1p(found.block[row]),
            "copy_is_short_in_context": 1 - size / max(around - size, size, 1e-30),
            "original_leads": math.log1p(lead[place]) - math.log1p(lead[row]),
        }
        rows.append(columns | (copy if copies[row] else dict.fromkeys(copy, 0)))
    return rows
