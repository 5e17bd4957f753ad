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

Kinds that the settings keep or drop (`Settings.kinds_decided`) change the number that is compared with the
threshold, not the score that is shown. On a forum, text that looks like a reader's comment is a post, so the
probability of a comment is reduced by that of a forum. Lines that are kept by kind can only raise a page's
own threshold. A line with copies on the page is more likely to be its title.

The kernels are kernels/decide.cpp and kernels/blocks.cpp.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.model.page_kinds import FORUM
from detector.model.score import ScoredLines
from detector.records import COPY_KINDS, LINE_KINDS, Bytes, Copies, Floats, Integers, Words
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


class DecisionPolicy(NamedTuple):
    """How to decide.

    threshold: the threshold for the goal in the settings; None if each page has its own
    site_pages: int32 (P,), the number of known other pages of each page's site; None if there are none
    """

    settings: Settings
    threshold: float | None = None
    site_pages: NDArray[np.int32] | None = None


# A line that looks like the title by structure has its odds of being one multiplied by this.
TITLE_ODDS: Final = 10
# Kinds of lines that are easily mistaken for the body; probabilities up to this value do not count.
READ_AS_BODY: Final = ("comment", "author")
LEAST_SURE: Final = 0.25
# From this probability on, the most likely title of a page counts as the title if no other line is nearly as
# likely.
LEAST_TITLE: Final = 0.1
# Between two lines that are kept, a line stays if it is body at least this probably (in thousandths) and its
# score is lower than that.
BETWEEN_BODY: Final = 850
BETWEEN_SCORE: Final = 0.9
# A short line that occurs twice is the title again if both lines are titles at least this probably.
TITLE_AGAIN: Final = 500


class KnownKinds(NamedTuple):
    """The kinds of lines and pages.

    lines: float32 (S, K), the probability of each kind of line; no rows if they are not known
    forum: float32 (P,), the probability that the page is a forum
    """

    lines: Floats
    forum: Floats


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
    content = decided = scores
    if kinds is not None:
        content, decided = by_kind(scores, kinds, page_segment, *settings.kinds_decided(), titles_of(copies))
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
    if kinds is not None and kinds.lines.size and any(settings.kinds_decided()):
        _decide_among(scores, kinds, page_segment, copies, settings, out)
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
    kinds = KnownKinds(lines.kinds, lines.pages.share[:, FORUM])
    return decide(lines.scores, words, page_segment, copies, policy, blocks, kinds)


def _decide_among(
    scores: Floats,
    kinds: KnownKinds,
    page_segment: Integers,
    copies: Copies,
    settings: Settings,
    out: Decisions,
) -> None:
    """Decide lines between kept ones, and titles that come again, by their kinds."""
    if "body" not in settings.kinds_decided()[1]:
        dropped = [COPY_KINDS.index(kind) for kind in settings.drop_copies]
        may_stay = (out.rule == 0) & ~out.kept & ~np.isin(copies.kind, dropped)
        _keep_between(scores, kinds, page_segment, may_stay, out)
    if "repeat" in settings.drop_copies:
        _drop_titles_again(kinds, copies, out)


def _keep_between(
    scores: Floats, kinds: KnownKinds, page_segment: Integers, may_stay: NDArray[np.bool_], out: Decisions
) -> None:
    """Keep lines that are body by their kind between two that their scores keep, where they may stay."""
    sizes = np.diff(page_segment)
    stays = out.kept & (scores <= np.repeat(out.threshold, sizes))
    before, after = np.zeros_like(stays), np.zeros_like(stays)
    before[1:], after[:-1] = stays[:-1], stays[1:]
    before[page_segment[:-1][sizes > 0]] = after[page_segment[1:][sizes > 0] - 1] = False
    is_body = np.rint(_share(kinds, "body") * 1000) >= BETWEEN_BODY
    by_f1 = np.repeat(out.policy == BY_F1, sizes)
    is_between = may_stay & before & after & is_body & by_f1 & (scores < BETWEEN_SCORE)
    out.kept[is_between], out.rule[is_between] = True, BETWEEN_KEPT


