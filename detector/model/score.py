"""From a batch to scores: features, first guesses, guesses in context, scores.

One kernel does it all (kernels/score.cpp). `features.build` and `model.network` have the single steps, with
the same results, because training needs what is in between.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector import native
from detector.features.build import (
    LINE_SLOTS,
    Features,
    hint_words,
    html_features,
    new_repeats,
    text_features,
)
from detector.features.schema import SITE_BLOCKS, names
from detector.features.site import LEAST_PAGES, site_features
from detector.model.files import Model
from detector.model.line_kinds import new_kinds
from detector.model.network import LineScores, Scorer, SiteStep, adjusted, new_scores
from detector.model.page_kinds import PageKinds, kinds_of
from detector.near_duplicates.minhash.permutations import permutations
from detector.records import CONTENT_KINDS, LINE_KINDS, Batch, Floats, Integers, Markup, Repeats, Words
from detector.sites.recurrence import LineRecurrence, Sites, line_recurrence
from detector.text.keys import line_keys

# A line may be the title of its page with this probability, if no other line is more than twice as likely.
MAY_BE_TITLE: Final = 0.1
# A run of lines with this share of the words that are new to the site may be the text of the page.
TEXT_RUN: Final = 0.2
# The page's title, if it comes again on the page and stands at most so many lines above its text. Other pages
# may list it, all of them if it is the latest one.
TITLE_ABOVE: Final = 3
LEAST_TITLE: Final = 0.25
# A line with a lower score is content.
CONTENT_BELOW: Final = 0.5

_RUN_SHARE, _IS_LONG = (names(SITE_BLOCKS).index(name) for name in ("run_share_of_new", "is_long"))
_CONTENT: Final = [LINE_KINDS.index(kind) for kind in CONTENT_KINDS]
_TITLE: Final = LINE_KINDS.index("title")


class ScoredLines(NamedTuple):
    """The scores of a batch.

    scores: float32 (S,), calibrated probability of boilerplate
    contributions: float32 (S, codes), the contribution of each reason code to the log-odds
    log_odds: float32 (S,), of boilerplate, before calibration and without the site
    repeats: what occurs more than once
    kinds: float32 (S, K), the probability of each kind of line (`LINE_KINDS`); no rows if the model has no
    kinds
    pages: the probability of each kind of page
    recurrence: on how many pages of its site each line is, if sites are given
    """

    scores: Floats
    contributions: Floats
    log_odds: Floats
    repeats: Repeats
    kinds: Floats
    pages: PageKinds
    recurrence: LineRecurrence | None = None

    @property
    def site_pages(self) -> NDArray[np.int32] | None:
        """Return int32 (P,), the number of known other pages of each page's site; None without sites."""
        return None if self.recurrence is None else self.recurrence.site_pages


def features_of(batch: Batch, words: Words, markup: Markup | None, model: Model) -> Features:
    """Return the features of a batch: of HTML if there is markup, otherwise of text."""
    if markup is None:
        return text_features(batch, words, model.phrases)
    return html_features(batch, words, markup, model.phrases, model.markup)


def score_lines(
    batch: Batch, words: Words, markup: Markup | None, model: Model, sites: Sites | None = None
) -> ScoredLines:
    """Return the scores of a batch.

    With `sites`, lines of pages with a known site are also judged by the site, and `contributions` has one
    more column for it. A model without a network for sites adds nothing.
    """
    scorer: Scorer = model.text if markup is None else model.html
    size = batch.segment_start.size
    repeats, found, kinds = new_repeats(size), new_scores(size), new_kinds(scorer.line_kinds, size)
    permutation = permutations(LINE_SLOTS)
    if markup is None:
        text = (batch, words, model.phrases)
        native.run("score_text", text, permutation, scorer.arrays, repeats, found, kinds)
    else:
        html = (batch, words, markup, hint_words(markup), model.phrases, model.markup)
        native.run("score_html", html, permutation, scorer.arrays, repeats, found, kinds)
    recurrence = None
    if sites is not None and scorer.site is not None:
        recurrence = line_recurrence(line_keys(words), batch.page_segment(), sites)
        recurrence = _without_titles(recurrence, kinds, batch.page_segment())
        known = _KnownLines(found, kinds, repeats, recurrence)
        found, kinds = _with_sites(batch, words, known, scorer.site)
    pages = kinds_of(batch, words, markup, found.scores, model.kinds, kinds)
    return ScoredLines(*found, repeats, kinds, pages, recurrence)


