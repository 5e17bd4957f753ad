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

from detector.model.files import Model, arrays_hash, arrays_of
from detector.model.line_kinds import columns_of
from detector.records import Floats, Format
from detector.training.data.examples import FOLDS, Examples
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
from detector.training.fit.kind_pages import KindPages, kind_pages, sources_of, with_known_lines
from detector.training.fit.stack import ALL_MODELS

Log = Callable[[str], None]
# Chosen by cross-validation on pages labelled by kind. The network for text is trained longer, with more of
# its n-grams dropped, because it has no markup.
PLANS: Final[Mapping[Format, KindPlan]] = {
    "html": KindPlan(),
    "text": KindPlan(phases=((4e-3, 10), (1e-3, 5)), dropped=0.65),
}


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


def _fitted(pages: KindPages, fold: int | None, plan: KindPlan) -> _Fitted:
    """Return the network of a fold's model, or (None) of the model of all pages."""
    chosen = np.arange(pages.barred.shape[0]) if fold is None else np.flatnonzero(~pages.barred[:, fold])
    rows = pages.rows.of_pages(chosen)
    mean = rows.dense.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = rows.dense.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-3), 0).astype(np.float32)
    layers = fit_layers(rows._replace(dense=clipped(rows.dense, mean, scale)), plan)
    return _Fitted(layers, mean, scale)


def _calibrated(pages: KindPages, fitted: Sequence[_Fitted], log: Log) -> list[_Fitted]:
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


def _taught(
    text: KindPages, html: KindPages, source: sparse.csr_matrix, teacher: _Fitted, plan: KindPlan
) -> KindPages:
    """Return the pages of text, with the kinds that a network with markup predicts for unknown lines."""
    share = teacher.shares(html.rows) * html.rows.allowed
    share /= np.maximum(share.sum(axis=1, keepdims=True), np.float32(1e-9))
    said, rows = source @ share, text.rows
    taught = ~text.known & (said.sum(axis=1) > 0)
    lines = np.diff(rows.page_row)
    return text._replace(
        rows=rows._replace(
            allowed=np.where(taught[:, None], said, rows.allowed).astype(np.float32),
            taught=taught,
            weight=np.where(taught, plan.taught / np.sqrt(np.repeat(lines, lines)), rows.weight).astype(
                np.float32
            ),
        )
    )


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
    html = kind_pages(sets["html"], of_fold, "html", plans["html"])
    teachers: list[_Fitted] = []
    if html is not None:
        teachers = list(workers.map(lambda fold: _fitted(html, fold, plans["html"]), ALL_MODELS))
        calibrated = _calibrated(html, teachers, log)
        models = [_with(one, network, "html") for one, network in zip(models, calibrated, strict=True)]
        log("kinds of lines of html")
    text = kind_pages(sets["text"], of_fold, "text", plans["text"])
    if text is not None:
        if html is not None:
            source = sources_of(text, html)
            text = with_known_lines(text, html, source)

        def pupil(number: int) -> _Fitted:
            pages = text if html is None else _taught(text, html, source, teachers[number], plans["text"])
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
