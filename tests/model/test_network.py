"""The networks' kernels, against the oracle, and their independence from the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.model.network import (
    N_CODES,
    N_OWN,
    Calibration,
    Network,
    OperatingPoints,
    Scorer,
    SiteStep,
    adjusted,
    guess,
    score,
    site_log_odds,
)
from tests.oracles.context import MOST_LOG_ODDS, squeezed
from tests.oracles.model import log_odds_of

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


CALIBRATION = Calibration(
    np.linspace(-4, 4, 9).astype(np.float32), np.linspace(0.01, 0.99, 9).astype(np.float32)
)
SCORER = Scorer(
    network(FIRST),
    network(SECOND),
    CALIBRATION,
    OperatingPoints(np.ones(1001, np.float32), np.ones(1001, np.float32)),
)
FEATURES = floats(50, COLUMNS) * 3


# Any values, infinite ones too, since outliers are clipped.
TABLES = arrays(
    np.float32, st.tuples(st.integers(0, 70), st.just(COLUMNS)), elements=st.floats(width=32, allow_nan=False)
)


def context_features(log_odds):
    """A second table: the guess, and columns that do not depend on it."""
    rest = np.random.default_rng(4).normal(size=(log_odds.size, COLUMNS - N_OWN))
    own = np.stack([np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS), squeezed(log_odds)], axis=1)
    return np.concatenate([own, rest], axis=1).astype(np.float32)


@given(TABLES)
def test_the_guess_is_that_of_the_oracle(table):
    found = guess(table, SCORER)
    assert found.log_odds == pytest.approx(log_odds_of(table, SCORER.first), abs=1e-3)
    for code in (0, 1, 3):
        assert found.without[:, code] == pytest.approx(
            log_odds_of(table, SCORER.first, without=code), abs=1e-3
        )


@given(TABLES)
def test_scores_are_those_of_the_oracle(table):
    guesses = guess(table, SCORER)
    context = context_features(guesses.log_odds)
    found = score(context, SCORER, guesses)
    wanted = log_odds_of(context, SCORER.second)
    assert found.log_odds == pytest.approx(wanted, abs=1e-3)
    assert found.scores == pytest.approx(np.interp(wanted, *CALIBRATION), abs=0.0011)
    assert np.round(found.scores * 1000) == pytest.approx(found.scores * 1000, abs=1e-3)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_a_contribution_is_what_taking_the_evidence_away_changes(code):
    """Taken out of both tables, and out of this line's own guess in the second one."""
    guesses = guess(FEATURES, SCORER)
    context = context_features(guesses.log_odds)
    found = score(context, SCORER, guesses)
    without = context.copy()
    without[:, :N_OWN] = context_features(log_odds_of(FEATURES, SCORER.first, without=code))[:, :N_OWN]
    wanted = log_odds_of(context, SCORER.second) - log_odds_of(without, SCORER.second, without=code)
    assert found.contributions[:, code] == pytest.approx(wanted, abs=1e-3)


@given(TABLES)
def test_the_log_odds_of_a_site_are_those_of_the_oracle(table):
    assert site_log_odds(table, SCORER.second) == pytest.approx(log_odds_of(table, SCORER.second), abs=1e-3)


@given(TABLES, st.integers(0, 99))
def test_lines_of_known_sites_are_adjusted_and_others_are_not(table, seed):
    random = np.random.default_rng(seed)
    known = random.random(table.shape[0]) < 0.5
    before = np.round(random.random(table.shape[0]), 3).astype(np.float32)
    scores, added = adjusted(table, SiteStep(SCORER.second, CALIBRATION), known, before)
    assert (scores[~known] == before[~known]).all()
    assert not added[~known].any()
    wanted = np.interp(log_odds_of(table, SCORER.second), *CALIBRATION)
    assert scores[known] == pytest.approx(wanted[known], abs=0.0011)
    share = np.clip(np.stack([before, scores]).astype(float), 0.0005, 0.9995)
    change = np.diff(np.log(share / (1 - share)), axis=0)[0]
    assert added[known] == pytest.approx(change[known], abs=1e-3)


@given(st.lists(st.integers(0, 49), min_size=1, max_size=60))
def test_a_line_scores_the_same_in_any_batch(rows):
    guesses = guess(FEATURES, SCORER)
    context = context_features(guesses.log_odds)
    together = score(context, SCORER, guesses)
    some = guess(FEATURES[rows], SCORER)
    assert (some.log_odds == guesses.log_odds[rows]).all()
    alone = score(context[rows], SCORER, some)
    assert (alone.scores == together.scores[rows]).all()
    assert (alone.contributions == together.contributions[rows]).all()


def test_no_rows():
    empty = np.empty((0, COLUMNS), np.float32)
    guesses = guess(empty, SCORER)
    found = score(empty, SCORER, guesses)
    assert found.scores.shape == (0,)
    assert found.contributions.shape == (0, N_CODES)
