"""Examples to a model: two linear models over n-grams and markup, a network over all evidence.

The network must see the linear models as they are on pages that they did not learn
from; so its evidence is gathered out of fold, and only then are the linear models
fitted on everything. The same is done for the calibration. Single-threaded where order
matters: the same pages and seed give the same bits.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from detector.evidence import markup as markup_of
from detector.evidence import phrases as phrases_of
from detector.evidence.gather import html_evidence, text_evidence
from detector.evidence.markup import MarkupWeights
from detector.evidence.markup_tokens import token_buckets
from detector.evidence.phrases import PhraseWeights
from detector.records import Floats, Integers
from detector.scores.model import block_starts
from detector.scores.network import CLIP, Network
from detector.training.examples import Examples

# Found by cross-validation on WCXB dev: inverse strength of the linear models' penalty.
PHRASES_C: Final = 1.0
MARKUP_C: Final = 1.0
# A word is known when this many training pages have it.
KNOWN_PAGES: Final = 3
KNOTS: Final = 24


class NetworkPlan(NamedTuple):
    """How a network is fitted."""

    hidden: int = 32
    # Steps of Adam and epochs with each: smaller steps at the end were worth .003 to .008
    # words F1 over as many epochs with one.
    phases: tuple[tuple[float, int], ...] = ((2e-3, 7), (7e-4, 4), (2e-4, 3))
    penalty: float = 1e-3
    batch: int = 1024
    seed: int = 0


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
    return _matrix(*token_buckets(examples.batch, examples.markup), markup_of.BUCKETS)


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
        bit = (key[count >= KNOWN_PAGES] * phrases_of.PAIR) >> np.uint64(64 - phrases_of.KNOWN_BITS)
        np.bitwise_or.at(bits, (bit >> np.uint64(6)).astype(np.int64), np.uint64(1) << (bit & np.uint64(63)))
    return bits


def evidence_of(examples: Examples, phrases: PhraseWeights, markup: MarkupWeights | None) -> Floats:
    """Return the evidence of all segments: with markup if weights for it are given."""
    if markup is None or examples.markup is None:
        return text_evidence(examples.batch, examples.words, phrases)[0]
    return html_evidence(examples.batch, examples.words, examples.markup, phrases, markup)[0]


def fit_network(
    evidence: Floats, truth: NDArray[np.bool_], weight: NDArray[np.float64], plan: NetworkPlan
) -> dict[str, Any]:
    """Return the fields of a network, but for calibration and blocks."""
    mean = evidence.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = evidence.std(axis=0, dtype=np.float64)
    scale = np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32)
    model = MLPClassifier(
        (plan.hidden,),
        alpha=plan.penalty,
        batch_size=plan.batch,
        random_state=plan.seed,
        warm_start=True,
    )
    scaled = np.clip((evidence - mean) * scale, -CLIP, CLIP)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are chosen, not awaited
        for step, epochs in plan.phases:
            model.set_params(learning_rate_init=step, max_iter=epochs)
            model.fit(scaled, truth, sample_weight=weight / weight.mean())
    return {
        "mean": mean,
        "scale": scale,
        "hidden": np.ascontiguousarray(model.coefs_[0], np.float32),
        "hidden_bias": model.intercepts_[0].astype(np.float32),
        "out": np.ascontiguousarray(model.coefs_[1][:, 0], np.float32),
        "out_bias": model.intercepts_[1].astype(np.float32),
    }


def uncalibrated(fields: dict[str, Any], blocks: tuple[tuple[str, tuple[str, ...]], ...]) -> Network:
    """Return the network with the logistic curve as its calibration."""
    knot = np.linspace(-8, 8, KNOTS * 2 + 1).astype(np.float32)
    return Network(
        **fields, knot=knot, share=(1 / (1 + np.exp(-knot))).astype(np.float32), block=block_starts(blocks)
    )


def log_odds(evidence: Floats, network: Network) -> NDArray[np.float64]:
    """Return a network's log-odds by matrix products: for training, where order is no matter."""
    scaled = np.clip((evidence - network.mean) * network.scale, -CLIP, CLIP)
    hidden = np.maximum(scaled @ network.hidden + network.hidden_bias, 0)
    odds: NDArray[np.float64] = (hidden @ network.out + network.out_bias[0]).astype(np.float64)
    return odds


def calibrated(
    network: Network, odds: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> Network:
    """Return the network with a rising calibration fitted to out-of-fold log-odds.

    Isotonic regression, read off at quantiles, with straight lines between.
    """
    fitted = IsotonicRegression(out_of_bounds="clip").fit(odds, truth, sample_weight=weight)
    order = np.argsort(odds, kind="stable")
    mass = np.cumsum(weight[order]) / weight.sum()
    at = np.searchsorted(mass, np.linspace(0.002, 0.998, KNOTS))
    knot = np.unique(odds[order][np.minimum(at, odds.size - 1)].astype(np.float32))
    share = np.maximum.accumulate(_smoothed(fitted, knot))
    return network._replace(knot=knot, share=share.astype(np.float32))


def _smoothed(fitted: IsotonicRegression, knot: Floats) -> NDArray[np.float64]:
    """Return the regression's mean around each knot: its steps are chance."""
    edge = np.concatenate(([knot[0]], (knot[1:] + knot[:-1]) / 2, [knot[-1]])).astype(np.float64)
    inside = np.linspace(edge[:-1], edge[1:], 33)
    around: NDArray[np.float64] = fitted.predict(inside.ravel()).reshape(inside.shape).mean(axis=0)
    return np.clip(around, 0.001, 0.999)
