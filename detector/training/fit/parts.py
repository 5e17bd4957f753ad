"""The parts of a model besides its networks: linear models over n-grams and markup, and calibration.

Each part must see the outputs of earlier parts for pages that those have not seen (train.py has the order).
Sums whose order matters are single-threaded, so the same pages and seed give the same bits.
"""

import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from detector.features import markup as markup_of
from detector.features import phrases as phrases_of
from detector.features.markup import markup_buckets
from detector.model.network import Calibration, OperatingPoints
from detector.model.operating_points import THRESHOLDS
from detector.records import Floats, Integers
from detector.training.data.examples import Examples
from detector.training.fit.networks import Rows

# The bias of a model trained on lines of one class only.
SURE: Final = 4.0
# A word is known if this many training pages have it.
KNOWN_PAGES: Final = 3
KNOTS: Final = 24


def _matrix(indptr: Integers, buckets: NDArray[np.int32], size: int) -> sparse.csr_matrix:
    """Return the n-grams of each segment; each row is divided by the square root of its length."""
    count = np.diff(indptr)
    values = np.repeat(1 / np.sqrt(np.maximum(count, 1)), count).astype(np.float32)
    matrix = sparse.csr_matrix((values, buckets, indptr), shape=(count.size, size))
    matrix.sum_duplicates()
    return matrix


def phrase_matrix(examples: Examples) -> sparse.csr_matrix:
    """Return (S, buckets): the n-grams of every segment."""
    return _matrix(*phrases_of.ngram_buckets(examples.words), phrases_of.BUCKETS)


def markup_matrix(examples: Examples) -> sparse.csr_matrix:
    """Return (S, buckets): the markup tokens around every segment."""
    assert examples.markup is not None
    return _matrix(*markup_buckets(examples.batch, examples.markup), markup_of.BUCKETS)


def fit_linear(
    matrix: sparse.csr_matrix, truth: NDArray[np.bool_], weight: NDArray[np.float64], inverse_penalty: float
) -> tuple[Floats, Floats]:
    """Return bucket weights, rounded to half precision as in files, and the bias."""
    if truth.all() or not truth.any():
        bias = SURE if truth.all() else -SURE
        return np.zeros(matrix.shape[1], np.float32), np.array([bias], np.float32)
    # Buckets that no line has get no weight, and would take time.
    used = np.unique(matrix.indices)
    model = LogisticRegression(C=inverse_penalty, solver="lbfgs", max_iter=100, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations change nothing out of fold
        model.fit(matrix[:, used], truth, sample_weight=weight / weight.mean())
    bucket = np.zeros(matrix.shape[1], np.float32)
    bucket[used] = model.coef_[0].astype(np.float16)
    return bucket, model.intercept_.astype(np.float32)


def known_words(sets: Sequence[tuple[Examples, NDArray[np.bool_]]]) -> NDArray[np.uint64]:
    """Return the bits of words that are on enough of the chosen pages."""
    keys: list[NDArray[np.uint64]] = []
    for examples, chosen in sets:
        segments = examples.batch.page_segment()
        bounds = examples.words.segment_word[segments]
        keys.extend(
            np.unique(examples.words.key[bounds[page] : bounds[page + 1]]) for page in np.flatnonzero(chosen)
        )
    bits = np.zeros(1 << (phrases_of.KNOWN_BITS - 6), np.uint64)
    if keys:
        key, count = np.unique(np.concatenate(keys), return_counts=True)
        bit = (key[count >= KNOWN_PAGES] * phrases_of.KNOWN_MIX) >> np.uint64(64 - phrases_of.KNOWN_BITS)
        np.bitwise_or.at(bits, (bit >> np.uint64(6)).astype(np.int64), np.uint64(1) << (bit & np.uint64(63)))
    return bits


def calibration(odds: Floats, rows: Rows) -> Calibration:
    """Return an increasing curve fitted to out-of-fold log-odds.

    This is an isotonic regression, sampled at quantiles and interpolated linearly.
    """
    known = rows.weight > 0
    odds, truth, weight = odds[known].astype(np.float64), rows.boilerplate[known], rows.weight[known]
    fitted = IsotonicRegression(out_of_bounds="clip").fit(odds, truth, sample_weight=weight)
    order = np.argsort(odds, kind="stable")
    mass = np.cumsum(weight[order]) / weight.sum()
    at = np.searchsorted(mass, np.linspace(0.002, 0.998, KNOTS))
    knot = np.unique(odds[order][np.minimum(at, odds.size - 1)].astype(np.float32))
    share = np.maximum.accumulate(_smoothed(fitted, knot))
    return Calibration(knot, share.astype(np.float32))


def _smoothed(fitted: IsotonicRegression, knot: Floats) -> NDArray[np.float64]:
    """Return the mean of the regression around each knot, because its steps are noise."""
    edge = np.concatenate(([knot[0]], (knot[1:] + knot[:-1]) / 2, [knot[-1]])).astype(np.float64)
    inside = np.linspace(edge[:-1], edge[1:], 33)
    around: NDArray[np.float64] = fitted.predict(inside.ravel()).reshape(inside.shape).mean(axis=0)
    return np.clip(around, 0.001, 0.999)


def operating_points_of(scores: Floats, share: NDArray[np.float64], words: Integers) -> OperatingPoints:
    """Return how much content each threshold keeps, and how much of the kept text is content.

    scores: out of fold, (S,); share: the share of content in each line (S,), -1 if unknown;
    words: int64 (S,), the number of words in each line
    """
    known = share >= 0
    at = np.round(scores[known] * (THRESHOLDS - 1)).astype(np.int64)
    size = words[known].astype(np.float64)
    content = np.cumsum(np.bincount(at, size * share[known], THRESHOLDS))
    kept = np.cumsum(np.bincount(at, size, THRESHOLDS))
    return OperatingPoints(
        (content / max(content[-1], 1e-9)).astype(np.float32),
        (content / np.maximum(kept, 1e-9)).astype(np.float32),
    )
