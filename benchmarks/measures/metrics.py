"""The measures. Every published number on accuracy is computed by a function in this file.

They are specified in docs/measures.md. Our outputs and the peers' go through the same functions.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.training.evaluate.bootstrap import Parts, interval_of

# The most words of an output that is right for a page without gold content.
EMPTY_GOLD_TOKENS: Final = 5
CALIBRATION_BINS: Final = 15
# Of intervals.
LEVEL: Final = 0.95

# Han, Kana, Thai, Lao, Khmer and Myanmar: without spaces, so each character counts.
SINGLE_BLOCKS: Final = (
    (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C),
    (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1AFF0, 0x1B16F), (0x20000, 0x323AF),
    (0x0E00, 0x0EFF), (0x1780, 0x17FF), (0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F),
)  # fmt: skip
_ASCII_TOKEN: Final = re.compile(r"[a-z0-9]+")


def _ranges(codes: Sequence[int]) -> str:
    """Return sorted code points as the inside of a character class."""
    parts, first = [], codes[0]
    for code, after in zip(codes, [*codes[1:], -1], strict=True):
        if after != code + 1:
            parts.append(f"\\U{first:08x}-\\U{code:08x}")
            first = after
    return "".join(parts)


@lru_cache(maxsize=1)
def _token_pattern() -> re.Pattern[str]:
    """Return the pattern of a token, from the Unicode tables of this Python."""
    single: list[int] = []
    run: list[int] = []
    for code in range(0x110000):
        category = unicodedata.category(chr(code))
        if category[0] in "LM" or category == "Nd":
            in_block = any(first <= code <= last for first, last in SINGLE_BLOCKS)
            (single if in_block else run).append(code)
    return re.compile(f"[{_ranges(single)}]|[{_ranges(run)}]+")


def tokens(text: str) -> list[str]:
    """Return the words of a text: NFC, case folded, runs of letters, marks and digits.

    In scripts without spaces each character is a word. Soft hyphens are ignored: some golds contain them, and
    systems that leave them out are right.
    """
    text = text.replace("\u00ad", "")
    if text.isascii():
        return _ASCII_TOKEN.findall(text.lower())
    return _token_pattern().findall(unicodedata.normalize("NFC", text).casefold())


def contains(words: Sequence[str], part: str) -> bool:
    """Tell whether the words of a part are a contiguous run in the words of a text."""
    return f" {' '.join(tokens(part))} " in f" {' '.join(words)} "


class Overlap(NamedTuple):
    """Words that two texts share, as multisets."""

    shared: int
    found: int
    gold: int


def overlap(text: str, gold: str) -> Overlap:
    """Count the words of a text, of its gold, and those in both."""
    found, wanted = Counter(tokens(text)), Counter(tokens(gold))
    return Overlap((found & wanted).total(), found.total(), wanted.total())


def words_f1(text: str, gold: str) -> float:
    """Return the words F1 of a text against the gold, for one page."""
    return overlap_f1(overlap(text, gold))


def overlap_f1(counts: Overlap) -> float:
    """Return F1 from word counts."""
    if counts.gold == 0:
        return float(counts.found <= EMPTY_GOLD_TOKENS)
    return 2 * counts.shared / (counts.found + counts.gold)


class Interval(NamedTuple):
    """A mean over pages, with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    pages: int


def _group_numbers(count: int, groups: Sequence[object] | None) -> NDArray[np.int64]:
    """Return the group of each page as a number. Without groups, each page is one."""
    if groups is None:
        return np.arange(count)
    number = {name: at for at, name in enumerate(dict.fromkeys(groups))}
    return np.array([number[name] for name in groups], np.int64)


def mean_interval(values: ArrayLike, groups: Sequence[object] | None = None) -> Interval:
    """Return the mean of values by page, with its interval.

    With groups (domains), whole groups are drawn, because pages of a site are not independent.
    """
    pages = np.asarray(values, np.float64)
    if pages.size == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    parts = Parts(pages, np.ones(pages.size), _group_numbers(pages.size, groups))
    return Interval(float(pages.mean()), *interval_of(parts, LEVEL), pages.size)


