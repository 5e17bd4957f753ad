"""Faults of all kinds are injected into commands, a few of each: see docs/reliability.md."""

import os

import pytest

pytest.importorskip("resource")
pytest.importorskip("httpx2")

from benchmarks.reliability.faults.kinds import FAULTS
from benchmarks.reliability.faults.run import prepared

# These are slow: they start workers and new Python processes.
SLOW = ("worker", "serve", "memory", "home", "streams")


@pytest.fixture(scope="module")
def faults():
    with prepared() as found:
        yield found


# Newer versions of Python warn about forks in a process with threads; the test runner's threads do no harm.
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=pytest.mark.slow if any(word in fault.name for word in SLOW) else ())
        for fault in FAULTS
    ],
    ids=lambda fault: fault.name,
)
def test_a_disturbed_command_stops_by_name_and_goes_on_to_the_same_bytes(faults, fault):
    if not faults.can_do(fault):
        pytest.skip(f"no file system can be mounted by user {os.geteuid()}")
    attempt = faults.tried(fault, "tests")
    assert attempt.problems == []
