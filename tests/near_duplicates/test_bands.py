"""Bands are chosen in one place, from the required recall at the threshold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.near_duplicates.lsh.bands import Bands, bands_for


def test_the_default_is_21_bands_of_6():
    assert bands_for(0.8, 128, 0.995) == Bands(21, 6)
    assert Bands(21, 6).recall(0.8) == pytest.approx(0.998, abs=0.0005)
    assert Bands(16, 8).recall(0.8) == pytest.approx(0.947, abs=0.0005)


@given(st.floats(0.05, 1), st.sampled_from([64, 128, 256]))
def test_the_recall_is_reached_with_the_most_rows(threshold, slots):
    try:
        bands = bands_for(threshold, slots, 0.995)
    except ValueError:
        assert Bands(slots, 1).recall(threshold) < 0.995
        return
    assert bands.recall(threshold) >= 0.995
    assert bands.number * bands.rows <= slots
    more = bands.rows + 1
    assert more > slots or Bands(slots // more, more).recall(threshold) < 0.995


def test_every_threshold_from_005_can_be_served():
    assert bands_for(0.05, 128, 0.995).rows == 1
    assert bands_for(1, 128, 0.995) == Bands(1, 128)
