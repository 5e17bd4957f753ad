"""Inputs that readers once failed on, and some newly changed files."""

import os
import signal

import pytest

pytest.importorskip("starlette")
pytest.importorskip("fastwarc")
pytest.importorskip("pyarrow")

from benchmarks.reliability.fuzz.loop import Budget, fuzzed, outcome_of
from benchmarks.reliability.fuzz.run import kept_of
from benchmarks.reliability.fuzz.targets import TARGETS, Target

KEPT = [(target, path) for target in TARGETS for path in kept_of(target)]
FORKS_BADLY = "requests over HTTP"


@pytest.mark.parametrize(("target", "path"), KEPT, ids=lambda one: getattr(one, "name", ""))
def test_what_a_reader_failed_on_is_read(target, path, tmp_path):
    fault, _ = outcome_of(target.reader(tmp_path), path.read_bytes())
    assert not fault


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
@pytest.mark.parametrize(
    "target",
    [
        # A fork server started by the test runner often does not come up.
        pytest.param(one, marks=pytest.mark.reliability if one.name == FORKS_BADLY else pytest.mark.slow)
        for one in TARGETS
    ],
    ids=lambda target: target.name,
)
def test_a_changed_file_gives_a_result_or_an_error_of_ours(target):
    """`python -m benchmarks reliability fuzz` runs for as long as you like."""
    found = fuzzed(target, Budget(inputs=target.inputs), seed=7)
    assert [fault.what for fault in found.faults] == []
    assert found.inputs == target.inputs


def crashes_after(inputs):
    """Return a reader whose process ends after a number of inputs."""
    left = [inputs]

    def read(data):
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    return Target("crashes", lambda folder: [b"a valid file"], lambda folder: read)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_after_a_crash_the_rest_of_the_inputs_is_read():
    found = fuzzed(crashes_after(2), Budget(inputs=6), seed=7)
    assert found.inputs == 6
    assert [fault.what for fault in found.faults] == ["a crash: signal SIGKILL"] * 3
    assert len({fault.data for fault in found.faults}) > 1  # other seeds


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_reader_that_crashes_on_a_valid_file_is_given_up():
    found = fuzzed(crashes_after(0), Budget(inputs=6), seed=7)
    assert [fault.what for fault in found.faults] == ["a crash: signal SIGKILL"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_the_same_seed_gives_the_same_inputs():
    def inputs_of(seed):
        seen = Target("takes notes", lambda folder: [b"seed", b"another"], lambda folder: noted)
        return [fault.what for fault in fuzzed(seen, Budget(inputs=20), seed).faults]

    def noted(data):
        raise ValueError(data.hex())

    assert inputs_of(3) == inputs_of(3) != inputs_of(4)
