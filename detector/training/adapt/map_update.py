"""A maximum a posteriori update of a linear model: new lines move the weights as far as old ones allow.

The old weights are the mean of a normal prior, and the certainty of each weight is its precision: a diagonal
Laplace approximation (MacKay 1992; against forgetting, Kirkpatrick et al. 2017).
"""

from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from detector.features.phrases import PhraseWeights
from detector.records import Floats

MOST_STEPS: Final = 200
# The precision of weights without training lines, and the largest precision.
UNSEEN: Final = 0.3
MOST_SURE: Final = 100.0
# Log-odds are clipped to this.
SUREST: Final = 30.0

Number = TypeVar("Number", bound=np.floating[Any])


class Lines(NamedTuple):
    """Lines to learn from: n-grams (S, buckets), target probabilities of boilerplate, weights."""

    ngrams: sparse.csr_matrix
    boilerplate: NDArray[np.float64]
    weight: NDArray[np.float64]


def probability(odds: NDArray[Number]) -> NDArray[Number]:
    """Return the probabilities of log-odds, in the same type."""
    found: NDArray[Number] = 1 / (1 + np.exp(-np.clip(odds, -SUREST, SUREST)))
    return found


def precision_of(lines: Lines, weights: PhraseWeights) -> Floats:
    """Return float32 (buckets,): how certain each weight is after a fit to these lines.

    This is the curvature of the loss that `fit.fit_linear` minimises, without that of the penalty: 0 for
    n-grams that no line has.
    """
    share = probability(lines.ngrams @ weights.bucket.astype(np.float64) + float(weights.bias[0]))
    weight = lines.weight / lines.weight.mean() * share * (1 - share)
    squares = lines.ngrams.multiply(lines.ngrams).T @ weight
    return np.asarray(squares).ravel().astype(np.float32)


def refitted(lines: Lines, weights: PhraseWeights, precision: Floats) -> Floats:
    """Return float32 (buckets,): the most likely weights, given the old ones and the new lines."""
    chosen = np.flatnonzero(lines.weight > 0)
    ngrams = lines.ngrams[chosen]
    touched = np.unique(ngrams.indices)
    ngrams = ngrams[:, touched].astype(np.float64)
    wished, weight = lines.boilerplate[chosen], lines.weight[chosen]
    start = ngrams @ weights.bucket[touched].astype(np.float64) + float(weights.bias[0])
    hold = np.minimum(precision[touched].astype(np.float64) + UNSEEN, MOST_SURE)

    def loss(change: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = start + ngrams @ change
        cost = weight @ (np.logaddexp(0, odds) - wished * odds) + 0.5 * hold @ change**2
        slope = ngrams.T @ (weight * (probability(odds) - wished)) + hold * change
        return float(cost), slope

    with threadpool_limits(1):  # the same bits on any number of cores; threads would mostly wait
        found = minimize(
            loss, np.zeros(touched.size), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS}
        )
    bucket = weights.bucket.copy()
    bucket[touched] += found.x.astype(np.float32)
    return bucket.astype(np.float16).astype(np.float32)
