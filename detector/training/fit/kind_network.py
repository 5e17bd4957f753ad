"""From lines and the kinds that each may have to a network for kinds.

The loss of a line is the negative log of the total probability of all kinds that the line can be (Jin and
Ghahramani 2002, "Learning with multiple labels"). If another network has judged a line, the loss is the
cross-entropy with its probabilities (Hinton et al. 2015, "Distilling the knowledge in a neural network").
N-grams and tokens are dropped at random during training, so that the network does not rely on single ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from detector.model.line_kinds import BLOCKS, EMBEDDING, NGRAM_BITS, TOKEN_BITS, LineKindNetwork, in_bytes
from detector.model.network import CLIP
from detector.records import LINE_KINDS, Floats, Integers
from detector.training.fit.adam import Adam

# The decay of a window from one line to the next, and its length: lines farther away have a weight of less
# than a hundredth.
FADE: Final = 0.6299605
FARTHEST: Final = 10
K: Final = len(LINE_KINDS)
# The candidate temperatures, by which log-odds are divided.
HEAT: Final = (0.5, 3.0)


@dataclass(frozen=True)
class KindPlan:
    """How to fit the network for kinds, chosen by cross-validation on pages labelled by kind.

    weak: the weight of lines that can be of several kinds, relative to lines of known kind
    taught: the weight of lines whose kinds another network has predicted
    decay: of the running mean of the weights (Polyak and Juditsky 1992), which is what is used
    """

    hidden: int = 64
    phases: tuple[tuple[float, int], ...] = ((4e-3, 4), (1e-3, 2))
    rows: int = 4000
    dropped: float = 0.3
    weak: float = 0.05
    taught: float = 0.1
    penalty: float = 1e-4
    decay: float = 0.005
    seed: int = 0


class KindRows(NamedTuple):
    """The lines of pages, and what to learn from them.

    dense: float32 (S, D), scaled; ngrams: sparse (S, 2^16); tokens: sparse (S, 2^14), or None for text
    allowed: float32 (S, K), 1 for each kind that a line can be; for a taught line, the kinds' probabilities
    taught: bool (S,), the lines that another network has judged; weight: float32 (S,)
    page_row: int64 (P + 1,), the first line of each page
    """

    dense: Floats
    ngrams: sparse.csr_matrix
    tokens: sparse.csr_matrix | None
    allowed: Floats
    taught: NDArray[np.bool_]
    weight: Floats
    page_row: Integers

    def of_pages(self, pages: Integers) -> "KindRows":
        """Return the lines of some pages."""
        sizes = np.diff(self.page_row)[pages]
        rows = np.repeat(self.page_row[pages] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        return KindRows(
            self.dense[rows],
            self.ngrams[rows],
            None if self.tokens is None else self.tokens[rows],
            self.allowed[rows],
            self.taught[rows],
            self.weight[rows],
            np.concatenate(([0], np.cumsum(sizes))),
        )


class Layers(NamedTuple):
    """The weights, or the gradients of the loss; see `LineKindNetwork` for their meaning (transposed)."""

    ngram: Floats
    token: Floats
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


class _Windows:
    """Means for each line: of the lines before and after it, exponentially decaying, and of its page."""

    def __init__(self, page_row: Integers) -> None:
        sizes = np.diff(page_row)
        place = np.arange(int(page_row[-1])) - np.repeat(page_row[:-1], sizes)
        left = np.repeat(sizes, sizes) - 1 - place
        self.pairs: list[tuple[Integers, int, np.float32]] = []
        self.weight = np.zeros((2, place.size, 1), np.float32)
        for side, room in enumerate((place, left)):
            for distance in range(1, FARTHEST + 1):
                rows = np.flatnonzero(room >= distance)
                fade = np.float32(FADE**distance)
                self.pairs.append((rows, -distance if side == 0 else distance, fade))
                self.weight[side, rows] += fade
        self.weight = np.maximum(self.weight, np.float32(1e-6))
        filled = sizes > 0
        self.page_start = page_row[:-1][filled]
        self.lines_of_page = sizes[filled]

    def of(self, own: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the means before, after and of the page, each with the shape of `own`."""
        sums = np.zeros((2, *own.shape), np.float32)
        for rows, offset, fade in self.pairs:
            sums[int(offset > 0), rows] += fade * own[rows + offset]
        sums /= self.weight
        return sums[0], sums[1], self._mean_of_page(own)

    def back(self, before: Floats, after: Floats, page: Floats) -> Floats:
        """Return the gradients for the lines, given those for the means."""
        slopes, sides = self._mean_of_page(page), (before / self.weight[0], after / self.weight[1])
        for rows, offset, fade in self.pairs:
            slopes[rows + offset] += fade * sides[int(offset > 0)][rows]
        return slopes

    def _mean_of_page(self, table: Floats) -> Floats:
        if not self.page_start.size:
            return np.zeros_like(table)
        sums = np.add.reduceat(table, self.page_start, axis=0)
        means = (sums / self.lines_of_page[:, None]).astype(np.float32)
        return np.repeat(means, self.lines_of_page, axis=0)


