"""From scored pages of known kinds to the model for kinds of pages."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from detector.model.page_kinds import BUCKETS, CLIP, COLUMNS, KINDS, KindWeights, page_looks, page_words
from detector.records import Floats, Format, Integers
from detector.training.data.examples import FOLDS, Examples

# Names for kinds in labelled pages that differ from ours.
SAME_AS: Final = {
    "collection": "listing",
    "recipe": "article",
    "interview": "article",
    "faq": "documentation",
}
# Eight settings were tried by cross-validation, with a log loss of .597 (words without scaling) to .444.
# Words must be balanced against looks, and rare kinds against articles, or every short page is a login page.
INVERSE_PENALTY: Final = 0.3
WORDS_SCALE: Final = 6.0
BALANCE: Final = 0.4


class Scored(NamedTuple):
    """Out-of-fold scores of a set of examples in one format."""

    examples: Examples
    format: Format
    scores: Floats


class _Pages(NamedTuple):
    """Pages of known kind: table (N, F + buckets), kinds, weights and folds."""

    table: sparse.csr_matrix
    mean: Floats
    scale: Floats
    kind: Integers
    weight: NDArray[np.float64]
    fold: Integers


def kind_number(name: str) -> int:
    """Return the number of a kind, -1 for an unknown one."""
    name = SAME_AS.get(name, name)
    return KINDS.index(name) if name in KINDS else -1


def _pages(sets: Sequence[Scored], fold: int | None) -> _Pages:
    looks, words, kinds, weights, folds = [], [], [], [], []
    for examples, format, scores in sets:
        markup = examples.markup if format == "html" else None
        kind = np.array([kind_number(page.kind) for page in examples.pages], np.int64)
        chosen = np.flatnonzero((kind >= 0) & _may_learn(examples, fold))
        indptr, buckets = page_words(examples.words, examples.batch.page_segment())
        count = np.diff(indptr)
        value = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
        rows = sparse.csr_matrix((value, buckets, indptr), shape=(count.size, BUCKETS))
        words.append(rows[chosen])
        looks.append(page_looks(examples.batch, examples.words, markup, scores)[chosen])
        kinds.append(kind[chosen])
        weights.append(np.array([page.weight for page in examples.pages])[chosen])
        folds.append(examples.fold[chosen])
    look = np.concatenate(looks)
    mean, spread = look.mean(axis=0), look.std(axis=0)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32)
    scaled = np.clip((look - mean) * scale, -CLIP, CLIP).astype(np.float32)
    table = sparse.hstack([sparse.csr_matrix(scaled), sparse.vstack(words) * np.float32(WORDS_SCALE)]).tocsr()
    kind, weight = np.concatenate(kinds), np.concatenate(weights)
    return _Pages(table, mean, scale, kind, weight * _balance(kind, weight), np.concatenate(folds))


def _may_learn(examples: Examples, fold: int | None) -> NDArray[np.bool_]:
    """Return bool (P,): which pages the model of a fold may learn from; None is the model of all pages."""
    if fold is None:
        return np.ones(len(examples.pages), np.bool_)
    return ~examples.barred[:, fold]


def _balance(kind: Integers, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a factor for each page that balances the weights of kinds."""
    total = np.bincount(kind, weight, len(KINDS))
    factor: NDArray[np.float64] = (total.sum() / np.maximum(total, 1e-9)) ** BALANCE
    return factor[kind]


def _fitted(pages: _Pages, rows: NDArray[np.bool_]) -> LogisticRegression:
    model = LogisticRegression(C=INVERSE_PENALTY, solver="lbfgs", max_iter=500, tol=1e-4)
    with threadpool_limits(1):
        model.fit(pages.table[rows], pages.kind[rows], sample_weight=pages.weight[rows])
    return model


def _spread(model: LogisticRegression) -> tuple[Floats, Floats]:
    """Return coefficients (F + buckets, K) and biases. Kinds without pages get a very low bias."""
    coefficients = np.zeros((model.coef_.shape[1], len(KINDS)), np.float32)
    bias = np.full(len(KINDS), -20, np.float32)
    if model.classes_.size == 2:  # one row stands for both
        coefficients[:, model.classes_[1]], bias[model.classes_] = model.coef_[0], (0, model.intercept_[0])
    else:
        coefficients[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return coefficients, bias


def silent_kinds() -> KindWeights:
    """Return weights for which all kinds are equally likely."""
    zeros = np.zeros(len(COLUMNS), np.float32)
    return KindWeights(
        np.zeros((BUCKETS, len(KINDS)), np.float32),
        zeros,
        zeros,
        np.zeros((zeros.size, len(KINDS)), np.float32),
        np.zeros(len(KINDS), np.float32),
    )


def fit_kinds(sets: Sequence[Scored], fold: int | None = None) -> KindWeights:
    """Return the weights of a fold's model, or (None) of the model of all pages.

    With fewer than two kinds, all kinds are equally likely. The scores must be by models that have seen
    neither their page nor the fold.
    """
    pages = _known_pages(sets, fold)
    if pages is None:
        return silent_kinds()
    coefficients, bias = _spread(_fitted(pages, np.ones(pages.kind.size, np.bool_)))
    look, bucket = coefficients[: len(COLUMNS)], coefficients[len(COLUMNS) :] * np.float32(WORDS_SCALE)
    bucket = np.ascontiguousarray(bucket.astype(np.float16).astype(np.float32))
    mean, scale = pages.mean.astype(np.float32), pages.scale
    return KindWeights(bucket, mean, scale, np.ascontiguousarray(look), bias)


def _known_pages(sets: Sequence[Scored], fold: int | None) -> _Pages | None:
    """Return the pages of known kind; None if there are fewer than two kinds."""
    kinds = {
        kind_number(page.kind)
        for examples, _, _ in sets
        for page, chosen in zip(examples.pages, _may_learn(examples, fold), strict=True)
        if chosen
    }
    return _pages(sets, fold) if len(kinds - {-1}) > 1 else None


def kinds_found(sets: Sequence[Scored]) -> dict[str, float]:
    """Return the share of each kind's pages that is recognised out of fold."""
    pages = _known_pages(sets, None)
    if pages is None:
        return {}
    right = np.zeros(pages.kind.size, np.bool_)
    for fold in range(FOLDS):
        held = pages.fold == fold
        if held.any() and np.unique(pages.kind[~held]).size > 1:
            right[held] = _fitted(pages, ~held).predict(pages.table[held]) == pages.kind[held]
    return {
        name: round(float(right[pages.kind == number].mean()), 3)
        for number, name in enumerate(KINDS)
        if (pages.kind == number).any()
    }
