"""Scores to decisions: which lines stay. Policy only; no score is changed here.

Without a threshold, each page gets the one that maximises the expected F1 of the words that it keeps.
With content probabilities q and lengths w, keeping the k likeliest lines is expected to give
F = 2 Σ_kept qw / (Σ_kept w + Σ qw), and the best k is where the next line's q falls to F / 2 (Lipton
et al. 2014, "Optimal thresholding of classifiers to maximize F1 measure").

Copies (`copies.py`) are decided by their kind, whatever their score: a kind in `drop_copies` goes, and
where such a copy would stay, its original stays in its place. Only of a "repeat", a short line that
stands twice for no known reason, does the score decide: it is dropped above .3 if its original stays.
A refrain or a parallel line stays, unless its score is above .65: then it is template that recurs.

Lists, tables, definition lists and code of HTML (`whole_blocks.py`) are decided as one on pages with a
threshold of their own, by the mean log-odds of their rows, weighted by words. A block stays whole if that is
not above the threshold and half of its rows would stay anyway; it goes if that is above .7. Rows up to .2
stay and rows from .9 on go by themselves.
Kinds of lines that settings keep or drop (`Settings.kinds_decided`) change what is decided by, not the score
that is shown. On a forum, what looks like a reader's comment is a post: it is dropped with the probability
that the page is none. What is kept by kind can only raise a page's own threshold. A line that stands again
as copies of the title is the likelier to be it.
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

# What decided about a page.
BY_SCORE: Final = 0
BY_F1: Final = 1
NO_CONTENT: Final = 2
MOSTLY_CONTENT: Final = 3
# What copies decided about a segment, whatever its score.
COPY_DROPPED: Final = 1
ORIGINAL_KEPT: Final = 2
# What its block decided about a segment.
BLOCK_KEPT: Final = 3
BLOCK_DROPPED: Final = 4
# Its score alone would have decided otherwise: settings keep or drop its kind.
KIND_DECIDED: Final = 5


class DecisionPolicy(NamedTuple):
    """How it is decided.

    threshold: what the settings' goal stands for; None for each page's own
    site_pages: int32 (P,), other pages known of each page's site; None if of none
    """

    settings: Settings
    threshold: float | None = None
    site_pages: NDArray[np.int32] | None = None


# A line that structure finds to be the title is one with so many times the odds.
TITLE_ODDS: Final = 10
# Kinds of lines that read like the text itself, and the probability up to which they are taken for it.
READ_AS_BODY: Final = ("comment", "author")
LEAST_SURE: Final = 0.25
# The likeliest title of a page is one from this probability on, if no other line comes near it.
LEAST_TITLE: Final = 0.1


class KnownKinds(NamedTuple):
    """What lines and pages are.

    lines: float32 (S, K), the probability of each kind of line; no row where they are not known
    forum: float32 (P,), the probability that the page is a forum
    """

    lines: Floats
    forum: Floats


class Decisions(NamedTuple):
    """What stays of each segment.

    kept: bool (S,)
    cut_words: int32 (S,), words at the segment's beginning that are cut: a headline again
    threshold: float32 (P,), the score above which the page's lines are dropped
    policy: uint8 (P,), what decided (`BY_SCORE` and so on)
    rule: uint8 (S,), what copies, its block or its kind decided: nothing, `COPY_DROPPED` and so on
    content: float32 (P, 2): expected words of content, and words
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
    """Return what stays of each segment; without a threshold, each page gets its own.

    blocks: int64 (S,), the first row of each row's block, or -1 (`whole_blocks`)
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
    """Return what stays of what was just scored, with what is known of the pages' sites."""
    policy = DecisionPolicy(settings, threshold, lines.site_pages)
    kinds = KnownKinds(lines.kinds, lines.pages.share[:, FORUM])
    return decide(lines.scores, words, page_segment, copies, policy, blocks, kinds)


class ScoresByKind(NamedTuple):
    """The scores that are decided by, both float32 (S,).

    content: higher for lines of dropped kinds; decided: lower, too, for those of kept kinds
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
    """Return the scores that are decided by.

    A line stays with probability K + (1 - K - D) (1 - score): K is the probability of the kinds that are
    kept, D of those that are dropped, and of the others the score decides. Without kinds, scores are as
    they are. titles: rows that structure finds to be titles (`titles_of`)
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
    """Return shares as scores are: from 0 to 1, in thousandths."""
    rounded: Floats = (np.rint(np.clip(shares, 0, 1) * 1000) / 1000).astype(np.float32)
    return rounded


def _share(kinds: KnownKinds, kind: str) -> NDArray[np.float64]:
    return kinds.lines[:, LINE_KINDS.index(kind)].astype(np.float64)


def titles_of(copies: Copies) -> Integers:
    """Return the rows that structure finds to be titles: those of which copies are there."""
    of_title = (copies.kind == COPY_KINDS.index("headline")) | (
        copies.kind == COPY_KINDS.index("headline-prefix")
    )
    return np.unique(copies.of[of_title])


def _kept_share(
    kinds: KnownKinds, kind: str, page_segment: Integers, titles: Integers | None
) -> NDArray[np.float64]:
    """Return float64 (S,), how surely a line is of a kind that is kept.

    Only one line is the page's title: of all lines the likeliest, and as surely as it stands out among them.
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
    """Return float64 (S,), how surely a line is of a kind that is dropped.

    Comments and notes on authors read as posts and articles do: what is hardly likely to be one is none.
    """
    share = _share(kinds, kind)
    if kind == "comment":
        share *= np.repeat(1 - kinds.forum, np.diff(page_segment))
    return np.maximum((share - LEAST_SURE) / (1 - LEAST_SURE), 0) if kind in READ_AS_BODY else share