def _first_layers(dense: int, with_tokens: bool, units: int, rng: np.random.Generator) -> Layers:
    """Return initial weights."""
    own = EMBEDDING * (2 if with_tokens else 1)
    columns = dense + BLOCKS * own
    inner, outer = np.sqrt(6 / (columns + units)), np.sqrt(6 / (units + K))
    tokens = 1 << TOKEN_BITS if with_tokens else 0
    return Layers(
        rng.normal(0, 0.1, (1 << NGRAM_BITS, EMBEDDING)).astype(np.float32),
        rng.normal(0, 0.1, (tokens, EMBEDDING)).astype(np.float32),
        rng.uniform(-inner, inner, (columns, units)).astype(np.float32),
        np.zeros(units, np.float32),
        rng.uniform(-outer, outer, (units, K)).astype(np.float32),
        np.zeros(K, np.float32),
    )


class _Seen(NamedTuple):
    """The input of the network, its hidden units, and its probabilities."""

    table: Floats
    active: Floats
    share: Floats


def _seen(layers: Layers, rows: KindRows, windows: _Windows) -> _Seen:
    own = rows.ngrams @ layers.ngram
    if rows.tokens is not None:
        own = np.hstack((own, rows.tokens @ layers.token))
    table = np.hstack((rows.dense, own, *windows.of(own)))
    active = np.maximum(table @ layers.hidden + layers.hidden_bias, 0)
    odds = active @ layers.out + layers.out_bias
    share = np.exp(odds - odds.max(axis=1, keepdims=True))
    return _Seen(table, active, share / share.sum(axis=1, keepdims=True))


def _slopes(layers: Layers, rows: KindRows, penalty: float) -> Layers:
    """Return the gradients of the mean loss of some pages."""
    windows = _Windows(rows.page_row)
    table, active, share = _seen(layers, rows, windows)
    wanted = np.where(rows.taught[:, None], rows.allowed, share * rows.allowed)
    wanted /= np.maximum(wanted.sum(axis=1, keepdims=True), np.float32(1e-9))
    gap = (share - wanted) * (rows.weight / rows.weight.sum())[:, None]
    back = (gap @ layers.out.T) * (active > 0)
    dense = rows.dense.shape[1]
    around = back @ layers.hidden[dense:].T
    line, before, after, page = np.split(around, BLOCKS, axis=1)
    own = line + windows.back(before, after, page)
    weaker = np.float32(penalty)
    tokens = np.zeros_like(layers.token) if rows.tokens is None else rows.tokens.T @ own[:, EMBEDDING:]
    return Layers(
        (rows.ngrams.T @ own[:, :EMBEDDING] + weaker * layers.ngram).astype(np.float32),
        (tokens + weaker * layers.token).astype(np.float32),
        table.T @ back + weaker * layers.hidden,
        back.sum(axis=0),
        active.T @ gap + weaker * layers.out,
        gap.sum(axis=0),
    )


