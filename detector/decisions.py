"""Scores to decisions: which lines stay. Policy only; no score is changed here.

Without a threshold, each page gets the one that maximises the expected F1 of the words
that it keeps: with content probabilities q and lengths w, keeping the k likeliest lines
is expected to give F = 2 Σ_kept qw / (Σ_kept w + Σ qw), and the best k is where the next
line's q falls to F / 2 (Lipton et al. 2014, "Optimal thresholding of classifiers to
maximize F1 measure").
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.compiled import inlined, kernel
from detector.features.shape import words_in
from detector.model.score import Scored
from detector.records import Bytes, Floats, Integers, Number, Repeats, Words
from detector.settings import Settings
from detector.sites.recurrence import SURE_PAGES

# Scores are rounded to 1/1000: one bin for each value.
BINS: Final = 1001

# What decided.
BY_SCORE: Final = 0
BY_F1: Final = 1
NO_CONTENT: Final = 2
MOSTLY_CONTENT: Final = 3


# A copy of a line that stays is dropped above this score. A gold text holds one of the two, and
# training cannot know which, so both get scores in the middle: on HTML of WCXB dev this is worth
# .003 words F1, and finds .18 more of the repeats in our own labels. From .2 on it costs more
# content than it finds. Several lines that return together, far away, may be a refrain or a
# list that is used twice: they are left to the score.
COPY_SCORE: Final = np.float32(0.3)
COPY_WORDS: Final = 3
REFRAIN_LINES: Final = 3


class DecisionPolicy(NamedTuple):
    """How it is decided.

    threshold: what the settings' goal stands for; None for each page's own
    site_pages: int32 (P,), other pages known of each page's site; None if of none
    """

    settings: Settings
    threshold: float | None = None
    site_pages: NDArray[np.int32] | None = None


class Decisions(NamedTuple):
    """What stays of each segment.

    kept: bool (S,)
    cut_words: int32 (S,), words at the segment's beginning that are cut: a headline again
    threshold: float32 (P,), the score above which the page's lines are dropped
    policy: uint8 (P,), what decided (`BY_SCORE` and so on)
    content: float32 (P, 2): expected words of content, and words
    """

    kept: NDArray[np.bool_]
    cut_words: NDArray[np.int32]
    threshold: Floats
    policy: Bytes
    content: Floats


@inlined
def _expected_best(
    scores: Floats, words: Words, rows: tuple[Number, Number], bins: Floats
) -> tuple[Number, ...]:
    """Return the best threshold of a page, its expected F1, expected content and words.

    bins: float32 (2, 1001), scratch: words, and words of expected content, by score.
    """
    bins[:] = 0
    total, content = np.float32(0), np.float32(0)
    for row in range(rows[0], rows[1]):
        size = words_in(words, row)
        at: Number = np.int64(np.round(scores[row] * 1000))
        bins[0, at] += size
        bins[1, at] += size * (np.float32(1) - scores[row])
        total += size
        content += size * (np.float32(1) - scores[row])
    kept, found = np.float32(0), np.float32(0)
    best, threshold = np.float32(0), np.float32(0)
    for at in range(BINS):
        if bins[0, at] > 0:
            kept, found = kept + bins[0, at], found + bins[1, at]
            expected = 2 * found / (kept + content)
            if expected > best:
                best, threshold = expected, np.float32(at) / np.float32(1000)
    return threshold, best, content, total


@kernel
def _decide(
    scores: Floats,
    words: Words,
    page_segment: Integers,
    policy: tuple[float, float, float, NDArray[np.bool_]],
    bins: Floats,
    out: Decisions,
) -> None:
    """Decide all pages.

    policy: the threshold (below 0: each page's own), least and mostly content, and bool (P,),
        pages whose site is known well: these do not keep unclear lines for being nearly all content
    """
    for page in range(page_segment.size - 1):
        rows = (page_segment[page], page_segment[page + 1])
        threshold, best, content, total = _expected_best(scores, words, rows, bins)
        out.content[page, 0], out.content[page, 1] = content, total
        out.policy[page] = BY_F1
        if policy[0] >= 0:
            threshold, out.policy[page] = np.float32(policy[0]), BY_SCORE
        elif best < policy[1]:
            threshold, out.policy[page] = np.float32(-1), NO_CONTENT
        elif content > policy[2] * total and threshold < policy[2] and not policy[3][page]:
            threshold, out.policy[page] = np.float32(policy[2]), MOSTLY_CONTENT
        out.threshold[page] = threshold
        for row in range(rows[0], rows[1]):
            out.kept[row] = scores[row] <= threshold


@kernel
def _drop_copies(
    scores: Floats, words: Words, page_segment: Integers, repeats: Repeats, out: Decisions
) -> None:
    """Drop copies of lines that stay, on pages whose own threshold decides."""
    for page in range(page_segment.size - 1):
        if out.policy[page] != BY_F1:
            continue
        for row in range(page_segment[page], page_segment[page + 1]):
            original = repeats.original[row]
            if original < 0 or original == row or not out.kept[original]:
                continue
            refrain = repeats.block[row] >= REFRAIN_LINES and abs(original - row) > 2 * repeats.block[row]
            if not refrain and scores[row] > COPY_SCORE and words_in(words, row) >= COPY_WORDS:
                out.kept[row] = False


@kernel
def _cut(repeats: Repeats, kept: NDArray[np.bool_], cut_words: NDArray[np.int32]) -> None:
    """Cut the headline off a kept line that begins with it, if the headline itself stays."""
    for row in range(kept.size):
        headline = repeats.begins[row]
        if kept[row] and headline >= 0:
            original = repeats.original[headline]
            if kept[headline] or (original >= 0 and original != row and kept[original]):
                cut_words[row] = repeats.begins_words[row]


def decide(
    scores: Floats,
    words: Words,
    page_segment: Integers,
    repeats: Repeats,
    policy: DecisionPolicy,
) -> Decisions:
    """Return what stays of each segment; without a threshold, each page gets its own."""
    settings, threshold = policy.settings, policy.threshold
    n_pages, n_segments = page_segment.size - 1, scores.size
    out = Decisions(
        kept=np.empty(n_segments, np.bool_),
        cut_words=np.zeros(n_segments, np.int32),
        threshold=np.empty(n_pages, np.float32),
        policy=np.empty(n_pages, np.uint8),
        content=np.empty((n_pages, 2), np.float32),
    )
    known = np.zeros(n_pages, np.bool_) if policy.site_pages is None else policy.site_pages >= SURE_PAGES
    limits = (-1.0 if threshold is None else threshold, settings.least_content, settings.mostly_content)
    _decide(scores, words, page_segment, (*limits, known), np.empty((2, BINS), np.float32), out)
    if settings.drop_copies:
        _drop_copies(scores, words, page_segment, repeats, out)
    if settings.cut_headlines:
        _cut(repeats, out.kept, out.cut_words)
    return out


def decide_scored(
    found: Scored, words: Words, page_segment: Integers, settings: Settings, threshold: float | None = None
) -> Decisions:
    """Return what stays of what was just scored, with what is known of the pages' sites."""
    policy = DecisionPolicy(settings, threshold, found.site_pages)
    return decide(found.scores, words, page_segment, found.repeats, policy)
