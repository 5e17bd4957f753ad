"""Examples to the parts of a model: linear models over n-grams and markup, networks, calibration.

Each part must see the parts before it as they are on pages that those did not learn from
(train.py has the order). Single-threaded where order matters: the same pages and seed
give the same bits.
"""

import warnings
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from detector.features import markup as markup_of
from detector.features import phrases as phrases_of
from detector.features.markup import markup_buckets
from detector.features.schema import Blocks
from detector.model.files import blocks_of
from detector.model.network import CLIP, UNITS, Calibration, Network, OperatingPoints
from detector.model.operating_points import THRESHOLDS
from detector.records import Floats, Integers
from detector.training.data.examples import Examples

# Found by cross-validation on WCXB dev: inverse strength of the linear models' penalty.
PHRASES_C: Final = 1.0
MARKUP_C: Final = 1.0
# A word is known when this many training pages have it.
KNOWN_PAGES: Final = 3
KNOTS: Final = 24


class NetworkPlan(NamedTuple):
    """How a network is fitted: as several small ones, each on some of the pages, put together.

    Networks that fit the training pages better do worse on others: on HTML of WCXB dev, 32
    units trained on all pages for 14 epochs had a log loss of .191 out of fold, for 7 epochs
    .178, and two or four networks on 70 % of the pages each .171 to .175. The mean of several
    networks' log-odds is one network with all their units, so scoring costs the same.
    """

    networks: int = 2
    hidden: int = 24
    page_share: float = 0.7
    # Steps of Adam, and epochs with each.
    phases: tuple[tuple[float, int], ...] = ((2e-3, 4), (5e-4, 2), (1e-4, 1))
    penalty: float = 1e-2
    batch: int = 1024
    seed: int = 0


class Rows(NamedTuple):
    """What a network is fitted to: the truth, weight and page of each row (S,)."""

    boilerplate: NDArray[np.bool_]
    weight: NDArray[np.float64]
    page: Integers


def _matrix(indptr: Integers, buckets: NDArray[np.int32], size: int) -> sparse.csr_matrix:
    """Return the n-grams of each segment, each row scaled by one over its root."""
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
    """Return bucket weights, in half precision as they are stored, and the bias."""
    model = LogisticRegression(C=inverse_penalty, solver="lbfgs", max_iter=100, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # more iterations change nothing out of fold
        model.fit(matrix, truth, sample_weight=weight / weight.mean())
    return model.coef_[0].astype(np.float16).astype(np.float32), model.intercept_.astype(np.float32)


def known_words(sets: Sequence[tuple[Examples, NDArray[np.bool_]]]) -> NDArray[np.uint64]:
    """Return the bits of the words that enough of the chosen pages have."""
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


def _fit_one(
    scaled: Floats, rows: Rows, chosen: NDArray[np.bool_], plan: NetworkPlan, seed: int
) -> MLPClassifier:
    table, truth, weight = scaled[chosen], rows.boilerplate[chosen], rows.weight[chosen]
    model = MLPClassifier(
        (plan.hidden,),
        alpha=plan.penalty,
        batch_size=min(plan.batch, truth.size),
        random_state=seed,
        warm_start=True,
    )
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are chosen, not awaited
        for step, epochs in plan.phases:
            model.set_params(learning_rate_init=step, max_iter=epochs)
            model.fit(table, truth, sample_weight=weight / weight.mean())
    return model


def fit_network(table: Floats, rows: Rows, plan: NetworkPlan, blocks: Blocks) -> Network:
    """Return a network fitted to the rows of a table that have a weight."""
    known = rows.weight > 0
    mean = table[known].mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = table[known].std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32)
    scaled = np.clip((table - mean) * scale, -CLIP, CLIP)
    rng = np.random.default_rng(plan.seed)
    models = []
    for number in range(plan.networks):
        pages = rng.random(int(rows.page.max()) + 1) < plan.page_share
        chosen = known & pages[rows.page]
        models.append(_fit_one(scaled, rows, chosen if chosen.any() else known, plan, plan.seed + number))
    hidden = np.concatenate([model.coefs_[0].T for model in models])
    hidden_bias = np.concatenate([model.intercepts_[0] for model in models])
    out = np.concatenate([model.coefs_[1][:, 0] for model in models]) / len(models)
    out_bias = np.mean([model.intercepts_[1] for model in models], axis=0)
    return Network(
        mean,
        scale,
        _even(hidden),
        _even(hidden_bias),
        _even(out),
        out_bias.astype(np.float32),
        *blocks_of(blocks),
    )


def _even(weights: NDArray[np.float64]) -> Floats:
    """Return a network's weights with silent units added, up to a whole number of tiles."""
    missing = -weights.shape[0] % UNITS
    padding = [(0, missing), *[(0, 0)] * (weights.ndim - 1)]
    return np.ascontiguousarray(np.pad(weights, padding), np.float32)


def log_odds(table: Floats, network: Network) -> Floats:
    """Return a network's log-odds by matrix products: for training, where order is no matter."""
    scaled = np.clip((table - network.mean) * network.scale, -CLIP, CLIP)
    hidden = np.maximum(scaled @ network.hidden.T + network.hidden_bias, 0)
    odds: Floats = (hidden @ network.out + network.out_bias[0]).astype(np.float32)
    return odds


def calibration(odds: Floats, rows: Rows) -> Calibration:
    """Return a rising curve fitted to out-of-fold log-odds.

    Isotonic regression, read off at quantiles, with straight lines between.
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
    """Return the regression's mean around each knot: its steps are chance."""
    edge = np.concatenate(([knot[0]], (knot[1:] + knot[:-1]) / 2, [knot[-1]])).astype(np.float64)
    inside = np.linspace(edge[:-1], edge[1:], 33)
    around: NDArray[np.float64] = fitted.predict(inside.ravel()).reshape(inside.shape).mean(axis=0)
    return np.clip(around, 0.001, 0.999)


def operating_points_of(scores: Floats, share: NDArray[np.float64], words: Integers) -> OperatingPoints:
    """Return what each threshold keeps of content, and how much of what it keeps is content.

    scores: out of fold, (S,); share: of each line's words that are content (S,), -1 where
    unknown; words: int64 (S,), in each line
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
