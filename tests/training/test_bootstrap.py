"""Bootstrap intervals, against the same rounds written out."""

import numpy as np
import pytest

from detector.training.evaluate.bootstrap import (
    ROUNDS,
    SEED,
    Parts,
    interval,
    interval_of,
    interval_of_difference,
)


def parts(seed, pages=60, sites=12):
    rng = np.random.default_rng(seed)
    return Parts(rng.random(pages), 1 + rng.random(pages), np.arange(pages) % sites)


def rounds_of(one, sites=12):
    """Return the figure of each round, with sites drawn one by one."""
    drawn = np.random.default_rng(SEED).integers(0, sites, (ROUNDS, sites))
    over, under = (np.bincount(one.site, values) for values in (one.over, one.under))
    return over[drawn].sum(1) / under[drawn].sum(1)


def test_whole_sites_are_drawn():
    found = rounds_of(parts(1))
    assert interval_of(parts(1)) == pytest.approx(tuple(np.quantile(found, (0.05, 0.95))), abs=1e-12)
    assert interval_of(parts(1), 0.95) == pytest.approx(tuple(np.quantile(found, (0.025, 0.975))), abs=1e-12)


def test_a_difference_is_of_the_same_drawn_sites():
    found = rounds_of(parts(2)) - rounds_of(parts(1))
    wanted = tuple(np.quantile(found, (0.05, 0.95)))
    assert interval_of_difference(parts(1), parts(2)) == pytest.approx(wanted, abs=1e-12)
    assert interval_of_difference(parts(1), parts(1)) == (0, 0)


def test_of_one_site_pages_are_drawn():
    one = parts(3)._replace(site=np.zeros(60, np.int64))
    assert interval_of(one) == interval_of(one._replace(site=np.arange(60)))


def test_a_single_page_has_no_bounds():
    assert np.isnan(interval_of(Parts(np.ones(1), np.ones(1), np.zeros(1, np.int64)))).all()
    assert np.isnan(interval([np.ones(1)], np.mean)).all()


def test_rounds_without_anything_to_divide_by_are_left_out():
    under = np.array([0.0, 0.0, 1.0])
    assert interval_of(Parts(under, under, np.arange(3))) == (1, 1)
    assert np.isnan(interval_of(Parts(np.zeros(3), np.zeros(3), np.arange(3)))).all()


def test_what_is_drawn_together_changes_nothing(monkeypatch):
    whole = interval_of(parts(1))
    monkeypatch.setattr("detector.training.evaluate.bootstrap.TOGETHER", 100)
    assert interval_of(parts(1)) == whole
