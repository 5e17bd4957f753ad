"""From the models of folds and labelled lines to the networks for kinds.

The network of a fold's model learns from the outputs of the other folds' models for their own pages, which
they have not seen. These models have seen the fold, but not its kinds. docs/training.md says how much this
matters.
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
from detector.model.line_kinds import NGRAM_BITS, TOKEN_BITS, LineKindNetwork, columns_of
from detector.model.network import guess, score
from detector.model.score import features_of
from detector.records import LINE_KINDS, Floats, Format, Integers
from detector.training.data.examples import Examples
from detector.training.data.line_kinds import EVERY, is_known
from detector.training.fit.kind_network import KindPlan, KindRows, clipped, fit_layers, network_of
from detector.training.fit.stack import ALL_MODELS

Log = Callable[[str], None]
# With fewer lines of known kind, a network would only guess.
LEAST_LINES: Final = 500
DEFAULT: Final = KindPlan()


class _Pages(NamedTuple):
    """Pages with some lines of known kind, not yet standardised."""

    rows: KindRows
    barred: NDArray[np.bool_]


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
        np.concatenate([part.weight for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
    )


def _pages_with_kinds(
    sets: Sequence[Examples], of_fold: Sequence[Model], format: Format, plan: KindPlan
) -> _Pages | None:
    """Return the pages with lines of known kind, each with the outputs of its fold's model."""
    parts, barred = [], []
    for examples in sets:
        for fold in np.unique(examples.fold).tolist():
            own = examples.of_fold(fold)
            known = np.bincount(own.page[is_known(own.allowed)], minlength=len(own.pages)) > 0
            if not known.any():
                continue
            rows = kind_rows(own, dense_columns(own, of_fold[fold], format), format, plan)
            parts.append(rows.of_pages(np.flatnonzero(known)))
            barred.append(own.barred[known])
    if sum(int((part.allowed.sum(axis=1) == 1).sum()) for part in parts) < LEAST_LINES:
        return None
    return _Pages(_joined(parts), np.concatenate(barred))


def _fitted(pages: _Pages, fold: int | None, format: Format, plan: KindPlan) -> LineKindNetwork:
    """Return the network of a fold's model, or (None) of the model of all pages."""
    chosen = np.arange(pages.barred.shape[0]) if fold is None else np.flatnonzero(~pages.barred[:, fold])
    rows = pages.rows.of_pages(chosen)
    mean = rows.dense.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = rows.dense.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-3), 0).astype(np.float32)
    layers = fit_layers(rows._replace(dense=clipped(rows.dense, mean, scale)), plan)
    return network_of(layers, columns_of(format), mean, scale)


def with_line_kinds(
    model: Model,
    of_fold: Sequence[Model],
    sets: Mapping[Format, Sequence[Examples]],
    workers: Executor,
    log: Log = lambda message: None,
    plan: KindPlan = DEFAULT,
) -> tuple[Model, list[Model]]:
    """Return the models with networks for kinds, fitted to pages with lines of known kind.

    Without enough such lines (fewer than 500), models have no kinds.

    Parameters
    ----------
    model, of_fold
        The model of all pages, and that of each fold.
    sets
        The pages by format. Those of "text" may have markup, which is ignored.
    workers, log, plan
        The pool that fits several networks at a time, the progress messages, and how to fit.
    """
    models: list[Model] = [*of_fold, model]
    for format in ("html", "text"):
        pages = _pages_with_kinds(sets[format], of_fold, format, plan)
        if pages is None:
            continue
        fitted = workers.map(lambda fold: _fitted(pages, fold, format, plan), ALL_MODELS)  # noqa: B023
        models = [_with(one, network, format) for one, network in zip(models, fitted, strict=True)]
        log(f"kinds of lines of {format}")
    return models[-1], models[:-1]


def _with(model: Model, network: LineKindNetwork, format: str) -> Model:
    """Return a model with a network for kinds, with the id of its arrays."""
    if format == "html":
        found = replace(model, html=replace(model.html, kinds=network))
    else:
        found = replace(model, text=replace(model.text, kinds=network))
    return replace(found, model_id=arrays_hash(arrays_of(found)))
