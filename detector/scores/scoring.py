"""A batch to scores: evidence, first guesses, guesses in context, scores."""

from typing import NamedTuple

from detector.evidence.gather import Evidence, context_of, html_evidence, text_evidence
from detector.records import Batch, Floats, Markup, Repeats, Words
from detector.scores.model import Model
from detector.scores.network import Scorer, guess, score


class Scored(NamedTuple):
    """Scores of a batch.

    scores: float32 (S,), calibrated probability of boilerplate
    added: float32 (S, codes), what each reason code adds to the log-odds
    repeats: what stands more than once
    """

    scores: Floats
    added: Floats
    repeats: Repeats


def evidence_of(batch: Batch, words: Words, markup: Markup | None, model: Model) -> Evidence:
    """Return a batch's evidence: of HTML if there is markup, else of text."""
    if markup is None:
        return text_evidence(batch, words, model.phrases)
    return html_evidence(batch, words, markup, model.phrases, model.markup)


def scored(batch: Batch, words: Words, markup: Markup | None, model: Model) -> Scored:
    """Return the scores of a batch."""
    evidence = evidence_of(batch, words, markup, model)
    scorer: Scorer = model.text if markup is None else model.html
    guesses = guess(evidence.table, scorer)
    context = context_of(batch, words, markup, evidence, guesses.odds)
    return Scored(*score(context, scorer, guesses), evidence.repeats)
