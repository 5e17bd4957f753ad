"""`benchmarks` is not part of the installed package, so it is imported from the checkout."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture
def shared() -> Path:
    """Return the folder of shared data, or skip the test if there is none."""
    from benchmarks.data.shared import MissingDataError, shared_data

    try:
        return shared_data()
    except MissingDataError as missing:
        pytest.skip(str(missing))
