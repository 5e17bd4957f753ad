"""From scores to decisions: which lines are kept. Scores are never changed here.

Without a threshold, each page gets the one that maximises the expected F1 of its kept words.
With content probabilities q and lengths w, keeping the k most likely lines gives an expected
F = 2 Σ_kept qw / (Σ_kept w + Σ qw), and the best k is where the next line's q falls to F / 2 (Lipton
et al. 2014, "Optimal thresholding of classifiers to maximize F1 measure"). The F1 cannot be greater than the
probability that any line is content. This matters for pages of one or two lines.

Copies (`copies.py`) are decided by their kind, whatever their score. Kinds in `drop_copies` are dropped. If
such a copy would have been kept, its original is kept instead. The score decides only for a "repeat", a short
line that occurs twice for no known reason: it is dropped above .3 if its original is kept, and always if both
lines are titles by their kind. A refrain or a parallel line is kept unless its score is above .65: then it is
recurring boilerplate.

In HTML, lists, tables, definition lists and code (`whole_blocks.py`) are decided as a whole if each page has
its own threshold, by the mean log-odds of their rows, weighted by words. A block is kept if its mean is not
above the threshold and half of its rows would be kept anyway. It is dropped if its mean is above .7. Rows up
to .2 are always kept, and rows from .9 on always dropped.

Kinds of lines change what is decided, too (`decisions_by_kind.py`).

The kernels are kernels/decide.cpp and kernels/blocks.cpp.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.decisions_by_kind import (
    KnownKinds,
    between_kept,
    by_kind,
    headings_kept,
    titles_again,
    titles_of,
    with_kinds,
)
from detector.model.page_kinds import ARTICLE, FORUM
from detector.model.score import ScoredLines
from detector.records import COPY_KINDS, Bytes, Copies, Floats, Integers, Words
from detector.settings import Settings
from detector.sites.recurrence import SURE_PAGES

# What decided the lines of a page.
BY_SCORE: Final = 0
BY_F1: Final = 1
NO_CONTENT: Final = 2
MOSTLY_CONTENT: Final = 3
# What the rules for copies decided for a segment, whatever its score.
COPY_DROPPED: Final = 1
ORIGINAL_KEPT: Final = 2
# What the block of a segment decided.
BLOCK_KEPT: Final = 3
BLOCK_DROPPED: Final = 4
# The settings keep or drop the kind of this segment; its score alone would have decided differently.
KIND_DECIDED: Final = 5
# The scores of the segments before and after this one keep them, and it is body by its kind.
BETWEEN_KEPT: Final = 6
# A short heading, whose paragraph is kept by its score.
HEADING_KEPT: Final = 7


class DecisionPolicy(NamedTuple):
    """How to decide.

    threshold: the threshold for the goal in the settings; None if each page has its own
    site_pages: int32 (P,), the number of known other pages of each page's site; None if there are none
    """

    settings: Settings
    threshold: float | None = None
    site_pages: NDArray[np.int32] | None = None


class Decisions(NamedTuple):
    """What is kept of each segment.

    kept: bool (S,)
    cut_words: int32 (S,), words that are cut off the beginning of the segment: a repeated headline
    threshold: float32 (P,), the score above which the lines of a page are dropped
    policy: uint8 (P,), what decided (`BY_SCORE` and so on)
    rule: uint8 (S,), the decision by copy, block or kind (`COPY_DROPPED` and so on), 0 for none
    content: float32 (P, 2): the expected number of content words, and the number of words
    """

    kept: NDArray[np.bool_]
    cut_words: NDArray[np.int32]
    threshold: Floats
    policy: Bytes
    rule: Bytes
    content: Floats


def decide(
    scores: Floats,
    words: Words,
    page_segment: Integers,
    copies: Copies,
    policy: DecisionPolicy,
    blocks: Integers | None = None,
    kinds: KnownKinds | None = None,
) -> Decisions:
    """Return what is kept of each segment. Without a threshold, each page gets its own.

    blocks: int64 (S,), the first row of the block of each row, or -1 (`whole_blocks`)
    """
    settings = policy.settings
    keep, drop = settings.kinds_decided()
    content = decided = scores
    if kinds is not None:
        weigh = policy.threshold is None and bool(keep or drop)
        together = with_kinds(scores, kinds, page_segment) if weigh else None
        content, decided = by_kind(scores, kinds, page_segment, keep, drop, titles_of(copies), together)
    n_pages, n_segments = page_segment.size - 1, scores.size
    out = Decisions(
        kept=np.empty(n_segments, np.bool_),
        cut_words=np.empty(n_segments, np.int32),
        threshold=np.empty(n_pages, np.float32),
        policy=np.empty(n_pages, np.uint8),
        rule=np.empty(n_segments, np.uint8),
        content=np.empty((n_pages, 2), np.float32),
    )
    well_known = np.zeros(n_pages, np.bool_)
    if policy.site_pages is not None:
        well_known = policy.site_pages >= SURE_PAGES
    threshold = -1.0 if policy.threshold is None else float(policy.threshold)
    limits = (threshold, float(settings.least_content), float(settings.mostly_content))
    switches = (sum(1 << COPY_KINDS.index(kind) for kind in settings.drop_copies), settings.cut_headlines)
    native.run("decide", content, decided, words, page_segment, copies, well_known, limits, switches, out)
    if settings.whole_blocks and blocks is not None:
        before = (out.threshold, out.policy, out.kept, out.rule)
        native.run("decide_blocks", decided, words, page_segment, blocks, before)
    if kinds is not None and kinds.lines.size and (keep or drop):
        if "body" not in drop:
            dropped = [COPY_KINDS.index(kind) for kind in settings.drop_copies]
            may_stay = (out.rule == 0) & ~out.kept & ~np.isin(copies.kind, dropped)
            _keep_among(scores, kinds, words, page_segment, may_stay, drop, out)
        if "repeat" in settings.drop_copies:
            _drop_titles_again(kinds, copies, out)
    if decided is not scores:
        stays = scores <= np.repeat(out.threshold, np.diff(page_segment))
        out.rule[(stays != out.kept) & (out.rule == 0)] = KIND_DECIDED
    return out


def decide_scored(
    lines: ScoredLines,
    copies: Copies,
    words: Words,
    page_segment: Integers,
    settings: Settings,
    threshold: float | None = None,
    blocks: Integers | None = None,
) -> Decisions:
    """Return what is kept of the lines that were just scored, given what is known about their sites."""
    policy = DecisionPolicy(settings, threshold, lines.site_pages)
    kinds = KnownKinds(lines.kinds, lines.pages.share[:, FORUM], lines.pages.share[:, ARTICLE])
    return decide(lines.scores, words, page_segment, copies, policy, blocks, kinds)


def _keep_among(
    scores: Floats,
    kinds: KnownKinds,
    words: Words,
    page_segment: Integers,
    may_stay: NDArray[np.bool_],
    drop: Sequence[str],
    out: Decisions,
) -> None:
    """Keep lines between two that their scores keep, and headings of such paragraphs, by their kinds."""
    sizes = np.diff(page_segment)
    stays = out.kept & (scores <= np.repeat(out.threshold, sizes))
    may_stay = may_stay & np.repeat(out.policy == BY_F1, sizes)
    headings = may_stay & headings_kept(scores, kinds, words, page_segment, stays, drop)
    out.kept[headings], out.rule[headings] = True, HEADING_KEPT
    between = may_stay & between_kept(scores, kinds, page_segment, stays)
    out.kept[between], out.rule[between] = True, BETWEEN_KEPT


def _drop_titles_again(kinds: KnownKinds, copies: Copies, out: Decisions) -> None:
    """Drop titles that come again; their originals stay instead."""
    rows = titles_again(kinds, copies)
    originals = copies.of[rows[out.kept[rows]]]
    originals = originals[~out.kept[originals]]
    out.kept[originals], out.rule[originals] = True, ORIGINAL_KEPT
    out.kept[rows], out.rule[rows] = False, COPY_DROPPED
