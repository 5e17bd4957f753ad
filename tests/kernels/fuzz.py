"""Calls a kernel with garbage arguments. A separate program, since a kernel might crash.

    python -m tests.kernels.fuzz FILE_OF_RECORDED_CALLS KERNEL [EXAMPLES]

Whatever the arguments, the call returns or is refused. It does not crash, hang or ask for unbounded
memory, and its result does not depend on what was in its scratch memory before.
"""

import pickle
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from detector import native
from detector.errors import KernelError

LEAST, MOST = -(1 << 63), (1 << 63) - 1
NUMBERS = st.sampled_from([-1, 0, 1, 2, 7, 1 << 31, 1 << 62, MOST, -(1 << 62), LEAST]) | st.integers(
    LEAST, MOST
)


def fitting(number, dtype):
    """The number of a type that is nearest to a given one."""
    if dtype.kind not in "iu":
        return number
    limits = np.iinfo(dtype)
    return min(max(number, int(limits.min)), int(limits.max))


@st.composite
def garbled_array(draw, array):
    """An array with another size, with a few changed numbers, or with random numbers only."""
    change = draw(st.sampled_from(["size", "few", "all"]))
    if change == "size" or not array.size:
        size = draw(st.integers(0, array.shape[0] + 1))
        return np.resize(array, (size, *array.shape[1:]))
    garbled = array.copy()
    flat = garbled.reshape(-1)
    if change == "few":
        places = st.tuples(st.integers(0, array.size - 1), NUMBERS)
        for at, number in draw(st.lists(places, min_size=1, max_size=3)):
            flat[at] = fitting(number, array.dtype)
        return garbled
    random, bits = np.random.default_rng(draw(st.integers(0, 1 << 32))), draw(st.integers(1, 63))
    numbers = random.integers(-(1 << bits) * draw(st.booleans()), 1 << bits, array.size)
    flat[:] = [fitting(number, array.dtype) for number in numbers.tolist()]
    return garbled


@st.composite
def garbled_call(draw, call):
    """A recorded call with one to three garbage arguments, and which arguments they are."""
    offsets = [
        place for place, argument in enumerate(call) if getattr(argument, "dtype", int) in (int, np.int64)
    ]
    places = st.sampled_from(offsets) | st.integers(0, len(call) - 1)
    chosen = draw(st.lists(places, min_size=1, max_size=3, unique=True))
    garbled = list(call)
    for place in chosen:
        argument = call[place]
        if isinstance(argument, np.ndarray):
            garbled[place] = draw(garbled_array(argument))
        else:
            garbled[place] = draw(st.floats() if isinstance(argument, float) else NUMBERS)
    return garbled, chosen


def outcome(kernel, call, fill):
    """What a call returns and writes if its scratch memory is filled with one byte; None if it is refused."""
    arguments = [argument.copy() if isinstance(argument, np.ndarray) else argument for argument in call]
    with patch.object(native.np, "empty", lambda size, dtype: np.full(size, fill, dtype)):
        try:
            result = native.run(kernel, *arguments)
        except (KernelError, TypeError):
            return None
    return result, [argument.tobytes() for argument in arguments if isinstance(argument, np.ndarray)]


def check(kernel, call, examples):
    """Call a kernel with garbage; the last line printed names the arguments, in case the call does not return."""
    assert outcome(kernel, call, 0) is not None

    @seed(1)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(garbled_call(call))
    def is_answered(example):
        garbled, places = example
        shown = {place: np.asarray(garbled[place]).reshape(-1)[:8].tolist() for place in places}
        print(f"{kernel}, arguments {shown}", file=sys.stderr, flush=True)
        assert outcome(kernel, garbled, 0) == outcome(kernel, garbled, 255)

    is_answered()


if __name__ == "__main__":
    path, kernel, *examples = sys.argv[1:]
    check(kernel, pickle.loads(Path(path).read_bytes())[kernel], int(examples[0]) if examples else 100)
