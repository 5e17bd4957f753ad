"""From the models of folds and labelled lines to the networks for kinds.

The network of a fold's model learns from the outputs of the other folds' models for their own pages, which
they have not seen. These models have seen the pages of the fold, but not the kinds of their lines.
docs/training.md says how much this matters.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from detector.features.build import context_features
from detector.features.markup import markup_buckets
from detector.features.phrases import ngram_buckets
from detector.model.files import Model, arrays_hash, arrays_of
from detector.model.line_kinds import NGRAM_BITS, TOKEN_BITS, columns_of
from detector.model.network import guess, score
from detector.model.score import features_of
from detector.records import LINE_KINDS, Floats, Format, Integers
from detector.training.data.examples import FOLDS, Examples
from detector.training.data.line_kinds import EVERY, is_known
from detector.training.fit.kind_network import (
    KindPlan,
    KindRows,
    Layers,
    clipped,
    fit_layers,
    network_of,
    shares,
    temperature,
)
from detector.training.fit.stack import ALL_MODELS

Log = Callable[[str], None]
# The least lines of known kind. With fewer, a network would only guess.
LEAST_LINES: Final = 500
# Chosen by cross-validation on pages labelled by kind. The network for text is trained longer, with more of
# its n-grams dropped, because it has no markup.
PLANS: Final[Mapping[Format, KindPlan]] = {
    "html": KindPlan(),
    "text": KindPlan(phases=((4e-3, 10), (1e-3, 5)), dropped=0.65),
}


class _Pages(NamedTuple):
    """Pages to learn from: their lines, not yet scaled.

    known: bool (S,), the lines of known kind
    barred: bool (P, FOLDS), the folds whose models must not learn from a page
    """

    rows: KindRows
    known: NDArray[np.bool_]
    barred: NDArray[np.bool_]


class _Fitted(NamedTuple):
    """The weights of a network for kinds, and the scaling of its dense columns."""

    layers: Layers
    mean: Floats
    scale: Floats

    def shares(self, rows: KindRows) -> Floats:
        """Return float32 (S, K): the probabilities of each line's kinds."""
        return shares(self.layers, rows._replace(dense=clipped(rows.dense, self.mean, self.scale)))

    def divided(self, by: float) -> "_Fitted":
        """Return the same network with all log-odds divided by a number."""
        layers = self.layers._replace(out=self.layers.out / by, out_bias=self.layers.out_bias / by)
        return self._replace(layers=layers)


def hashed_rows(start: Integers, buckets: NDArray[np.int32], bits: int) -> sparse.csr_matrix:
    """Return hashed n-grams or tokens as sparse rows, divided by the square root of their number."""
    count = np.diff(start)
    value = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    column = buckets & np.int32((1 << bits) - 1)
    return sparse.csr_matrix((value, column, start), shape=(count.size, 1 << bits))


def dense_columns(examples: Examples, model: Model, format: Format) -> Floats:
    """Return float32 (S, D): the inputs and outputs of the other networks of a model for pages."""
    batch, words = examples.batch, examples.words
    markup = examples.markup if format == "html" else None
    scorer = model.text if markup is None else model.html
    features = features_of(batch, words, markup, model)
    guesses = guess(features.table, scorer)
    context = context_features(batch, words, markup, features, guesses.log_odds)
    odds = score(context, scorer, guesses).log_odds
    first, second = columns_of(format)
    return np.hstack((features.table[:, first], context[:, second], odds[:, None]))


def kind_rows(examples: Examples, dense: Floats, format: Format, plan: KindPlan) -> KindRows:
    """Return all lines of pages, ready for training."""
    known, informed = is_known(examples.allowed), examples.allowed != EVERY
    in_page = np.bincount(examples.page, minlength=len(examples.pages))
    known_in_page = np.bincount(examples.page[known], minlength=len(examples.pages))
    share = np.where(known, known_in_page[examples.page], in_page[examples.page])
    weight = np.where(known, 1.0, plan.weak) / np.sqrt(np.maximum(share, 1)) * informed
    tokens = None
    if format == "html" and examples.markup is not None:
        tokens = hashed_rows(*markup_buckets(examples.batch, examples.markup), TOKEN_BITS)
    bit = np.arange(len(LINE_KINDS))
    return KindRows(
        dense,
        hashed_rows(*ngram_buckets(examples.words), NGRAM_BITS),
        tokens,
        (examples.allowed[:, None] >> bit & 1).astype(np.float32),
        np.zeros(share.size, np.bool_),
        weight.astype(np.float32),
        examples.batch.page_segment(),
    )


