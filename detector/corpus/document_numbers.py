"""Numbers of a clean text: words, language and repetition, and the filters that use them.

The shares of repetition are those of Gopher (Rae et al. 2021, table A1), and those of lines are as in FineWeb
(Penedo et al. 2024). Shares of text are shares of the bytes of its words, so that they are comparable in
every script.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.model.page_kinds import EMPTY, KINDS
from detector.presets import refuse_unknown_kinds
from detector.records import Integers
from detector.results.metadata.languages import text_language
from detector.run_settings import DocumentFilters
from detector.text.decoding import utf8
from detector.text.plain import text_batch
from detector.text.words import words_of

# The ends of lines that are sentences, or quoted sentences, in many scripts.
LINE_ENDS: Final = tuple(".!?…。！？।॥؟۔።။។:;\"'”’»)」』")
SHORT_LINE: Final = 30
# The n-grams of Gopher: the most frequent one of two to four words; of five to ten words, all repeated ones.
TOP: Final = (2, 3, 4)
REPEATED: Final = (5, 6, 7, 8, 9, 10)
# Of the hashes of n-grams: odd, with as many ones as zeros.
MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


class DocumentNumbers(NamedTuple):
    """The numbers of a clean text.

    language: BCP 47 tag, detected from its words, or "" if there are too few; language_probability: how
    certain that is
    kept_share: bytes of the clean text, divided by those of the page's lines
    duplicate_lines, duplicate_line_text: share of lines that equal an earlier one, and of the text in them
    lines_with_end: share of the lines that end like sentences; short_lines: share with fewer than 30
    characters
    top_ngrams: for 2 to 4 words, share of the text in the most frequent n-gram
    repeated_ngrams: for 5 to 10 words, share of the text in n-grams that occurred before
    """

    words: int
    kept_share: float
    language: str
    language_probability: float
    duplicate_lines: float
    duplicate_line_text: float
    lines_with_end: float
    short_lines: float
    top_ngrams: tuple[float, ...]
    repeated_ngrams: tuple[float, ...]

    def columns(self) -> dict[str, Any]:
        """Return the numbers as columns of a record."""
        found: dict[str, Any] = {}
        for name, value in self._asdict().items():
            if isinstance(value, tuple):
                sizes = TOP if name == "top_ngrams" else REPEATED
                parts = zip(sizes, value, strict=True)
                found |= {f"detector_{name.removesuffix('s')}_{size}": one for size, one in parts}
            else:
                found[f"detector_{name}"] = value
        return found


def columns_of_numbers() -> dict[str, type]:
    """Return the names and types of all columns."""
    nothing = numbers_of("", 0)
    return {name: type(value) for name, value in nothing.columns().items()}


def numbers_of(text: str, before: int) -> DocumentNumbers:
    """Return the numbers of a clean text. before: bytes of its page's lines."""
    data = utf8(text)
    words = words_of(text_batch([data]))
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(words.end - words.start)))
    repeated, total = _repeated_bytes(words.key, ends), max(int(ends[-1]), 1)
    lines = [line for line in text.splitlines() if line.strip()]
    copies = _copies(lines)
    found = text_language(text)
    return DocumentNumbers(
        words=words.key.size,
        kept_share=_rounded(len(data), before),
        language="" if found is None else found.value,
        language_probability=0.0 if found is None else round(float(found.confidence or 0), 3),
        duplicate_lines=_rounded(len(copies), len(lines)),
        duplicate_line_text=_rounded(sum(map(len, copies)), sum(map(len, lines))),
        lines_with_end=_rounded(sum(line.rstrip().endswith(LINE_ENDS) for line in lines), len(lines)),
        short_lines=_rounded(sum(len(line.strip()) < SHORT_LINE for line in lines), len(lines)),
        top_ngrams=tuple(round(repeated[size] / total, 3) for size in TOP),
        repeated_ngrams=tuple(round(repeated[size] / total, 3) for size in REPEATED),
    )


def _rounded(part: int, whole: int) -> float:
    return round(part / max(whole, 1), 3)


