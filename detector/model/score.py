"""A batch to scores: evidence, first guesses, guesses in context, scores."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.features.build import Evidence, context_of, html_evidence, text_evidence
from detector.model.files import Model
from detector.model.network import Scorer, SiteStep, guess, score
from detector.model.site_network import adjusted, site_table
from detector.records import Batch, Floats, Markup, Repeats, Words
from detector.sites.recurrence import SeenOn, Sites, seen_on
from detector.text.keys import line_keys


class Scored(NamedTuple):
    """Scores of a batch.

    scores: float32 (S,), calibrated probability of boilerplate
    added: float32 (S, codes), what each reason code adds to the log-odds
    odds: float32 (S,), log-odds of boilerplate before calibration, and without the site
    repeats: what stands more than once
    seen: on how many pages of its site each line stands, where sites were given
    """

    scores: Floats
    added: Floats
    odds: Floats
    repeats: Repeats
    seen: SeenOn | None = None

    @property
    def site_pages(self) -> NDArray[np.int32] | None:
        """Return int32 (P,), other pages known of each page's site; None where no sites were given."""
        return None if self.seen is None else self.seen.site_pages


def evidence_of(batch: Batch, words: Words, markup: Markup | None, model: Model) -> Evidence:
    """Return a batch's evidence: of HTML if there is markup, else of text."""
    if markup is None:
        return text_evidence(batch, words, model.phrases)
    return html_evidence(batch, words, markup, model.phrases, model.markup)


def scored(
    batch: Batch, words: Words, markup: Markup | None, model: Model, sites: Sites | None = None
) -> Scored:
    """Return the scores of a batch.

    With `sites`, lines of pages whose site is known are judged by it too; `added` then has one
    more column, that of the site. A model without the site's step has nothing to add.
    """
    evidence = evidence_of(batch, words, markup, model)
    scorer: Scorer = model.text if markup is None else model.html
    guesses = guess(evidence.table, scorer)
    context = context_of(batch, words, markup, evidence, guesses.odds)
    alone = Scored(*score(context, scorer, guesses), evidence.repeats)
    if sites is None or scorer.site is None:
        return alone
    return _with_sites(batch, words, alone, scorer.site, sites)


def _with_sites(batch: Batch, words: Words, alone: Scored, step: SiteStep, sites: Sites) -> Scored:
    """Return the scores with what is known of the pages' sites."""
    page_segment = batch.page_segment()
    seen = seen_on(line_keys(words), page_segment, sites)
    table = site_table(alone.odds, seen, words, page_segment)
    scores, added = adjusted(table, step, page_segment, seen.site_pages, alone.scores)
    return alone._replace(scores=scores, added=np.column_stack((alone.added, added)), seen=seen)
