"""From labelled pages to a model: the order of the steps of training."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from detector.errors import PageError
from detector.model.files import Model, arrays_hash, arrays_of
from detector.model.network import Scorer
from detector.model.page_kinds import KindWeights
from detector.records import Floats, Format
from detector.training.adapt.memory import Memory
from detector.training.data.examples import FORMATS, Examples, gathered
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.synthetic import made_pages
from detector.training.fit.configuration import Configuration
from detector.training.fit.line_kinds import with_line_kinds
from detector.training.fit.linear_models import LinearModels
from detector.training.fit.null_model import silent_html
from detector.training.fit.page_kinds import Scored, fit_kinds, kinds_found
from detector.training.fit.parts import calibration, operating_points_of
from detector.training.fit.replay_rows import replay_rows
from detector.training.fit.scorers import Networks, fit_scorers
from detector.training.fit.site_network import fit_site
from detector.training.fit.stack import ALL_MODELS, EVERY, OutOfFold, Stack, folds_of

Log = Callable[[str], None]

DEFAULT: Final = Configuration()
# The least folds: for a model without a fold, and for networks without one more.
LEAST_FOLDS: Final = 3


class Gathered(NamedTuple):
    """Pages that are read once, to train on any number of times.

    html, text: the real pages of the format, then synthetic ones made from them
    pages: the number of pages
    """

    html: Sequence[Examples]
    text: Sequence[Examples]
    pages: int

    @property
    def sets(self) -> list[Examples]:
        """Return all sets. Without markup, all of them are training data for text."""
        return [*self.html, *self.text]


@dataclass(frozen=True)
class Trained:
    """A model, and its outputs for pages that it has not seen.

    out_of_fold: scores of each set of pages, by the model of each page's fold
    of_fold: for each fold, a model that knows nothing about it, in none of its parts: linear models, first
    guesses, calibration, operating points, the network for sites
    memory: how certain the phrase weights of the model are, and rows of its networks, for adapting it
    """

    model: Model
    out_of_fold: Sequence[Scored]
    of_fold: Sequence[Model]
    memory: Memory


class _Format(NamedTuple):
    """The scorers of a format by fold (None: of all pages), and the out-of-fold scores for each."""

    scorers: dict[int | None, Scorer]
    scored: dict[int | None, list[Scored]]


def _scorer(
    networks: Networks, found: OutOfFold, stack: Stack, fold: int | None, configuration: Configuration
) -> tuple[Scorer, Floats]:
    """Return the scorer of a fold's model, which does not know the fold, and its scores for all rows."""
    odds, rows = found.of(fold), stack.without(fold)
    curve = calibration(odds, rows)
    scores = np.round(np.interp(odds, curve.log_odds, curve.share), 3).astype(np.float32)
    may_learn = stack.may_learn(fold)
    points = operating_points_of(scores, np.where(may_learn, stack.gold_share(), -1), stack.words())
    # Only real pages, which come first. Synthetic pages would count as more pages of the same sites.
    plan = configuration.site
    site = fit_site(stack.sets[0], odds[stack.part(0)], fold, plan.seed, plan)
    return Scorer(networks.first, networks.second, curve, points, site), scores


def _train_format(
    linear: LinearModels,
    sets: Sequence[Examples],
    format: Format,
    configuration: Configuration,
    workers: Executor,
    log: Log,
) -> _Format:
    """Return the scorers of one format."""
    stack = Stack(sets)
    networks, found = fit_scorers(linear, sets, format, configuration.plan(format), workers, log)
    chosen = {fold: networks.get(fold, networks[EVERY]) for fold in ALL_MODELS}
    fitted = workers.map(lambda fold: _scorer(chosen[fold], found, stack, fold, configuration), ALL_MODELS)
    scorers: dict[int | None, Scorer] = {}
    scores: dict[int | None, Floats] = {}
    for fold, (scorer, score) in zip(ALL_MODELS, fitted, strict=True):
        scorers[fold], scores[fold] = scorer, score
    own = np.zeros(stack.fold.size, np.float32)
    for fold in folds_of(sets):
        own[stack.fold == fold] = scores[fold][stack.fold == fold]
    scores[EVERY] = own
    log(f"calibration and sites of {format}")
    return _Format(
        scorers,
        {
            fold: [Scored(one, format, score[stack.part(number)]) for number, one in enumerate(sets)]
            for fold, score in scores.items()
        },
    )


