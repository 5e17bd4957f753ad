"""From rows of features to networks with one hidden layer: many at once, each on its own choice of rows.

Networks over one table share the work of reading it: a batch of rows is multiplied by the weights of all
networks in one product. So it is cheap to also fit the networks without each fold, which the out-of-fold
guesses need (scorers.py).
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.features.schema import Blocks
from detector.model.arrays import blocks_of
from detector.model.network import CLIP, UNITS, Network
from detector.records import Floats, Integers
from detector.training.fit.adam import Adam

# Log-odds are clipped to this.
SUREST: Final = 30.0


@dataclass(frozen=True)
class NetworkPlan:
    """How to fit a network: as several small ones, each on some of the pages, combined.

    Networks that fit the training pages better are worse on others. On HTML of WCXB dev, 32 units trained on
    all pages had an out-of-fold log loss of .191 after 14 epochs and .178 after 7, and two or four networks
    on 70 % of the pages each .171 to .175. The mean log-odds of several networks is one network with all
    their units, so scoring costs the same.
    """

    networks: int = 2
    hidden: int = 24
    page_share: float = 0.7
    # Learning rates of Adam, and the epochs with each.
    phases: tuple[tuple[float, int], ...] = ((2e-3, 4), (5e-4, 2), (1e-4, 1))
    penalty: float = 1e-2
    batch: int = 1024
    seed: int = 0


class Rows(NamedTuple):
    """The targets of a network.

    boilerplate, weight: bool and float64 (S,), the truth and the weight of each row
    page: int64 (S,), a number for the page of each row, which depends only on its name
    """

    boilerplate: NDArray[np.bool_]
    weight: NDArray[np.float64]
    page: Integers


class _Layers(NamedTuple):
    """The weights of T networks of H units over F columns, or the gradients of a loss.

    hidden: float32 (F, T * H); hidden_bias: (T * H,); out: (T, H); out_bias: (T,)
    """

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


def _first_layers(columns: int, networks: int, units: int, rng: np.random.Generator) -> _Layers:
    """Return initial weights (Glorot and Bengio 2010)."""
    inner, outer = np.sqrt(6 / (columns + units)), np.sqrt(6 / (units + 1))
    return _Layers(
        rng.uniform(-inner, inner, (columns, networks * units)).astype(np.float32),
        rng.uniform(-inner, inner, networks * units).astype(np.float32),
        rng.uniform(-outer, outer, (networks, units)).astype(np.float32),
        rng.uniform(-outer, outer, networks).astype(np.float32),
    )


def _slopes(layers: _Layers, table: Floats, truth: Floats, weight: Floats, penalty: float) -> _Layers:
    """Return the gradients of the mean log loss of a batch: table (B, F), truth (B,), weight (B, T)."""
    networks, units = layers.out.shape
    inner = table @ layers.hidden
    inner += layers.hidden_bias
    np.maximum(inner, 0, out=inner)
    active = inner.reshape(-1, networks, units)
    odds = np.clip(np.einsum("bth,th->bt", active, layers.out) + layers.out_bias, -SUREST, SUREST)
    total = np.maximum(weight.sum(axis=0), np.float32(1e-6))
    gap = (1 / (1 + np.exp(-odds)) - truth[:, None]) * (weight / total)
    back = gap[:, :, None] * layers.out
    back *= active > 0
    flat = back.reshape(-1, networks * units)
    share = np.float32(penalty) / total
    return _Layers(
        table.T @ flat + layers.hidden * np.repeat(share, units),
        flat.sum(axis=0),
        np.einsum("bt,bth->th", gap, active) + layers.out * share[:, None],
        gap.sum(axis=0),
    )


def _batches(size: int, batch: int, rng: np.random.Generator) -> Iterator[Integers]:
    order = rng.permutation(size)
    yield from (order[start : start + batch] for start in range(0, size, batch))


class Scale(NamedTuple):
    """The mean of each feature, and the inverse of its standard deviation, 0 for constants."""

    mean: Floats
    scale: Floats

    def of(self, table: Floats) -> Floats:
        """Return features, standardised and clipped."""
        scaled: Floats = np.clip((table - self.mean) * self.scale, -CLIP, CLIP)
        return scaled


def scale_of(table: Floats) -> Scale:
    """Return the scale of the features of a table."""
    mean = table.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = table.std(axis=0, dtype=np.float64)
    return Scale(mean, np.where(spread > 1e-6, 1 / np.maximum(spread, 1e-6), 0).astype(np.float32))


def page_numbers(names: Iterable[str]) -> Integers:
    """Return a number for each page, from its name."""
    return np.array([zlib.crc32(name.encode()) for name in names], np.int64)


def _drawn(page: Integers, seed: Sequence[int], share: float) -> NDArray[np.bool_]:
    """Return bool (S,): rows of a share of the pages, drawn by the number of each page.

    So the draw does not depend on other pages, which the model of a fold must not know.
    """
    pages, of_row = np.unique(page, return_inverse=True)
    first = [np.random.default_rng([*seed, int(number)]).random() for number in pages]
    drawn: NDArray[np.bool_] = np.array(first)[of_row] < share
    return drawn


def _row_weights(rows: Rows, chosen: Sequence[NDArray[np.bool_]], plan: NetworkPlan) -> Floats:
    """Return float32 (S, T): the weight of each row for each network; `plan.networks` for each choice.

    A network learns from `plan.page_share` of the pages, which are the same for every choice.
    """
    draws = [_drawn(rows.page, [plan.seed, number], plan.page_share) for number in range(plan.networks)]
    weights = []
    for choice in chosen:
        for drawn in draws:
            part = choice & drawn
            weight = np.where(part if part.any() else choice, rows.weight, 0.0)
            weights.append((weight / weight[weight > 0].mean()).astype(np.float32))
    return np.stack(weights, axis=1)


def fit_networks(
    table: Floats, rows: Rows, chosen: Sequence[NDArray[np.bool_]], plan: NetworkPlan, blocks: Blocks
) -> list[Network]:
    """Return a network for each choice of rows, fitted to those with a weight.

    Rows that are in no choice are not used at all, not even to standardise columns.

    Parameters
    ----------
    table : ndarray of float32, (S, F)
    rows : Rows
    chosen : sequence of ndarray of bool, (S,)
        The rows that each network may use.
    plan : NetworkPlan
    blocks : Blocks
        The table's blocks of columns.

    Returns
    -------
    list of Network
        One for each choice, made of `plan.networks` small ones.
    """
    known = np.flatnonzero((rows.weight > 0) & np.any(chosen, axis=0))
    rows = Rows(rows.boilerplate[known], rows.weight[known], rows.page[known])
    weight = _row_weights(rows, [choice[known] for choice in chosen], plan)
    truth = rows.boilerplate.astype(np.float32)
    scale = scale_of(table[known])
    rng = np.random.default_rng([plan.seed, 1])
    layers = _first_layers(table.shape[1], weight.shape[1], plan.hidden, rng)
    for rate, epochs in plan.phases:
        adam = Adam(layers, rate)
        for _ in range(epochs):
            for part in _batches(known.size, plan.batch, rng):
                given = scale.of(table[known[part]])
                adam.step(layers, _slopes(layers, given, truth[part], weight[part], plan.penalty))
    return [
        _together(layers, first, plan, scale, blocks) for first in range(0, weight.shape[1], plan.networks)
    ]


def _together(layers: _Layers, first: int, plan: NetworkPlan, scale: Scale, blocks: Blocks) -> Network:
    """Combine `plan.networks` networks to one whose output is their mean."""
    part = slice(first, first + plan.networks)
    units = slice(first * plan.hidden, (first + plan.networks) * plan.hidden)
    return Network(
        *scale,
        _even(layers.hidden[:, units].T),
        _even(layers.hidden_bias[units]),
        _even(layers.out[part].ravel() / np.float32(plan.networks)),
        layers.out_bias[part].mean(keepdims=True).astype(np.float32),
        *blocks_of(blocks),
    )


def _even(weights: Floats) -> Floats:
    """Return the weights of a network, padded with zero units to a multiple of `UNITS`."""
    missing = -weights.shape[0] % UNITS
    padding = [(0, missing), *[(0, 0)] * (weights.ndim - 1)]
    return np.ascontiguousarray(np.pad(weights, padding), np.float32)


def log_odds(table: Floats, network: Network) -> Floats:
    """Return the log-odds of a network by matrix products. In training, the order of sums does not matter."""
    scaled = np.clip((table - network.mean) * network.scale, -CLIP, CLIP)
    hidden = np.maximum(scaled @ network.hidden.T + network.hidden_bias, 0)
    odds: Floats = (hidden @ network.out + network.out_bias[0]).astype(np.float32)
    return odds
