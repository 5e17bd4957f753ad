"""Words are neither glued nor torn, compared with Chromium: stored counts, and a few pages rendered again."""

import json
import os

import pytest

from tests.text.chromium import COUNTS, LIMIT, SETS, chromium, measured


def test_the_counts_that_are_stored():
    stored = json.loads(COUNTS.read_text("utf-8"))
    assert stored["pages"] >= 300
    assert all(rate <= LIMIT for rate in stored["in 10,000 words"].values()), stored


def test_a_few_pages_are_read_as_chromium_shows_them(shared):
    pytest.importorskip("playwright")
    path = chromium()
    if path is None:
        assert not os.environ.get("DETECTOR_CI"), "no Chromium: apt-get install -y chromium"
        pytest.skip("no Chromium: apt-get install -y chromium")
    found = measured(2 * len(SETS), path)
    assert found["words"] > 2_000
    # With few pages, the oddities of one page weigh more.
    assert all(rate <= 10 * LIMIT for rate in found["in 10,000 words"].values()), found