def _drop_titles_again(kinds: KnownKinds, copies: Copies, out: Decisions) -> None:
    """Drop repeats that are titles by their kind, as are their originals; these stay instead."""
    is_title = np.rint(_share(kinds, "title") * 1000) >= TITLE_AGAIN
    rows = np.flatnonzero((copies.kind == COPY_KINDS.index("repeat")) & is_title)
    rows = rows[is_title[copies.of[rows]]]
    originals = copies.of[rows[out.kept[rows]]]
    originals = originals[~out.kept[originals]]
    out.kept[originals], out.rule[originals] = True, ORIGINAL_KEPT
    out.kept[rows], out.rule[rows] = False, COPY_DROPPED


class ScoresByKind(NamedTuple):
    """The numbers that are compared with thresholds, both float32 (S,).

    content: higher for lines of dropped kinds; decided: also lower for lines of kept kinds
    """

    content: Floats
    decided: Floats


def by_kind(
    scores: Floats,
    kinds: KnownKinds,
    page_segment: Integers,
    keep: Sequence[str] = (),
    drop: Sequence[str] = (),
    titles: Integers | None = None,
) -> ScoresByKind:
    """Return the numbers that are compared with thresholds.

    A line is kept with the probability K + (1 - K - D) (1 - score), where K is the probability of the kept
    kinds and D that of the dropped ones. For all other kinds the score decides. Without kinds, the scores are
    returned unchanged. titles: rows that structure finds to be titles (`titles_of`)
    """
    if not kinds.lines.size or not (keep or drop):
        return ScoresByKind(scores, scores)
    kept = sum(_kept_share(kinds, kind, page_segment, titles) for kind in keep)
    dropped = np.minimum(sum(_dropped_share(kinds, kind, page_segment) for kind in drop), 1)
    content = 1 - scores.astype(np.float64)
    kept = np.minimum(kept, 1 - dropped)
    stays = kept + (1 - kept - dropped) * content
    return ScoresByKind(_rounded(1 - (1 - dropped) * content), _rounded(1 - stays))


def _rounded(shares: NDArray[np.float64]) -> Floats:
    """Return numbers like scores: from 0 to 1, rounded to thousandths."""
    rounded: Floats = (np.rint(np.clip(shares, 0, 1) * 1000) / 1000).astype(np.float32)
    return rounded


def _share(kinds: KnownKinds, kind: str) -> NDArray[np.float64]:
    return kinds.lines[:, LINE_KINDS.index(kind)].astype(np.float64)


def titles_of(copies: Copies) -> Integers:
    """Return the rows that are titles by structure: those with copies on the page."""
    of_title = (copies.kind == COPY_KINDS.index("headline")) | (
        copies.kind == COPY_KINDS.index("headline-prefix")
    )
    return np.unique(copies.of[of_title])


def _kept_share(
    kinds: KnownKinds, kind: str, page_segment: Integers, titles: Integers | None
) -> NDArray[np.float64]:
    """Return float64 (S,), the probability that a line is of a kept kind.

    Only one line is the page's title: the most likely one, weighted by how much it stands out from the
    others.
    """
    share = _share(kinds, kind)
    if kind != "title" or not share.size:
        return share
    if titles is not None:
        share[titles] = TITLE_ODDS * share[titles] / (1 + (TITLE_ODDS - 1) * share[titles])
    sizes = np.diff(page_segment)
    start, sizes = page_segment[:-1][sizes > 0], sizes[sizes > 0]
    likeliest = np.repeat(np.maximum.reduceat(share, start), sizes)
    squares = np.repeat(np.add.reduceat(share**2, start), sizes)
    stands_out = np.where(likeliest >= LEAST_TITLE, likeliest**2 / np.maximum(squares, 1e-9), 0)
    return np.where(share < likeliest, 0, np.maximum(share, stands_out))


def _dropped_share(kinds: KnownKinds, kind: str, page_segment: Integers) -> NDArray[np.float64]:
    """Return float64 (S,), the probability that a line is of a dropped kind.

    Comments and notes about authors read like posts and articles, so a low probability does not count.
    """
    share = _share(kinds, kind)
    if kind == "comment":
        share *= np.repeat(1 - kinds.forum, np.diff(page_segment))
    return np.maximum((share - LEAST_SURE) / (1 - LEAST_SURE), 0) if kind in READ_AS_BODY else share
