"""Labelled pages to a model: the order of the steps of training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.evidence.columns import HTML_COLUMNS, MARKUP_BLOCKS, TEXT_BLOCKS
from detector.evidence.markup import MarkupWeights
from detector.evidence.phrases import PhraseWeights
from detector.lines.formats import Format
from detector.records import Floats
from detector.scores.model import Model, arrays_hash, arrays_of
from detector.scores.network import Network, score
from detector.training.examples import CONTENT, FOLDS, Examples, examples_of
from detector.training.fit import (
    MARKUP_C,
    PHRASES_C,
    NetworkPlan,
    calibrated,
    evidence_of,
    fit_linear,
    fit_network,
    known_words,
    log_odds,
    markup_matrix,
    phrase_matrix,
    uncalibrated,
)
from detector.training.made import made_pages
from detector.training.pages import LabelledPage

Log = Callable[[str], None]

BLOCKS: Final = {"text": TEXT_BLOCKS, "html": (*TEXT_BLOCKS, *MARKUP_BLOCKS)}


@dataclass(frozen=True)
class Scored:
    """Out-of-fold scores of one set of examples in one format."""

    examples: Examples
    format: Format
    scores: Floats


@dataclass(frozen=True)
class Trained:
    """A model, and what it gives on pages that it did not learn from.

    of_fold: for each fold, a model that learned from no page of it
    """

    model: Model
    out_of_fold: Sequence[Scored]
    of_fold: Sequence[Model]


class _Stack:
    """All rows of several sets of examples, one under the other."""

    def __init__(self, sets: Sequence[Examples]) -> None:
        self.sets = sets
        self.start = np.cumsum([0] + [examples.share.size for examples in sets])
        self.boilerplate = np.concatenate([examples.share < CONTENT for examples in sets])
        self.weight = np.concatenate([examples.weight for examples in sets])
        self.fold = np.concatenate([examples.fold[examples.page] for examples in sets])

    def part(self, number: int) -> slice:
        return slice(int(self.start[number]), int(self.start[number + 1]))


class _LinearFits:
    """The linear models of each fold (fitted on the other folds), and those of all pages."""

    def __init__(self, sets: Sequence[Examples], log: Log) -> None:
        self.stack = _Stack(sets)
        self.phrase_rows = sparse.vstack([phrase_matrix(examples) for examples in sets]).tocsr()
        with_markup = [number for number, examples in enumerate(sets) if examples.markup is not None]
        self.markup_rows = (
            sparse.vstack([markup_matrix(sets[number]) for number in with_markup]).tocsr()
            if with_markup
            else None
        )
        self.markup_part = (
            np.concatenate(
                [
                    np.arange(self.stack.part(number).start, self.stack.part(number).stop)
                    for number in with_markup
                ]
            )
            if with_markup
            else np.zeros(0, np.int64)
        )
        self.of_fold = []
        for fold in [*range(FOLDS), None]:
            self.of_fold.append(self._fit(fold))
            log("linear models on all pages" if fold is None else f"linear models without fold {fold}")

    def _fit(self, fold: int | None) -> tuple[PhraseWeights, MarkupWeights]:
        stack = self.stack
        rows = (stack.weight > 0) & (stack.fold != (-1 if fold is None else fold))
        bucket, bias = fit_linear(
            self.phrase_rows[rows], stack.boilerplate[rows], stack.weight[rows], PHRASES_C
        )
        known = known_words(
            [(examples, examples.fold != (-1 if fold is None else fold)) for examples in stack.sets]
        )
        markup = MarkupWeights(np.zeros_like(bucket), np.zeros(1, np.float32))
        if self.markup_rows is not None:
            part = rows[self.markup_part]
            chosen = self.markup_part[part]
            markup = MarkupWeights(
                *fit_linear(self.markup_rows[part], stack.boilerplate[chosen], stack.weight[chosen], MARKUP_C)
            )
        return PhraseWeights(bucket, bias, known), markup


def _out_of_fold_evidence(fits: _LinearFits, examples: Examples, format: Format) -> Floats:
    """Return evidence whose linear models never saw the page."""
    evidence: Floats | None = None
    of_row = examples.fold[examples.page]
    for fold in np.unique(examples.fold):
        phrases, markup = fits.of_fold[int(fold)]
        found = evidence_of(examples, phrases, markup if format == "html" else None)
        if evidence is None:
            evidence = found
        else:
            evidence[of_row == fold] = found[of_row == fold]
    assert evidence is not None
    return evidence


def _train_format(
    fits: _LinearFits, sets: Sequence[Examples], format: Format, plan: NetworkPlan, log: Log
) -> tuple[list[Network], list[Scored]]:
    """Return the networks for one format (of each fold, then of all), and out-of-fold scores."""
    stack = _Stack(sets)
    evidence = np.concatenate([_out_of_fold_evidence(fits, examples, format) for examples in sets])
    known = stack.weight > 0

    def fitted(rows: NDArray[np.bool_]) -> Network:
        fields: dict[str, Any] = fit_network(
            evidence[rows], stack.boilerplate[rows], stack.weight[rows], plan
        )
        return uncalibrated(fields, BLOCKS[format])

    networks, odds = [], np.zeros(stack.weight.size)
    for fold in range(FOLDS):
        networks.append(fitted(known & (stack.fold != fold)))
        held = stack.fold == fold
        odds[held] = log_odds(evidence[held], networks[fold])
        log(f"{format} network without fold {fold}")
    scores = np.zeros(stack.weight.size, np.float32)
    for fold in range(FOLDS):
        others, held = known & (stack.fold != fold), stack.fold == fold
        networks[fold] = calibrated(
            networks[fold], odds[others], stack.boilerplate[others], stack.weight[others]
        )
        scores[held] = score(evidence[held], networks[fold])[0]
    networks.append(calibrated(fitted(known), odds[known], stack.boilerplate[known], stack.weight[known]))
    log(f"{format} network on all pages")
    return networks, [
        Scored(examples, format, scores[stack.part(number)]) for number, examples in enumerate(sets)
    ]


def _by_format(pages: Sequence[LabelledPage]) -> tuple[list[Examples], list[Examples]]:
    """Return the examples of HTML pages and of text pages, each in a list of one or none."""
    html, text = ([page for page in pages if page.format == format] for format in ("html", "text"))
    return [examples_of(html)] if html else [], [examples_of(text)] if text else []


def train(
    pages: Sequence[LabelledPage], plan: NetworkPlan | None = None, log: Log = lambda message: None
) -> Trained:
    """Train a model on labelled pages, grouped into folds.

    Every HTML page is learned from with its markup and without, and once more as a page
    made from it; text pages only without markup. Raises `ValueError` if there are too few
    groups to cross-validate.
    """
    plan = plan or NetworkPlan()
    html, text = _by_format(pages)
    made_html, made_text = _by_format(made_pages(html[0], plan.seed) if html else [])
    html, text = [*html, *made_html], [*text, *made_text]
    sets = [*html, *text]
    folds = np.unique(np.concatenate([examples.fold for examples in sets])) if sets else np.zeros(0)
    if folds.size < 2:
        raise ValueError("training needs pages of at least two groups, to be judged on pages it did not see")
    log(f"{len(pages)} pages read, {sum(examples.share.size for examples in sets)} segments")
    fits = _LinearFits(sets, log)
    of_text, text_scored = _train_format(fits, sets, "text", plan, log)
    of_html, html_scored = (
        _train_format(fits, html, "html", plan, log) if html else ([_silent_html()] * (FOLDS + 1), [])
    )
    notes = {"pages": len(pages), "plan": plan._asdict()}
    *of_fold, model = (
        _model(phrases, markup, networks, notes)
        for (phrases, markup), networks in zip(fits.of_fold, zip(of_text, of_html, strict=True), strict=True)
    )
    return Trained(model, [*text_scored, *html_scored], of_fold)


def _model(
    phrases: PhraseWeights, markup: MarkupWeights, networks: tuple[Network, Network], notes: dict[str, Any]
) -> Model:
    """Return a model under the name of its arrays."""
    model = Model(phrases, markup, *networks, model_id="", notes=notes)
    return replace(model, model_id=arrays_hash(arrays_of(model)))


def _silent_html() -> Network:
    """Return an HTML network that has learned nothing: trained on text pages only."""
    width = len(HTML_COLUMNS)
    fields = {
        "mean": np.zeros(width, np.float32),
        "scale": np.zeros(width, np.float32),
        "hidden": np.zeros((width, 1), np.float32),
        "hidden_bias": np.zeros(1, np.float32),
        "out": np.zeros(1, np.float32),
        "out_bias": np.zeros(1, np.float32),
    }
    return uncalibrated(fields, BLOCKS["html"])