def _joined(parts: Sequence[KindRows]) -> KindRows:
    offsets = np.cumsum([0, *(int(part.page_row[-1]) for part in parts)])
    starts = [part.page_row[:-1] + offset for part, offset in zip(parts, offsets, strict=False)]
    return KindRows(
        np.concatenate([part.dense for part in parts]),
        sparse.vstack([part.ngrams for part in parts]).tocsr(),
        None
        if any(part.tokens is None for part in parts)
        else sparse.vstack([part.tokens for part in parts]).tocsr(),
        np.concatenate([part.allowed for part in parts]),
        np.concatenate([part.taught for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
    )


def _pages(
    sets: Sequence[Examples], of_fold: Sequence[Model], format: Format, plan: KindPlan
) -> _Pages | None:
    """Return the pages to learn from, each read with the model of its fold; None if too few kinds are known.

    These are the pages with a line of known kind, and the HTML pages of sites.
    """
    parts, known, barred = [], [], []
    for examples in sets:
        for fold in np.unique(examples.fold).tolist():
            own = examples.of_fold(fold)
            is_one = is_known(own.allowed)
            chosen = np.bincount(own.page[is_one], minlength=len(own.pages)) > 0
            if own.markup is not None:
                chosen |= np.array([bool(page.of_site) for page in own.pages])
            if not chosen.any():
                continue
            rows = kind_rows(own, dense_columns(own, of_fold[fold], format), format, plan)
            parts.append(rows.of_pages(np.flatnonzero(chosen)))
            known.append(is_one[chosen[own.page]])
            barred.append(own.barred[chosen])
    if sum(int(one.sum()) for one in known) < LEAST_LINES:
        return None
    return _Pages(_joined(parts), np.concatenate(known), np.concatenate(barred))


def _fitted(pages: _Pages, fold: int | None, plan: KindPlan) -> _Fitted:
    """Return the network of a fold's model, or (None) of the model of all pages."""
    chosen = np.arange(pages.barred.shape[0]) if fold is None else np.flatnonzero(~pages.barred[:, fold])
    rows = pages.rows.of_pages(chosen)
    mean = rows.dense.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = rows.dense.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-3), 0).astype(np.float32)
    layers = fit_layers(rows._replace(dense=clipped(rows.dense, mean, scale)), plan)
    return _Fitted(layers, mean, scale)


def _calibrated(pages: _Pages, fitted: Sequence[_Fitted], log: Log) -> list[_Fitted]:
    """Return the networks of all models, calibrated on pages that they did not learn from.

    Each page is judged by the network of its fold. The temperature of a fold's network is chosen without the
    pages that it must not learn from.
    """
    share = np.zeros_like(pages.rows.allowed)
    for fold in range(FOLDS):
        chosen = np.flatnonzero(pages.barred[:, fold])
        lines = np.repeat(pages.barred[:, fold], np.diff(pages.rows.page_row))
        share[lines] = fitted[fold].shares(pages.rows.of_pages(chosen))
    found = []
    for barred, one in zip((*pages.barred.T, np.zeros(pages.barred.shape[0], np.bool_)), fitted, strict=True):
        chosen = pages.known & np.repeat(~barred, np.diff(pages.rows.page_row))
        by = temperature(share[chosen], pages.rows.allowed[chosen], pages.rows.weight[chosen])
        found.append(one.divided(by))
        log(f"log-odds of kinds divided by {by}")
    return found


def _taught(text: _Pages, html: _Pages, teacher: _Fitted, plan: KindPlan) -> _Pages:
    """Return the pages of text, with the kinds that a network with markup predicts for lines of unknown kind.

    The HTML pages come first among the text pages.
    """
    share = teacher.shares(html.rows) * html.rows.allowed
    share /= np.maximum(share.sum(axis=1, keepdims=True), np.float32(1e-9))
    lines = np.diff(html.rows.page_row)
    unknown = np.flatnonzero(~html.known)
    rows = text.rows
    allowed, taught, weight = rows.allowed.copy(), rows.taught.copy(), rows.weight.copy()
    allowed[unknown], taught[unknown] = share[unknown], True
    weight[unknown] = (plan.taught / np.sqrt(np.repeat(lines, lines)))[unknown]
    return text._replace(rows=rows._replace(allowed=allowed, taught=taught, weight=weight))


def with_line_kinds(
    model: Model,
    of_fold: Sequence[Model],
    sets: Mapping[Format, Sequence[Examples]],
    workers: Executor,
    log: Log = lambda message: None,
    plans: Mapping[Format, KindPlan] = PLANS,
) -> tuple[Model, list[Model]]:
    """Return the models with networks for kinds, fitted to pages with lines of known kind.

    Without such pages (fewer than 500 lines), a model has no kinds. The network for text also learns from the
    predictions of the network for HTML, which sees the markup of the same lines. A fold's model is taught by
    the fold's own network.

    Parameters
    ----------
    model, of_fold
        The model of all pages, and that of each fold.
    sets
        By format, the pages. Those of "text" begin with those of "html", without their markup.
    workers, log, plans
        The executor for fitting networks in parallel, the function that logs messages, and the plans of the
        networks.
    """
    models: list[Model] = [*of_fold, model]
    html = _pages(sets["html"], of_fold, "html", plans["html"])
    teachers: list[_Fitted] = []
    if html is not None:
        teachers = list(workers.map(lambda fold: _fitted(html, fold, plans["html"]), ALL_MODELS))
        calibrated = _calibrated(html, teachers, log)
        models = [_with(one, network, "html") for one, network in zip(models, calibrated, strict=True)]
        log("kinds of lines of html")
    text = _pages(sets["text"], of_fold, "text", plans["text"])
    if text is not None:

        def pupil(number: int) -> _Fitted:
            pages = text if html is None else _taught(text, html, teachers[number], plans["text"])
            return _fitted(pages, ALL_MODELS[number], plans["text"])

        pupils = _calibrated(text, list(workers.map(pupil, range(len(ALL_MODELS)))), log)
        models = [_with(one, network, "text") for one, network in zip(models, pupils, strict=True)]
        log("kinds of lines of text")
    return models[-1], models[:-1]


def _with(model: Model, fitted: _Fitted, format: Format) -> Model:
    """Return a model with a network for kinds, under the name of its arrays."""
    network = network_of(fitted.layers, columns_of(format), fitted.mean, fitted.scale)
    if format == "html":
        found = replace(model, html=replace(model.html, kinds=network))
    else:
        found = replace(model, text=replace(model.text, kinds=network))
    return replace(found, model_id=arrays_hash(arrays_of(found)))
