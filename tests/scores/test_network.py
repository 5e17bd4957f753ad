"""The network's kernel, against numpy, and its independence of the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.scores.network import CLIP, Network, score


def network(columns=7, hidden=5, blocks=(0, 3, 7), seed=0):
    rng = np.random.default_rng(seed)

    def floats(*shape):
        return rng.normal(size=shape).astype(np.float32)

    knot = np.linspace(-4, 4, 9).astype(np.float32)
    return Network(
        mean=floats(columns),
        scale=np.abs(floats(columns)),
        hidden=floats(columns, hidden),
        hidden_bias=floats(hidden),
        out=floats(hidden),
        out_bias=floats(1),
        knot=knot,
        share=np.linspace(0.01, 0.99, 9).astype(np.float32),
        block=np.array(blocks, np.int64),
    )


def reference_odds(evidence, net, without=None):
    scaled = np.clip((evidence.astype(np.float64) - net.mean) * net.scale, -CLIP, CLIP)
    if without is not None:
        scaled[:, without] = 0
    return np.maximum(scaled @ net.hidden + net.hidden_bias, 0) @ net.out + net.out_bias[0]


EVIDENCE = np.random.default_rng(1).normal(size=(50, 7)).astype(np.float32) * 3


def test_scores_are_those_of_numpy():
    net = network()
    scores, _ = score(EVIDENCE, net)
    wanted = np.interp(reference_odds(EVIDENCE, net), net.knot, net.share)
    assert scores == pytest.approx(wanted, abs=0.0006)


def test_scores_are_rounded_to_a_thousandth():
    scores, _ = score(EVIDENCE, network())
    assert np.round(scores * 1000) == pytest.approx(scores * 1000, abs=1e-3)


@pytest.mark.parametrize("block", [0, 1])
def test_a_contribution_is_what_taking_the_evidence_away_changes(block):
    net = network()
    _, added = score(EVIDENCE, net)
    columns = slice(int(net.block[block]), int(net.block[block + 1]))
    wanted = reference_odds(EVIDENCE, net) - reference_odds(EVIDENCE, net, without=columns)
    assert added[:, block] == pytest.approx(wanted, abs=1e-4)


@given(st.lists(st.integers(0, 49), min_size=1, max_size=60))
def test_a_line_scores_the_same_in_any_batch(rows):
    net = network()
    all_scores, all_added = score(EVIDENCE, net)
    scores, added = score(EVIDENCE[rows], net)
    assert (scores == all_scores[rows]).all()
    assert (added == all_added[rows]).all()


def test_no_rows():
    scores, added = score(np.empty((0, 7), np.float32), network())
    assert scores.shape == (0,)
    assert added.shape == (0, 2)
