"""`benchmarks` is no part of the installed package: it is imported from the checkout."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture
def shared() -> Path:
    """Return the shared data's folder; the test is skipped, and says so, without it."""
    from benchmarks.data.shared import MissingDataError, shared_data

    try:
        return shared_data()
    except MissingDataError as missing:
        pytest.skip(str(missing))
