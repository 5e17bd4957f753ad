"""Sentences made from words that we wrote, in eight languages; the material of planted corpora.

If the shared data is available, its running text can replace the sentences.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from benchmarks.data.planted.stream import Stream
from benchmarks.data.shared import shared_data
from benchmarks.files import json_lines

MATERIAL: Final = Path(__file__).with_name("material.json")
# How many different numbers stand for words.
NUMBERS: Final = 9000
# The number of words of a sentence: from the first to one less than the second.
SENTENCE: Final = (6, 17)
Draw = np.random.Generator | Stream


class Language(NamedTuple):
    """The material of the pages of a language.

    joined: words have no spaces between them; varying: lines with {n}, {m}, {date}, {year}, {site}.
    """

    code: str
    words: tuple[str, ...]
    joined: bool
    template: tuple[str, ...]
    varying: tuple[str, ...]
    headings: tuple[str, ...]


@lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """Return all languages, in the order of the file."""
    stored: dict[str, dict[str, Any]] = json.loads(MATERIAL.read_text(encoding="utf-8"))
    return tuple(
        Language(
            code,
            tuple(row["words"].split()),
            row["joined"],
            tuple(row["template"]),
            tuple(row["varying"]),
            tuple(row["headings"]),
        )
        for code, row in stored.items()
    )


def _chosen(language: Language, at: Sequence[int], number: Sequence[int]) -> list[str]:
    """Return words; one in 25 is a number, so that lists of words do not repeat."""
    known = language.words
    if language.joined:
        return [known[i] for i in at]
    return [known[i] if n >= NUMBERS else str(1000 + n) for i, n in zip(at, number, strict=True)]


def words(draw: Draw, language: Language, count: int) -> list[str]:
    """Draw words."""
    at = draw.integers(0, len(language.words), count)
    return _chosen(language, at, draw.integers(0, 25 * NUMBERS, count))


def written(language: Language, parts: Sequence[str], end: str = ".") -> str:
    """Return words as a sentence."""
    if language.joined:
        return "".join(parts) + ("。" if end == "." else end)
    text = " ".join(parts)
    return text[:1].upper() + text[1:] + end


def sentence(draw: Draw, language: Language) -> str:
    """Return a sentence of 6 to 16 words."""
    return written(language, words(draw, language, int(draw.integers(*SENTENCE))))


def paragraph(draw: Stream, language: Language) -> str:
    """Return two to five sentences."""
    count = draw.integers(2, 6)
    drawn = draw.runs(count, SENTENCE, (len(language.words), 25 * NUMBERS))
    sentences, at = [], 0
    for _ in range(count):
        first, last = at + 1, at + 1 + drawn[at]
        at = last + drawn[at]
        sentences.append(written(language, _chosen(language, drawn[first:last], drawn[last:at])))
    return ("" if language.joined else " ").join(sentences)


def headline(draw: Draw, language: Language) -> str:
    """Return five to ten words without punctuation at the end."""
    return written(language, words(draw, language, int(draw.integers(5, 11))), "")


def shared_lines(code: str, most: int = 20_000, folder: Path | None = None) -> list[str]:
    """Return running text of a language from the shared data; raises an error if that is missing."""
    path = (folder or shared_data()) / "multilingual" / "content" / "content_lines.jsonl.gz"
    texts = (row["text"] for row in json_lines(path) if row["lang"] == code and row["kind"] != "headline")
    return list(islice(texts, most))