def _dropped(matrix: sparse.csr_matrix, share: float, rng: np.random.Generator) -> sparse.csr_matrix:
    """Return a matrix without a share of its entries; the others are scaled up to compensate."""
    kept = rng.random(matrix.data.size) >= share
    data = (matrix.data * kept / (1 - share)).astype(np.float32)
    return sparse.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _batches(page_row: Integers, most: int, rng: np.random.Generator) -> Iterator[Integers]:
    """Yield the pages in random order, in batches of about `most` lines."""
    order = rng.permutation(page_row.size - 1)
    lines = np.cumsum(np.diff(page_row)[order])
    yield from np.split(order, np.flatnonzero(np.diff(lines // most)) + 1)


class _RunningMean:
    """The mean of the weights over the last steps, which is better than the weights after the last one."""

    def __init__(self, layers: Layers, decay: float) -> None:
        self.layers, self.decay, self.steps = Layers(*(weights.copy() for weights in layers)), decay, 0

    def add(self, layers: Layers) -> None:
        """Count the weights after a step. The first steps count alike."""
        self.steps += 1
        share = np.float32(max(self.decay, 1 / (self.steps + 1)))
        for mean, weights in zip(self.layers, layers, strict=True):
            mean += share * (weights - mean)


def fit_layers(rows: KindRows, plan: KindPlan) -> Layers:
    """Return the weights of a network fitted to all lines with a weight."""
    rng = np.random.default_rng([plan.seed, 2])
    layers = _first_layers(rows.dense.shape[1], rows.tokens is not None, plan.hidden, rng)
    mean = _RunningMean(layers, plan.decay)
    for rate, epochs in plan.phases:
        adam = Adam(layers, rate)
        for _ in range(epochs):
            for pages in _batches(rows.page_row, plan.rows, rng):
                part = rows.of_pages(pages)
                if not part.weight.any():
                    continue
                part = part._replace(
                    ngrams=_dropped(part.ngrams, plan.dropped, rng),
                    tokens=None if part.tokens is None else _dropped(part.tokens, plan.dropped, rng),
                )
                adam.step(layers, _slopes(layers, part, plan.penalty))
                mean.add(layers)
    return mean.layers


def network_of(
    layers: Layers, columns: tuple[Integers, Integers], mean: Floats, scale: Floats
) -> LineKindNetwork:
    """Return the weights in the form of a model."""
    ngram, token = in_bytes(layers.ngram), in_bytes(layers.token)
    hidden, out = (np.ascontiguousarray(table.T, np.float32) for table in (layers.hidden, layers.out))
    return LineKindNetwork(
        *ngram, *token, *columns, mean, scale, hidden, layers.hidden_bias, out, layers.out_bias
    )


def shares(layers: Layers, rows: KindRows) -> NDArray[np.float32]:
    """Return float32 (S, K): the probabilities of the kinds of each line."""
    found: NDArray[np.float32] = _seen(layers, rows, _Windows(rows.page_row)).share
    return found


def temperature(share: Floats, allowed: Floats, weight: Floats) -> float:
    """Return the temperature by which to divide log-odds so that the probabilities are calibrated.

    It minimises the log loss (Guo et al. 2017, "On calibration of modern neural networks"). All three arrays
    are for
    lines of known kind that the network did not learn from: share and allowed are float32 (S, K), the
    probabilities of the kinds, and 1 for the right one; weight is float32 (S,).
    """
    odds = np.log(np.maximum(share, 1e-6)).astype(np.float64)
    truth, weight = allowed.argmax(axis=1), weight.astype(np.float64)

    def loss(divisor: float) -> float:
        scaled = odds / divisor
        of_truth = scaled[np.arange(truth.size), truth]
        return float(weight @ (np.logaddexp.reduce(scaled, axis=1) - of_truth) / weight.sum())

    found = minimize_scalar(loss, bounds=HEAT, method="bounded")
    return round(float(found.x), 2)


def clipped(table: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return dense columns, standardised and clipped."""
    scaled: Floats = np.clip((table - mean) * scale, -CLIP, CLIP)
    return scaled
