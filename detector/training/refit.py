"""A model's linear part fitted on: new lines move its weights as far as the old ones allow.

The weights of the old model are the middle of a normal prior, and how surely each is known
its precision (a Laplace approximation, diagonal: MacKay 1992; for learning on without
forgetting, Kirkpatrick et al. 2017). The precisions are all that is kept of the old
training's lines: 2^18 numbers, and no text.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize

from detector.evidence import phrases as phrases_of
from detector.evidence.phrases import PhraseWeights
from detector.records import Floats, Integers, Words

MOST_STEPS: Final = 200


class Lines(NamedTuple):
    """Lines to learn from: n-grams (S, buckets), the wished probability of boilerplate, weights."""

    ngrams: sparse.csr_matrix
    boilerplate: NDArray[np.float64]
    weight: NDArray[np.float64]


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))


def precision_of(lines: Lines, bucket: Floats, bias: float, inverse_penalty: float) -> Floats:
    """Return float32 (buckets,): how surely each weight is known after a fit to these lines.

    The curvature of the penalised loss that `fit.fit_linear` makes small.
    """
    share = _sigmoid(lines.ngrams @ bucket.astype(np.float64) + bias)
    weight = lines.weight / lines.weight.mean() * share * (1 - share)
    squares = lines.ngrams.multiply(lines.ngrams).T @ weight
    return (1 / inverse_penalty + np.asarray(squares).ravel()).astype(np.float32)


def refitted(lines: Lines, weights: PhraseWeights, precision: Floats) -> Floats:
    """Return float32 (buckets,): the likeliest weights, given the old ones and the new lines."""
    chosen = np.flatnonzero(lines.weight > 0)
    ngrams = lines.ngrams[chosen]
    touched = np.unique(ngrams.indices)
    ngrams = ngrams[:, touched].astype(np.float64)
    wished, weight = lines.boilerplate[chosen], lines.weight[chosen]
    start = ngrams @ weights.bucket[touched].astype(np.float64) + float(weights.bias[0])
    hold = precision[touched].astype(np.float64)

    def loss(change: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = start + ngrams @ change
        cost = weight @ (np.logaddexp(0, odds) - wished * odds) + 0.5 * hold @ change**2
        slope = ngrams.T @ (weight * (_sigmoid(odds) - wished)) + hold * change
        return float(cost), slope

    found = minimize(loss, np.zeros(touched.size), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    bucket = weights.bucket.copy()
    bucket[touched] += found.x.astype(np.float32)
    return bucket.astype(np.float16).astype(np.float32)


def with_words(known: NDArray[np.uint64], words: Words, page_segment: Integers, pages: int) -> NDArray[np.uint64]:
    """Return a table of known words with those added that stand on so many of the pages."""
    bounds = words.segment_word[page_segment]
    keys: Sequence[NDArray[np.uint64]] = [
        np.unique(words.key[start:end]) for start, end in zip(bounds[:-1], bounds[1:], strict=True)
    ]
    key, count = np.unique(np.concatenate(keys), return_counts=True)
    bit = (key[count >= pages] * phrases_of.PAIR) >> np.uint64(64 - phrases_of.KNOWN_BITS)
    table = known.copy()
    np.bitwise_or.at(table, (bit >> np.uint64(6)).astype(np.int64), np.uint64(1) << (bit & np.uint64(63)))
    return table
