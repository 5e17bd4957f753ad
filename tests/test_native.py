"""The interface to the kernels: what it refuses, and that no arguments do any harm."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import numpy as np
import psutil
import pytest

from detector import native
from detector.errors import KernelError
from tests.kernels.cases import CASES
from tests.kernels.recorded import recorded_calls

ROOT = Path(__file__).parent.parent
KERNELS = sorted(native._library()[1])
# After this many seconds, a kernel called with garbage is taken to hang.
PATIENCE = 120


@pytest.fixture(scope="module")
def calls():
    """The arguments of one call of every kernel."""
    return recorded_calls()


@pytest.fixture(scope="module")
def call_file(calls, tmp_path_factory):
    """The same in a file, for other processes."""
    path = tmp_path_factory.mktemp("kernels") / "calls.pickle"
    path.write_bytes(pickle.dumps(calls))
    return path


def copied(call):
    return [argument.copy() if isinstance(argument, np.ndarray) else argument for argument in call]


def arrays_of(call):
    return [place for place, argument in enumerate(call) if isinstance(argument, np.ndarray)]


def written(kernel, call):
    """What a call returns and what its arrays hold afterwards."""
    arguments = copied(call)
    result = native.run(kernel, *arguments)
    return result, [arguments[place].tobytes() for place in arrays_of(call)]


def outputs_of(kernel, call):
    """The positions of the arrays that a kernel changes."""
    arguments = copied(call)
    for place in arrays_of(call):
        arguments[place].flags.writeable = False
    places = []
    while True:
        try:
            native.run(kernel, *arguments)
        except TypeError as error:
            places.append(int(str(error).split()[-1]))
            arguments[places[-1]] = call[places[-1]].copy()
        else:
            return places


def in_another_process(*arguments, timeout=PATIENCE):
    """Run a module of the tests; return what it printed, or fail with its last output."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"not done in {timeout} s: {(error.stderr or b'').decode()[-600:]}")
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout


def test_every_kernel_was_called(calls):
    assert sorted(calls) == KERNELS


@pytest.mark.parametrize("kernel", KERNELS)
def test_too_few_and_too_many_arguments(calls, kernel):
    for wrong in (copied(calls[kernel])[:-1], [*copied(calls[kernel]), 0], []):
        with pytest.raises(TypeError, match=f"{kernel} does not take"):
            native.run(kernel, *wrong)


def of_another_type(argument):
    """Values that a kernel does not accept for an argument."""
    if isinstance(argument, np.ndarray):
        other = np.float32 if argument.dtype == np.float64 else np.float64
        return [np.zeros(argument.shape, other), 3, 0.5]
    return [np.zeros(3, np.int64), 3 if isinstance(argument, float) else 0.5]


@pytest.mark.parametrize("kernel", KERNELS)
def test_arguments_of_another_type(calls, kernel):
    for place, argument in enumerate(calls[kernel]):
        for wrong in of_another_type(argument):
            call = copied(calls[kernel])
            call[place] = wrong
            with pytest.raises(TypeError, match=rf"as argument {place}$"):
                native.run(kernel, *call)


@pytest.mark.parametrize("kernel", KERNELS)
def test_arrays_that_are_not_in_one_piece(calls, kernel):
    for place in arrays_of(calls[kernel]):
        call = copied(calls[kernel])
        call[place] = np.repeat(call[place], 2, axis=-1)[..., ::2]
        if call[place].size > 1:
            with pytest.raises(TypeError, match="in one piece"):
                native.run(kernel, *call)


@pytest.mark.parametrize("kernel", KERNELS)
def test_arrays_that_cannot_be_written_to(calls, kernel):
    """They are refused where a kernel writes; arrays that it only reads stay unchanged."""
    outputs, call = outputs_of(kernel, calls[kernel]), copied(calls[kernel])
    native.run(kernel, *call)
    assert outputs or kernel == "count_bytes"
    for place in set(arrays_of(call)) - set(outputs):
        assert call[place].tobytes() == calls[kernel][place].tobytes()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(4).astype(">i8"),
        np.zeros(33, np.uint8)[1:].view(np.int64),
        np.array([1, 2], object),
        np.array(["a"]),
        np.zeros(4, np.float16),
        np.zeros(2, "datetime64[s]"),
    ],
    ids=["byte order", "not aligned", "objects", "text", "half precision", "dates"],
)
def test_arrays_that_no_kernel_takes(array):
    with pytest.raises(TypeError, match="kernels take no array"):
        native.run("split_lines", np.zeros(3, np.uint8), array, *(np.empty(3, np.int64) for _ in range(3)))


def test_an_unknown_kernel():
    with pytest.raises(KernelError, match="has no kernel 'no_such'"):
        native.run("no_such")


def test_without_a_library(tmp_path):
    native._library.cache_clear()
    try:
        with (
            patch.object(native, "LIBRARY", tmp_path / "kernels.so"),
            pytest.raises(KernelError, match="build"),
        ):
            native.run("split_lines")
    finally:
        native._library.cache_clear()


@pytest.fixture(scope="module")
def outcomes(call_file):
    return json.loads(in_another_process("tests.kernels.cases", call_file))


@pytest.mark.parametrize("case", CASES)
def test_indices_that_lead_out_of_an_array_are_refused(outcomes, case):
    assert outcomes[case] == "KernelError"


@pytest.mark.parametrize("kernel", KERNELS)
def test_garbage_does_no_harm(call_file, kernel):
    in_another_process("tests.kernels.fuzz", call_file, kernel, os.environ.get("DETECTOR_FUZZ", "40"))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_kernel_that_lacks_scratch_memory_is_called_again(calls, kernel):
    function, numbers = native._library()
    known = []

    def counted(number, call):
        known.append(native._Call.from_address(call).scratch_size)
        return function(number, call)

    with patch.object(native, "_library", lambda: (counted, numbers)):
        again = written(kernel, calls[kernel])
    assert len(known) <= 3 and known == sorted(set(known))
    assert known[0] == 0
    assert again == written(kernel, calls[kernel])


def test_several_threads_may_call_kernels(calls):
    wanted = {kernel: written(kernel, call) for kernel, call in calls.items()}
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = pool.map(lambda kernel: (kernel, written(kernel, calls[kernel])), KERNELS * 3)
            assert all(wanted[kernel] == result for kernel, result in found)


SLOW = """
import sys, time
import numpy as np
from detector import Detector, native
run = native.run

def told(kernel, *arguments):
    if kernel == sys.argv[1]:
        print(kernel, flush=True)
    return run(kernel, *arguments)

native.run = told
page = "\\n".join(f"line {number} of {number % 977} that says {number % 61}" for number in range(300_000))
size = 30_000
words = np.arange(size, dtype=np.uint64) % 97
ends = np.zeros(size, np.bool_)
try:
    if sys.argv[1] == "align_words":
        native.run("align_words", words, ends, words, ends, np.empty(size, np.int64))
    else:
        Detector().score(page, format="text")
except KeyboardInterrupt:
    print("interrupted", flush=True)
    time.sleep(600)
"""


def cpu_seconds(pid):
    """The CPU time of a process; wall time would depend on what else the machine does."""
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("kernel", ["find_words", "score_text", "align_words"])
def test_an_interrupt_is_answered_within_a_second(kernel):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, kernel], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == f"{kernel}\n"
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        before = cpu_seconds(process.pid)
        assert process.stdout.readline() == "interrupted\n"
        assert cpu_seconds(process.pid) - before < 1
    finally:
        process.kill()
        process.communicate()