class _KnownLines(NamedTuple):
    """Lines scored by their page alone, and what is known about them."""

    alone: LineScores
    kinds: Floats
    repeats: Repeats
    recurrence: LineRecurrence


def _with_sites(batch: Batch, words: Words, lines: _KnownLines, step: SiteStep) -> tuple[LineScores, Floats]:
    """Return the scores and kinds of lines, adjusted for what is known about the sites."""
    alone, page_segment = lines.alone, batch.page_segment()
    table = site_features(alone.log_odds, lines.recurrence, words, page_segment)
    site_known = np.repeat(lines.recurrence.site_pages >= LEAST_PAGES, np.diff(page_segment))
    scores, added = adjusted(table, step, site_known, alone.scores)
    stays = (scores < alone.scores) & _is_apart(table)
    scores[stays], added[stays] = alone.scores[stays], 0
    contributions = np.column_stack((alone.contributions, added))
    found = alone._replace(scores=scores, contributions=contributions)
    is_text = (table[:, _IS_LONG] > 0) & (scores < CONTENT_BELOW)
    titles = _listed_titles(lines, is_text, page_segment)
    return found, _kinds_with_sites(lines.kinds, alone.scores, scores, titles)


def _is_apart(table: Floats) -> NDArray[np.bool_]:
    """Return bool (S,): the short lines outside of a run of new lines that may be the text of the page.

    The site does not bring them back: if they are new to it, they are as often teasers and comments.
    table: of `site_features`
    """
    is_apart: NDArray[np.bool_] = (table[:, _RUN_SHARE] < TEXT_RUN) & (table[:, _IS_LONG] == 0)
    return is_apart


def _without_titles(recurrence: LineRecurrence, kinds: Floats, page_segment: Integers) -> LineRecurrence:
    """Return the counts without masked names for lines that may be the title of their page.

    Titles of a site may differ in names only: "Recipe for Rendang", "Recipe for Satay". A model without kinds
    knows no titles, so it gets no such counts.
    """
    if not kinds.size:
        return recurrence._replace(named=np.zeros_like(recurrence.named))
    is_title = kinds[:, _TITLE]
    may_be = is_title >= np.maximum(_highest(is_title, page_segment) / 2, MAY_BE_TITLE)
    return recurrence._replace(named=np.where(may_be, np.int32(0), recurrence.named))


def _highest(share: Floats, page_segment: Integers) -> Floats:
    """Return float32 (S,): for each line, the highest share of a line of its page."""
    sizes = np.diff(page_segment)
    highest: Floats = np.repeat(np.maximum.reduceat(share, page_segment[:-1][sizes > 0]), sizes[sizes > 0])
    return highest


def _listed_titles(lines: _KnownLines, is_text: NDArray[np.bool_], page_segment: Integers) -> Integers:
    """Return the rows that are the titles of their pages although other pages have them: in lists of titles.

    is_text: bool (S,), the long lines that stay
    """
    if not lines.kinds.size:
        return np.zeros(0, np.int64)
    page = np.repeat(np.arange(page_segment.size - 1), np.diff(page_segment))
    is_text &= lines.recurrence.masked <= lines.recurrence.site_pages[page] * TEXT_RUN
    is_title = lines.kinds[:, _TITLE]
    likeliest = is_title >= np.maximum(_highest(is_title, page_segment), LEAST_TITLE)
    rows = np.flatnonzero(likeliest & (lines.repeats.copies > 1))
    below = rows[:, None] + np.arange(1, TITLE_ABOVE + 1)
    below = np.minimum(below, page_segment[page[rows] + 1, None] - 1)
    listed: Integers = rows[is_text[below].any(axis=1)]
    return listed


def _kinds_with_sites(alone: Floats, scores_alone: Floats, scores: Floats, titles: Integers) -> Floats:
    """Return the kinds adjusted for the site, which multiplies the odds of main content.

    A line that recurs on its site is neither the page's title nor its body, except for `titles`: rows that
    other pages list.
    """
    before, after = (np.clip(one.astype(np.float64), 0.001, 0.999) for one in (scores_alone, scores))
    kinds = alone.astype(np.float64)
    kinds[:, _CONTENT] *= ((1 - after) / after * before / (1 - before))[: kinds.shape[0], None]
    kinds[titles, _TITLE] = alone[titles, _TITLE]
    changed: Floats = (kinds / np.maximum(kinds.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return changed