def gather(pages: Sequence[LabelledPage], seed: int = 0) -> Gathered:
    """Read pages for training, and make synthetic pages from them.

    Every HTML page is used with and without its markup, and once more as a synthetic page. Text
    pages are used without markup only.
    """
    real = gathered(pages)
    made = gathered(made_pages(real["html"], seed)) if "html" in real else {}
    html, text = (tuple(one[format] for one in (real, made) if format in one) for format in FORMATS)
    return Gathered(html, text, len(pages))


def _weighted(sets: Sequence[Examples], weights: dict[str, float]) -> list[Examples]:
    """Return examples with the weights of a configuration."""
    found = []
    for examples in sets:
        factor = np.array([weights.get(page.set, 1.0) for page in examples.pages])
        found.append(replace(examples, weight=examples.weight * factor[examples.page]))
    return found


def train_gathered(
    gathered_pages: Gathered,
    configuration: Configuration = DEFAULT,
    seed: int = 0,
    log: Log = lambda message: None,
    workers: int = 1,
) -> Trained:
    """Train a model on gathered pages. The number of workers changes only the time."""
    chosen = configuration.seeded(seed)
    html, text = (_weighted(sets, chosen.weights) for sets in (gathered_pages.html, gathered_pages.text))
    sets = [*html, *text]
    if len(folds_of(sets)) < LEAST_FOLDS:
        raise PageError(
            "training needs pages of at least three groups, so that it can be tested on unseen pages; "
            'groups whose names fall into the same of five folds may be told apart by "fold"'
        )
    log(f"{gathered_pages.pages} pages, {sum(examples.share.size for examples in sets)} segments")
    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        linear = LinearModels(sets, chosen.linear, pool)
        log("linear models")
        of_text = _train_format(linear, sets, "text", chosen, pool, log)
        of_html = _train_format(linear, html, "html", chosen, pool, log) if html else _no_html()
        scored = {fold: [*of_text.scored[fold], *of_html.scored[fold]] for fold in ALL_MODELS}
        kinds = dict(
            zip(ALL_MODELS, pool.map(lambda fold: fit_kinds(scored[fold], fold), ALL_MODELS), strict=True)
        )
        notes = {
            "pages": gathered_pages.pages,
            "seed": seed,
            "configuration": chosen.record(),
            "kinds_found_out_of_fold": kinds_found(scored[EVERY]),
        }
        log("kinds of pages")
        *of_fold, model = (
            _model(linear, (of_text.scorers[fold], of_html.scorers[fold]), kinds[fold], fold, notes)
            for fold in ALL_MODELS
        )
        model, of_fold = with_line_kinds(model, of_fold, _real(gathered_pages), pool, log)
        memory = Memory(linear.precision(), replay_rows(sets, of_fold))
        return Trained(model, scored[EVERY], of_fold, memory)


def _real(pages: Gathered) -> dict[Format, list[Examples]]:
    """Return the real pages: kinds are not learned from synthetic ones."""
    html, text = list(pages.html[:1]), list(pages.text[:1])
    return {"html": html, "text": [*html, *text]}


def _no_html() -> _Format:
    return _Format(dict.fromkeys(ALL_MODELS, silent_html()), {fold: [] for fold in ALL_MODELS})


def train(
    pages: Sequence[LabelledPage],
    configuration: Configuration = DEFAULT,
    seed: int = 0,
    log: Log = lambda message: None,
    workers: int = 1,
) -> Trained:
    """Train a model on labelled pages, grouped into folds.

    Raises `PageError` if there are too few groups to cross-validate.
    """
    return train_gathered(gather(pages, seed), configuration, seed, log, workers)


def _model(
    linear: LinearModels,
    scorers: tuple[Scorer, Scorer],
    kinds: KindWeights,
    fold: int | None,
    notes: dict[str, Any],
) -> Model:
    """Return a model with the id of its arrays."""
    weights = linear.without(() if fold is None or not linear.knows(fold) else (fold,))
    model = Model(*weights, *scorers, kinds, model_id="", notes=notes)
    return replace(model, model_id=arrays_hash(arrays_of(model)))
