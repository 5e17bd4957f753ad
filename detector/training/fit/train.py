"""Labelled pages to a model: the order of the steps of training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse

from detector.errors import PageError
from detector.features.build import Features, context_features, html_features, text_features
from detector.features.markup import MarkupWeights
from detector.features.phrases import PhraseWeights
from detector.features.schema import HTML_BLOCKS, HTML_CONTEXT, TEXT_BLOCKS, TEXT_CONTEXT, Blocks
from detector.model.files import Model, arrays_hash, arrays_of
from detector.model.network import Network, OperatingPoints, Scorer
from detector.records import Floats, Format
from detector.training.adapt.map_update import Lines, precision_of
from detector.training.data.examples import CONTENT, FOLDS, FORMATS, Examples, examples_by_format
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.synthetic import made_pages
from detector.training.fit.null_model import silent_html
from detector.training.fit.page_kinds import Scored, fit_kinds
from detector.training.fit.parts import (
    MARKUP_C,
    PHRASES_C,
    NetworkPlan,
    Rows,
    calibration,
    fit_linear,
    fit_network,
    known_words,
    log_odds,
    markup_matrix,
    operating_points_of,
    phrase_matrix,
)
from detector.training.fit.site_network import fit_site

Log = Callable[[str], None]

# The two tables of each format.
BLOCKS: Final = {"text": (TEXT_BLOCKS, TEXT_CONTEXT), "html": (HTML_BLOCKS, HTML_CONTEXT)}


class Plan(NamedTuple):
    """How the two networks of a scorer are fitted."""

    first: NetworkPlan = NetworkPlan()
    second: NetworkPlan = NetworkPlan(networks=4, hidden=12)

    def seeded(self, seed: int) -> "Plan":
        """Return the plan with another seed."""
        return Plan(self.first._replace(seed=seed), self.second._replace(seed=seed))


_LONG: Final = ((2e-3, 7), (7e-4, 4), (2e-4, 3))
# Text has no markup by which a network could learn single sites by heart: longer training on
# more of the pages was worth .003 words F1 there, and cost as much on HTML.
PLANS: Final[Mapping[Format, Plan]] = {
    "text": Plan(
        NetworkPlan(networks=2, hidden=32, page_share=0.85, phases=_LONG, penalty=1e-3),
        NetworkPlan(networks=3, hidden=16, page_share=0.85, phases=_LONG, penalty=1e-3),
    ),
    "html": Plan(),
}


@dataclass(frozen=True)
class Trained:
    """A model, and what it gives on pages that it did not learn from.

    of_fold: for each fold, a model that learned from no page of it
    precision: float32 (buckets,), how surely the model's phrases are known, to adapt it by
    """

    model: Model
    out_of_fold: Sequence[Scored]
    of_fold: Sequence[Model]
    precision: Floats


class _Stack:
    """All rows of several sets of examples, one under the other."""

    def __init__(self, sets: Sequence[Examples]) -> None:
        self.sets = sets
        self.start = np.cumsum([0] + [examples.share.size for examples in sets])
        first_page = np.cumsum([0] + [len(examples.pages) for examples in sets])
        self.rows = Rows(
            np.concatenate([examples.share < CONTENT for examples in sets]),
            np.concatenate([examples.weight for examples in sets]),
            np.concatenate(
                [examples.page + first for examples, first in zip(sets, first_page[:-1], strict=True)]
            ),
        )
        self.fold = np.concatenate([examples.fold[examples.page] for examples in sets])

    def part(self, number: int) -> slice:
        """Return the rows of one set."""
        return slice(int(self.start[number]), int(self.start[number + 1]))

    def without(self, fold: int | None) -> Rows:
        """Return the rows with no weight on those of a fold."""
        return self.rows._replace(
            weight=np.where(self.fold == (-1 if fold is None else fold), 0, self.rows.weight)
        )


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
        stack, (boilerplate, weight, _) = self.stack, self.stack.without(fold)
        rows = weight > 0
        bucket, bias = fit_linear(self.phrase_rows[rows], boilerplate[rows], weight[rows], PHRASES_C)
        known = known_words(
            [(examples, examples.fold != (-1 if fold is None else fold)) for examples in stack.sets]
        )
        markup = MarkupWeights(np.zeros_like(bucket), np.zeros(1, np.float32))
        if self.markup_rows is not None:
            part = rows[self.markup_part]
            chosen = self.markup_part[part]
            markup = MarkupWeights(
                *fit_linear(self.markup_rows[part], boilerplate[chosen], weight[chosen], MARKUP_C)
            )
        return PhraseWeights(bucket, bias, known), markup

    def precision(self) -> Floats:
        """Return how surely the phrases of the model of all pages are known."""
        boilerplate, weight, _ = self.stack.rows
        phrases, rows = self.of_fold[-1][0], weight > 0
        lines = Lines(self.phrase_rows[rows], boilerplate[rows].astype(np.float64), weight[rows])
        return precision_of(lines, phrases)


def _out_of_fold_features(fits: _LinearFits, examples: Examples, format: Format) -> Features:
    """Return features whose linear models never saw the page."""
    found: Features | None = None
    of_row = examples.fold[examples.page]
    for fold in np.unique(examples.fold):
        phrases, markup = fits.of_fold[int(fold)]
        features = _features(examples, phrases, markup, format)
        if found is None:
            found = features
        else:
            found.table[of_row == fold] = features.table[of_row == fold]
    assert found is not None
    return found


def _features(examples: Examples, phrases: PhraseWeights, markup: MarkupWeights, format: Format) -> Features:
    if format == "text" or examples.markup is None:
        return text_features(examples.batch, examples.words, phrases)
    return html_features(examples.batch, examples.words, examples.markup, phrases, markup)


def _cross_fitted(
    table: Floats, stack: _Stack, plan: NetworkPlan, blocks: Blocks, log: Log
) -> tuple[list[Network], Floats]:
    """Return the networks of each fold (fitted on the others) and of all, and out-of-fold log-odds."""
    networks, odds = [], np.zeros(stack.fold.size, np.float32)
    for fold in range(FOLDS):
        networks.append(fit_network(table, stack.without(fold), plan, blocks))
        held = stack.fold == fold
        odds[held] = log_odds(table[held], networks[fold])
    networks.append(fit_network(table, stack.rows, plan, blocks))
    log(f"networks over {table.shape[1]} columns")
    return networks, odds


def _train_format(
    fits: _LinearFits, sets: Sequence[Examples], format: Format, plan: Plan, log: Log
) -> tuple[list[Scorer], list[Scored]]:
    """Return the scorers for one format (of each fold, then of all), and out-of-fold scores."""
    stack, (first_blocks, second_blocks) = _Stack(sets), BLOCKS[format]
    features = [_out_of_fold_features(fits, examples, format) for examples in sets]
    table = np.concatenate([one.table for one in features])
    log(f"features of {format}: {table.shape[0]} lines")
    firsts, odds = _cross_fitted(table, stack, plan.first, first_blocks, log)
    contexts = [
        context_features(examples.batch, examples.words, examples.markup, one, odds[stack.part(number)])
        for number, (examples, one) in enumerate(zip(sets, features, strict=True))
    ]
    del table, features
    seconds, odds = _cross_fitted(np.concatenate(contexts), stack, plan.second, second_blocks, log)
    curves = [calibration(odds, stack.without(fold)) for fold in [*range(FOLDS), None]]
    scores = np.zeros(stack.fold.size, np.float32)
    for fold in range(FOLDS):
        held = stack.fold == fold
        curve = curves[fold]
        scores[held] = np.round(np.interp(odds[held], curve.log_odds, curve.share), 3)
    points = _operating_points(stack, scores)
    # Real pages come first; those made of them would count as pages of the same sites.
    sites = fit_site(sets[0], odds[stack.part(0)], plan.second.seed)
    log("the site's step" if sites[-1] is not None else "no step for sites: none has several pages")
    scorers = [
        Scorer(first, second, curve, points, site)
        for first, second, curve, site in zip(firsts, seconds, curves, sites, strict=True)
    ]
    return scorers, [
        Scored(examples, format, scores[stack.part(number)]) for number, examples in enumerate(sets)
    ]


def _operating_points(stack: _Stack, scores: Floats) -> OperatingPoints:
    """Return what each threshold does out of fold, on real pages whose gold text is known."""
    share = np.concatenate(
        [
            np.where(
                np.array([gold is not None for gold in examples.gold])[examples.page], examples.share, -1
            )
            for examples in stack.sets
        ]
    )
    if not (share >= 0).any():
        share = np.concatenate([examples.share for examples in stack.sets])
    words = np.concatenate([np.diff(examples.words.segment_word) for examples in stack.sets])
    return operating_points_of(scores, share, words)


def train(
    pages: Sequence[LabelledPage],
    plans: Mapping[Format, Plan] = PLANS,
    seed: int = 0,
    log: Log = lambda message: None,
) -> Trained:
    """Train a model on labelled pages, grouped into folds.

    Every HTML page is learned from with its markup and without, and once more as a page
    made from it; text pages only without markup. Raises `PageError` if there are too few
    groups to cross-validate.
    """
    real = examples_by_format(pages)
    made = examples_by_format(made_pages(real["html"], seed)) if "html" in real else {}
    html, text = ([one[format] for one in (real, made) if format in one] for format in FORMATS)
    sets = [*html, *text]
    folds = np.unique(np.concatenate([examples.fold for examples in sets])) if sets else np.zeros(0)
    if folds.size < 2:
        raise PageError("training needs pages of at least two groups, to be judged on pages it did not see")
    log(f"{len(pages)} pages read, {sum(examples.share.size for examples in sets)} segments")
    fits = _LinearFits(sets, log)
    of_text, text_scored = _train_format(fits, sets, "text", plans["text"].seeded(seed), log)
    of_html, html_scored = (
        _train_format(fits, html, "html", plans["html"].seeded(seed), log)
        if html
        else ([silent_html()] * (FOLDS + 1), [])
    )
    out_of_fold = [*text_scored, *html_scored]
    kinds, found = fit_kinds(out_of_fold)
    notes = {
        "pages": len(pages),
        "seed": seed,
        "plans": {
            format: {"first": plan.first._asdict(), "second": plan.second._asdict()}
            for format, plan in plans.items()
        },
        "kinds_found_out_of_fold": found,
    }
    *of_fold, model = (
        _model(Model(*weights, *scorers, kinds, model_id="", notes=notes))
        for weights, scorers in zip(fits.of_fold, zip(of_text, of_html, strict=True), strict=True)
    )
    return Trained(model, out_of_fold, of_fold, fits.precision())


def _model(model: Model) -> Model:
    """Return a model under the name of its arrays."""
    return replace(model, model_id=arrays_hash(arrays_of(model)))
