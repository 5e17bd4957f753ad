"""The networks' kernels, against numpy, and their independence of the batch."""

import numpy as np
import pytest
from detector.features.context import MOST_ODDS
from hypothesis import given
from hypothesis import strategies as st

from detector.model.network import CLIP, N_CODES, N_OWN, Network, OperatingPoints, Scorer, guess, score

RNG = np.random.default_rng(0)
COLUMNS, HIDDEN = 9, 6
# A code may have several blocks, and a table need not have all codes.
FIRST = (np.array([0, 1, 3, 0]), np.array([0, 2, 4, 7, 9]))
SECOND = (np.array([-1, 0, 2, 3]), np.array([0, 2, 3, 6, 9]))


def floats(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def network(blocks):
    return Network(
        mean=floats(COLUMNS),
        scale=np.abs(floats(COLUMNS)),
        hidden=floats(HIDDEN, COLUMNS),
        hidden_bias=floats(HIDDEN),
        out=floats(HIDDEN),
        out_bias=floats(1),
        block_code=blocks[0],
        block_start=blocks[1],
    )


SCORER = Scorer(
    network(FIRST),
    network(SECOND),
    knot=np.linspace(-4, 4, 9).astype(np.float32),
    share=np.linspace(0.01, 0.99, 9).astype(np.float32),
    goals=OperatingPoints(np.ones(1001, np.float32), np.ones(1001, np.float32)),
)
EVIDENCE = floats(50, COLUMNS) * 3


def reference_odds(table, net, without=None):
    scaled = np.clip((table.astype(np.float64) - net.mean) * net.scale, -CLIP, CLIP)
    if without is not None:
        scaled[:, np.repeat(net.block_code, np.diff(net.block_start)) == without] = 0
    return np.maximum(scaled @ net.hidden.T + net.hidden_bias, 0) @ net.out + net.out_bias[0]


def context_features(odds):
    """A second table: the guess, and columns that do not hang on it."""
    rest = np.random.default_rng(4).normal(size=(odds.size, COLUMNS - N_OWN))
    own = np.stack([np.clip(odds, -MOST_ODDS, MOST_ODDS), odds / 2 / (1 + abs(odds / 2))], axis=1)
    return np.concatenate([own, rest], axis=1).astype(np.float32)


def test_the_guess_is_that_of_numpy():
    assert guess(EVIDENCE, SCORER).odds == pytest.approx(reference_odds(EVIDENCE, SCORER.first), abs=1e-4)


def test_scores_are_those_of_numpy():
    guesses = guess(EVIDENCE, SCORER)
    context = context_features(guesses.odds)
    scores, _, odds = score(context, SCORER, guesses)
    wanted = np.interp(reference_odds(context, SCORER.second), SCORER.knot, SCORER.share)
    assert scores == pytest.approx(wanted, abs=0.0006)
    assert odds == pytest.approx(reference_odds(context, SCORER.second), abs=1e-4)
    assert np.round(scores * 1000) == pytest.approx(scores * 1000, abs=1e-3)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_a_contribution_is_what_taking_the_evidence_away_changes(code):
    """Out of both tables, and out of this line's own guess in the second."""
    guesses = guess(EVIDENCE, SCORER)
    context = context_features(guesses.odds)
    _, added, _ = score(context, SCORER, guesses)
    without = context.copy()
    without[:, :N_OWN] = context_features(reference_odds(EVIDENCE, SCORER.first, without=code))[:, :N_OWN]
    wanted = reference_odds(context, SCORER.second) - reference_odds(without, SCORER.second, without=code)
    assert added[:, code] == pytest.approx(wanted, abs=1e-3)


@given(st.lists(st.integers(0, 49), min_size=1, max_size=60))
def test_a_line_scores_the_same_in_any_batch(rows):
    guesses = guess(EVIDENCE, SCORER)
    context = context_features(guesses.odds)
    all_scores, all_added, _ = score(context, SCORER, guesses)
    some = guess(EVIDENCE[rows], SCORER)
    assert (some.odds == guesses.odds[rows]).all()
    scores, added, _ = score(context[rows], SCORER, some)
    assert (scores == all_scores[rows]).all()
    assert (added == all_added[rows]).all()


def test_no_rows():
    empty = np.empty((0, COLUMNS), np.float32)
    guesses = guess(empty, SCORER)
    scores, added, _ = score(empty, SCORER, guesses)
    assert scores.shape == (0,)
    assert added.shape == (0, N_CODES)