def normalised_space(text: str) -> str:
    """Return a text in NFC, with every run of white space replaced by one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class Snippets(NamedTuple):
    """Counts of snippets: `kept` of the `wanted` ones, and `left` of the `unwanted` ones."""

    kept: int
    wanted: int
    left: int
    unwanted: int


def find_snippets(text: str, wanted: Sequence[str], unwanted: Sequence[str]) -> Snippets:
    """Count the snippets in the text of a page, with white space normalised."""
    clean = normalised_space(text)
    kept = sum(normalised_space(snippet) in clean for snippet in wanted)
    left = sum(normalised_space(snippet) in clean for snippet in unwanted)
    return Snippets(kept, len(wanted), left, len(unwanted))


class SnippetScores(NamedTuple):
    """Shares over the snippets of all pages, and the interval of F1 over pages."""

    precision: float
    recall: float
    f1: float
    accuracy: float
    low: float
    high: float
    pages: int


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def snippet_scores(pages: Sequence[Snippets], groups: Sequence[object] | None = None) -> SnippetScores:
    """Return precision, recall, F1 and accuracy over all snippets of all pages."""
    table = np.asarray(pages, np.float64).reshape(-1, 4)
    if not len(table):
        nan = float("nan")
        return SnippetScores(nan, nan, nan, nan, nan, nan, 0)
    kept, wanted, left, unwanted = table.sum(0)
    f1 = Parts(2 * table[:, 0], table[:, :3].sum(1), _group_numbers(len(table), groups))
    low, high = interval_of(f1, LEVEL)
    return SnippetScores(
        _ratio(kept, kept + left),
        _ratio(kept, wanted),
        _ratio(2 * kept, kept + left + wanted),
        _ratio(kept + unwanted - left, wanted + unwanted),
        low,
        high,
        len(table),
    )


def content_lost(pages: Sequence[Overlap]) -> float:
    """Return the share of gold words, over all pages, that the clean texts lack."""
    gold = sum(page.gold for page in pages)
    return _ratio(gold - sum(page.shared for page in pages), gold)


def kept_lines(lines: Sequence[str], text: str) -> NDArray[np.bool_]:
    """Return which lines a text kept: those with at least half of their words in it, in order.

    For systems that return text without decisions. Lines without words count as kept.
    """
    words = [tokens(line) for line in lines]
    page = [word for line in words for word in line]
    matched = np.zeros(len(page) + 1)
    for block in SequenceMatcher(None, page, tokens(text), autojunk=False).get_matching_blocks():
        matched[block.a : block.a + block.size] = 1
    found = np.concatenate(([0], np.cumsum(matched)))
    ends = np.cumsum([0, *map(len, words)])
    kept: NDArray[np.bool_] = 2 * np.diff(found[ends]) >= np.diff(ends)
    return kept


class LineScores(NamedTuple):
    """Results on labelled lines. Content is the positive class; metadata and comments do not count."""

    precision: float
    recall: float
    f1: float
    template_recall: float
    repeat_recall: float
    lines: int


def line_scores(labels: Sequence[str], kept: ArrayLike) -> LineScores:
    """Score decisions on labelled lines. labels: content, template, repeat, metadata, comment.

    Copies (`repeat`) should be dropped like template, and count for its recall. `repeat_recall` is for these
    lines alone.
    """
    truth, stays = np.asarray(labels), np.asarray(kept, bool)
    content = truth == "content"
    template = (truth == "template") | (truth == "repeat")
    right = float((content & stays).sum())
    precision = _ratio(right, right + float((template & stays).sum()))
    recall = _ratio(right, float(content.sum()))
    return LineScores(
        precision,
        recall,
        _ratio(2 * precision * recall, precision + recall),
        _ratio(float((template & ~stays).sum()), float(template.sum())),
        _ratio(float(((truth == "repeat") & ~stays).sum()), float((truth == "repeat").sum())),
        int((content | template).sum()),
    )


def lost_at_template_recall(
    scores: ArrayLike, labels: Sequence[str], words: ArrayLike, recall: float
) -> float:
    """Return the content words lost by the highest threshold that drops this share of template."""
    given, truth, mass = np.asarray(scores, np.float64), np.asarray(labels), np.asarray(words, np.float64)
    template = np.sort(given[(truth == "template") | (truth == "repeat")])
    content = truth == "content"
    if not template.size or not content.any():
        return float("nan")
    lowest = template[int(np.floor(template.size * (1 - recall)))]
    return _ratio(float(mass[content & (given >= lowest)].sum()), float(mass[content].sum()))


def _equal_mass_bins(scores: NDArray[np.float64], mass: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each line. Equal scores share a bin, so the order of lines does not matter."""
    order = np.argsort(scores, kind="stable")
    _, start, size = np.unique(scores[order], return_index=True, return_counts=True)
    level_mass = np.add.reduceat(mass[order], start)
    middle = np.cumsum(level_mass) - level_mass / 2
    level = np.minimum((middle / level_mass.sum() * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    bins = np.empty(scores.size, np.int64)
    bins[order] = np.repeat(level, size)
    return bins


def calibration_error(scores: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean difference between score and truth over 15 bins of equal mass.

    scores: the probability that a line is not content; truth: the share of it that is not, 0 to 1.
    Without weights, each line counts once. With its number of words as weight, each word does.
    """
    given, wanted = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
    mass = np.ones(given.size) if weights is None else np.asarray(weights, np.float64)
    given, wanted, mass = given[mass > 0], wanted[mass > 0], mass[mass > 0]
    if given.size == 0:
        return float("nan")
    gaps = np.bincount(_equal_mass_bins(given, mass), mass * (given - wanted), CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / mass.sum())


def brier(scores: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean squared difference between score and truth; for arguments see above."""
    given, wanted = np.asarray(scores, np.float64), np.asarray(truth, np.float64)
    mass = np.ones(given.size) if weights is None else np.asarray(weights, np.float64)
    return float(np.average((given - wanted) ** 2, weights=mass)) if mass.sum() > 0 else float("nan")


def page_error(expected: ArrayLike, true: ArrayLike) -> float:
    """Return the mean difference between the expected and the true content share of pages."""
    gap = np.abs(np.asarray(expected, np.float64) - np.asarray(true, np.float64))
    return float(gap.mean()) if gap.size else float("nan")
