"""Decisions by the kinds of lines: what a line is, beside its score.

Kinds that the settings keep or drop (`Settings.kinds_decided`) change the number that is compared with the
threshold, not the score that is shown (`by_kind`). On a forum, text that looks like a reader's comment is a
post, so the probability of a comment is reduced by that of a forum. Lines that are kept by kind can only
raise a page's own threshold. A line with copies on the page is more likely to be its title.

Scores and kinds are learned from different pages: scores from gold texts, kinds from labels as well. Together
they know more than either, so the number is a weighted mean of both log-odds (`with_kinds`), unless one
threshold for all pages is compared with the scores.

Three rules need the decisions on other lines: a line between two kept ones (`between_kept`), a short heading
above a kept paragraph (`headings_kept`), and a title that comes again (`titles_again`).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.records import COPY_KINDS, LINE_KINDS, Copies, Floats, Integers, Words
from detector.text.characters import END
from detector.text.words import HAS_DIGIT

# What the kinds of a line weigh beside its score. Chosen out of fold, of .1 to 1.
KINDS_WEIGHT: Final = 0.35
# Kinds that speak for a line, and those that say nothing: a title has a rule of its own, and gold texts keep
# the others or leave them out.
CONTENT: Final = ("body", "caption")
UNDECIDED: Final = ("title", "byline", "comment", "author")
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
# A line of so few words, without digits and not a sentence, between paragraphs of so many words is a heading,
# if it is of one of these kinds at least this probably (in thousandths), and its score is lower than that. A
# single word, "Ingredients", looks like a tag of a byline.
HEADING_WORDS: Final = 3
PARAGRAPH_WORDS: Final = 15
HEADING_KINDS: Final = ("title", "body", "byline")
HEADING_SHARE: Final = 700
HEADING_SCORE: Final = 0.75
# A short line that occurs twice is the title again if both lines are titles at least this probably.
TITLE_AGAIN: Final = 500


class KnownKinds(NamedTuple):
    """The kinds of lines and pages.

    lines: float32 (S, K), the probability of each kind of line; no rows if they are not known
    forum: float32 (P,), the probability that the page is a forum
    article: float32 (P,), the probability that it is an article
    """

    lines: Floats
    forum: Floats
    article: Floats


def between_kept(
    scores: Floats, kinds: KnownKinds, page_segment: Integers, stays: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return bool (S,): the lines that are body by their kind between two that stay on their page."""
    sizes = np.diff(page_segment)
    before, after = np.zeros_like(stays), np.zeros_like(stays)
    before[1:], after[:-1] = stays[:-1], stays[1:]
    before[page_segment[:-1][sizes > 0]] = after[page_segment[1:][sizes > 0] - 1] = False
    is_body = np.rint(_share(kinds, "body") * 1000) >= BETWEEN_BODY
    return before & after & is_body & (scores < BETWEEN_SCORE)


def headings_kept(
    scores: Floats,
    kinds: KnownKinds,
    words: Words,
    page_segment: Integers,
    stays: NDArray[np.bool_],
    drop: Sequence[str] = (),
) -> NDArray[np.bool_]:
    """Return bool (S,): the short headings above paragraphs that stay, after the first such paragraph.

    drop: kinds that are dropped, so that no heading is of them
    """
    sizes = np.diff(words.segment_word)
    is_body = np.rint(_share(kinds, "body") * 1000) >= BETWEEN_BODY
    paragraphs = np.append(stays & is_body & (sizes >= PARAGRAPH_WORDS), False)
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(paragraphs)))[:-2]
    is_inside = before > np.repeat(np.append(before, 0)[page_segment[:-1]], np.diff(page_segment))
    leads = paragraphs[1:] & is_inside
    leads[page_segment[1:][np.diff(page_segment) > 0] - 1] = False
    digits = np.concatenate((np.zeros(1, np.int64), np.cumsum(words.shape & HAS_DIGIT > 0)))
    is_label = (sizes > 0) & (sizes <= HEADING_WORDS) & (np.diff(digits[words.segment_word]) == 0)
    share = sum(_share(kinds, kind) for kind in HEADING_KINDS if kind not in drop)
    is_heading = (np.rint(share * 1000) >= HEADING_SHARE) & (scores < HEADING_SCORE)
    is_label &= (words.edges[:, 0] < END) & (words.edges[:, 1] != END)
    found: NDArray[np.bool_] = leads & is_label & is_heading
    found[1:] &= stays[:-1] | (sizes[:-1] > HEADING_WORDS)  # not one of several buttons
    return found


def titles_again(kinds: KnownKinds, copies: Copies) -> Integers:
    """Return the rows of repeats that are titles by their kind, as are their originals."""
    is_title = np.rint(_share(kinds, "title") * 1000) >= TITLE_AGAIN
    rows = np.flatnonzero((copies.kind == COPY_KINDS.index("repeat")) & is_title)
    again: Integers = rows[is_title[copies.of[rows]]]
    return again


def with_kinds(scores: Floats, kinds: KnownKinds, page_segment: Integers) -> Floats:
    """Return the weighted mean of the scores and of what the kinds of the lines say, in log-odds.

    On an article, a line is not kept because its kind is body: the teaser of another article reads like one.
    Without kinds, the scores are returned unchanged.
    """
    if not kinds.lines.size:
        return scores
    alone = scores.astype(np.float64)
    content, undecided = (sum(_share(kinds, kind) for kind in group) for group in (CONTENT, UNDECIDED))
    said = 1 - content - undecided * (1 - alone)
    article = np.repeat(kinds.article.astype(np.float64), np.diff(page_segment))
    weight = KINDS_WEIGHT * np.where(said < alone, 1 - article, 1)
    log_odds = (1 - weight) * _log_odds(alone) + weight * _log_odds(said)
    return _rounded(1 / (1 + np.exp(-log_odds)))


def _log_odds(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    sure = np.clip(shares, 0.001, 0.999)
    odds: NDArray[np.float64] = np.log(sure / (1 - sure))
    return odds


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
    together: Floats | None = None,
) -> ScoresByKind:
    """Return the numbers that are compared with thresholds.

    A line is kept with the probability K + (1 - K - D) (1 - S), where K is the probability of the kept kinds
    and D that of the dropped ones. For all other kinds S, the score, decides. Without kinds, the scores are
    returned unchanged.

    titles: rows that structure finds to be titles (`titles_of`)
    together: the numbers that take the place of S (`with_kinds`), if any. Kinds that speak for a line do not
    add to the content of its page: a list of months in an archive is no text.
    """
    if not kinds.lines.size or not (keep or drop):
        return ScoresByKind(scores, scores)
    kept = sum(_kept_share(kinds, kind, page_segment, titles) for kind in keep)
    dropped = np.minimum(sum(_dropped_share(kinds, kind, page_segment) for kind in drop), 1)
    given = scores if together is None else together
    content = 1 - np.maximum(scores, given).astype(np.float64)
    kept = np.minimum(kept, 1 - dropped)
    stays = kept + (1 - kept - dropped) * (1 - given.astype(np.float64))
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