def _copies(lines: Sequence[str]) -> list[str]:
    """Return the lines that equal an earlier one."""
    seen, found = set[str](), list[str]()
    for line in map(str.strip, lines):
        if line in seen:
            found.append(line)
        seen.add(line)
    return found


def _repeated_bytes(keys: NDArray[np.uint64], ends: Integers) -> dict[int, int]:
    """Return the bytes of repeated n-grams for each size in `TOP` and `REPEATED`.

    keys: of the words; ends: int64 (words + 1,), the bytes before each word
    """
    found, ngrams = dict.fromkeys((*TOP, *REPEATED), 0), keys
    for size in range(2, max(REPEATED) + 1):
        ngrams = ngrams[:-1] * MULTIPLIER + keys[size - 1 :]
        ordered = np.sort(ngrams)
        if not (ordered[1:] == ordered[:-1]).any():
            break  # no longer n-gram is repeated either
        found[size] = _top(ngrams, ends, size) if size in TOP else _repeated(ngrams, ends, size)
    return found


def _top(ngrams: NDArray[np.uint64], ends: Integers, size: int) -> int:
    """Return the bytes in the most frequent n-gram; among several, in the longest."""
    _, which, counts = np.unique(ngrams, return_inverse=True, return_counts=True)
    most = int(counts.max())
    return most * int((ends[size:] - ends[:-size])[counts[which] == most].max())


def _repeated(ngrams: NDArray[np.uint64], ends: Integers, size: int) -> int:
    """Return the bytes of n-grams that occurred before; each word counts once."""
    seen, found, at, every = set[int](), 0, 0, ngrams.tolist()
    while at < len(every):
        if every[at] in seen:
            found += int(ends[at + size] - ends[at])
            at += size
        else:
            seen.add(every[at])
            at += 1
    return found


def refuse_unknown_page_kinds(filters: DocumentFilters) -> None:
    """Raise `SettingsError` for an unknown kind of page."""
    refuse_unknown_kinds("the filter kinds", filters.kinds, (*KINDS, EMPTY))


class Broken(NamedTuple):
    """A filter that a document does not pass. value: the document's number; limit: the filter's limit."""

    filter: str
    value: Any
    limit: Any


def first_broken(
    filters: DocumentFilters, numbers: DocumentNumbers, verdict: str, content_share: float
) -> Broken | None:
    """Return the first filter that a document does not pass, in the order of `DocumentFilters`."""
    return next(_broken(filters, numbers, verdict, content_share), None)


def _broken(
    filters: DocumentFilters, numbers: DocumentNumbers, verdict: str, content_share: float
) -> Iterator[Broken]:
    for name, value, least in (
        ("min_words", numbers.words, filters.min_words),
        ("min_content_share", content_share, filters.min_content_share),
        ("min_kept_share", numbers.kept_share, filters.min_kept_share),
    ):
        if value < least:
            yield Broken(name, value, least)
    if filters.kinds and verdict not in filters.kinds:
        yield Broken("kinds", verdict, list(filters.kinds))
    if filters.languages:
        sure = numbers.language_probability >= filters.language_probability
        if not sure or numbers.language not in filters.languages:
            yield Broken("languages", numbers.language, list(filters.languages))
    yield from _repetition(filters, numbers)


def _repetition(filters: DocumentFilters, numbers: DocumentNumbers) -> Iterator[Broken]:
    if numbers.lines_with_end < filters.min_lines_with_end:
        yield Broken("min_lines_with_end", numbers.lines_with_end, filters.min_lines_with_end)
    for name in ("duplicate_lines", "duplicate_line_text", "short_lines"):
        value, most = getattr(numbers, name), getattr(filters, f"max_{name}")
        if value > most:
            yield Broken(f"max_{name}", value, most)
    for name, sizes in (("top_ngrams", TOP), ("repeated_ngrams", REPEATED)):
        limits: Mapping[str, float] = getattr(filters, f"max_{name}")
        for size, value in zip(sizes, getattr(numbers, name), strict=True):
            most = limits.get(str(size), 1.0)
            if value > most:
                yield Broken(f"max_{name}.{size}", value, most)
