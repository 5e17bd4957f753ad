"""Windows, against a plain reference."""

import numpy as np
import pytest
from detector.features.neighbours import write_windows
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.features.schema import HALF_LIVES, OFFSETS


def reference(signals, row, rows):
    """Averages before and after, by half-life, and the near lines' own signals."""
    columns = []
    for side in (-1, 1):
        others = [other for other in rows if (other - row) * side > 0]
        for life in HALF_LIVES:
            weights = np.array([0.5 ** (abs(other - row) / life) for other in others])
            for signal in range(signals.shape[1]):
                values = np.array([signals[other, signal] for other in others])
                columns.append(float((weights * values).sum() / weights.sum()) if others else 0.0)
    for offset in OFFSETS:
        near = row + offset
        columns.extend(
            float(value) if near in rows else 0.0 for value in signals[near if near in rows else row]
        )
    return columns


@given(
    arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.floats(-3, 3, width=32)),
    st.integers(0, 12),
)
def test_windows_are_those_of_the_reference(signals, cut):
    size, width = signals.shape
    cut = min(cut, size)
    page_segment = np.array([0, cut, size])
    found = np.full((size, 3 + (2 * len(HALF_LIVES) + len(OFFSETS)) * width), np.nan, np.float32)
    write_windows(signals, page_segment, 3, found)
    for row in range(size):
        rows = range(cut) if row < cut else range(cut, size)
        assert found[row, 3:].tolist() == pytest.approx(reference(signals, row, rows), abs=2e-4)
    assert np.isnan(found[:, :3]).all()
