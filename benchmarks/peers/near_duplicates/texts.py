"""The input of every system: texts in a list or in a file, the same shingles, and a threshold."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.files import json_lines

THRESHOLD = 0.8
SHINGLE = 5
SLOTS = 128
# A word, or a character of Chinese, of which the planted corpora have some. The shingles must be those of the
# truth, with as little Python as possible.
TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


class Found(NamedTuple):
    """The results of a system; None for what it does not return.

    pairs of positions; removed: positions that are removed while their near-duplicates stay; flagged:
    positions with a near-duplicate anywhere, including the first of a group
    """

    pairs: list[tuple[int, int]] | None
    removed: list[int] | None
    flagged: list[int] | None = None


class Corpus:
    """Texts of a JSONL file; held in memory once `texts` has been called."""

    def __init__(self, path: str, most: int | None = None) -> None:
        self.path, self._most = path, most
        self._texts: list[str] | None = None

    def stream(self) -> Iterator[str]:
        """Yield the texts from the file."""
        for row in islice(json_lines(Path(self.path)), self._most):
            yield row["text"]

    def texts(self) -> list[str]:
        """Return the texts."""
        if self._texts is None:
            self._texts = list(self.stream())
        return self._texts


def shingles(text: str) -> list[str]:
    """Return the shingles of a text, with repetitions."""
    words = TOKEN.findall(text.lower())
    return [
        " ".join(words[at : at + SHINGLE]) for at in range(max(len(words) - SHINGLE + 1, min(len(words), 1)))
    ]


def removed_by(pairs: list[tuple[int, int]]) -> list[int]:
    """Return what is removed if each text with an earlier kept near-duplicate is removed."""
    gone: set[int] = set()
    for left, right in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        if left not in gone:
            gone.add(right)
    return sorted(gone)
