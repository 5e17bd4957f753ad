"""An index that the tests of indexes share."""

import pytest

from detector.near_duplicates.index.index import DuplicateIndex
from tests.near_duplicates.made import IDS, TEXTS, ask


@pytest.fixture
def made(tmp_path):
    """An index of the first 200 texts, in three steps."""
    index = DuplicateIndex.create(tmp_path / "index")
    for first, end in ((0, 90), (90, 91), (91, 200)):
        ask(index, TEXTS[first:end], IDS[first:end], add=True)
    return tmp_path / "index"
