"""Fits the networks of a model to new rows, and keeps their outputs for old ones: replay with distillation.

The networks start from their old weights. A small part of the loss is the log loss of the new lines, and most
is that of the old rows (`replay`), whose targets are what the old network says of them (Li and Hoiem 2016;
Buzzega et al. 2020). At the start, the gradient of the old rows is zero: they only hold the network where it
is. With the true labels as targets, the network would learn the few old rows by heart and lose more.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.model.network import CLIP, Network
from detector.records import Floats
from detector.training.adapt.map_update import probability
from detector.training.adapt.replay import Rows
from detector.training.fit.adam import Adam
from detector.training.fit.networks import log_odds

# The share of the loss that old rows have, the learning rate at the start, and the steps. Chosen on languages
# kept out of training. With a smaller share, or fewer steps, other pages get worse.
OLD: Final = np.float32(0.97)
RATE: Final = 1e-3
STEPS: Final = 2000
BATCH: Final = 256
SEED: Final = 0


class Targets(NamedTuple):
    """What a network should say: float32 (N,), the probability of boilerplate and the weight of each row."""

    boilerplate: Floats
    weight: Floats


class _Layers(NamedTuple):
    """The weights of a network, or the gradients of a loss, in the order of matrix products."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


def _standardised(table: Floats, network: Network) -> Floats:
    scaled: Floats = np.clip((table - network.mean) * network.scale, -CLIP, CLIP)
    return scaled


def _slopes(layers: _Layers, given: Floats, target: Floats, weight: Floats) -> _Layers:
    """Return the gradients of the weighted log loss of a batch (B rows)."""
    active = np.maximum(given @ layers.hidden + layers.hidden_bias, 0)
    gap = (probability(active @ layers.out + layers.out_bias) - target) * weight
    back = gap[:, None] * layers.out * (active > 0)
    return _Layers(given.T @ back, back.sum(axis=0), active.T @ gap, gap.sum(keepdims=True))


def fitted_again(network: Network, table: Floats, targets: Targets, old: Rows) -> Network:
    """Return a network fitted to new rows, with nearly the same output for old ones.

    Parameters
    ----------
    network
        The old network. Its scale stays.
    table : ndarray of float32, (N, F)
        New rows of its feature table.
    targets
        What the network should say of them.
    old
        Rows of the same table, from the original training.
    """
    known = np.flatnonzero(targets.weight > 0)
    old_table = old.table()
    given = _standardised(np.concatenate((table[known], old_table)), network)
    target = np.concatenate((targets.boilerplate[known], probability(log_odds(old_table, network))))
    weight = np.concatenate(
        (_shared(targets.weight[known]) * (1 - OLD), _shared(np.ones(len(old_table))) * OLD)
    )
    weight = (weight / weight.mean() / BATCH).astype(np.float32)
    layers = _Layers(
        network.hidden.T.copy(), network.hidden_bias.copy(), network.out.copy(), network.out_bias.copy()
    )
    adam, rng = Adam(layers, RATE), np.random.default_rng(SEED)
    order = np.zeros(0, np.int64)
    for step in range(STEPS):
        if order.size < BATCH:
            order = np.concatenate((order, rng.permutation(target.size)))
        rows, order = order[:BATCH], order[BATCH:]
        adam.rate = RATE * (1 - step / STEPS)
        adam.step(layers, _slopes(layers, given[rows], target[rows], weight[rows]))
    return network._replace(
        hidden=np.ascontiguousarray(layers.hidden.T),
        hidden_bias=layers.hidden_bias,
        out=layers.out,
        out_bias=layers.out_bias,
    )


def _shared(weight: NDArray[np.float64] | Floats) -> Floats:
    """Return weights that add up to 1."""
    found: Floats = (weight / weight.sum()).astype(np.float32)
    return found
