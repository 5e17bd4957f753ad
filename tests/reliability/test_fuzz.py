"""What readers once failed on, and some seconds of new changed files."""

import os

import pytest

pytest.importorskip("starlette")
pytest.importorskip("fastwarc")
pytest.importorskip("pyarrow")

from benchmarks.reliability.fuzz.loop import fuzzed, outcome_of
from benchmarks.reliability.fuzz.run import kept_of
from benchmarks.reliability.fuzz.targets import TARGETS

KEPT = [(target, path) for target in TARGETS for path in kept_of(target)]
FORKS_BADLY = "requests over HTTP"
SECONDS = float(os.environ.get("DETECTOR_FUZZ_SECONDS", "2.5"))


@pytest.mark.parametrize(("target", "path"), KEPT, ids=lambda one: getattr(one, "name", ""))
def test_what_a_reader_failed_on_is_read(target, path, tmp_path):
    fault, _ = outcome_of(target.reader(tmp_path), path.read_bytes())
    assert not fault


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "target",
    [
        # A server that is forked from the runner of the tests often does not begin.
        pytest.param(one, marks=pytest.mark.reliability if one.name == FORKS_BADLY else pytest.mark.slow)
        for one in TARGETS
    ],
    ids=lambda target: target.name,
)
def test_a_changed_file_gives_a_result_or_an_error_of_ours(target):
    """Together a minute; `python -m benchmarks reliability fuzz` goes on for as long as one likes."""
    found = fuzzed(target, SECONDS, seed=7)
    assert [fault.what for fault in found.faults] == []
    assert found.inputs
