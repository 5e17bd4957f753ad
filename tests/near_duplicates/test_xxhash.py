"""The hash is xxHash's, wherever in a buffer the bytes stand."""

import numpy as np
import xxhash
from detector.compiled import kernel
from detector.near_duplicates.minhash.xxhash import READ_AHEAD, finalised, xxhash32
from hypothesis import given
from hypothesis import strategies as st


@kernel
def hashed(data, start, end):
    return xxhash32(data, start, end)


@kernel
def mixed(value):
    return finalised(value)


@given(st.binary(max_size=100), st.binary(max_size=20), st.integers(0, READ_AHEAD + 1))
def test_any_bytes_anywhere(data, before, behind):
    buffer = np.frombuffer(before + data + b"\xff" * behind, np.uint8)
    found = hashed(buffer, len(before), len(before) + len(data))
    assert int(found) == xxhash.xxh32_intdigest(data, 0)


def test_every_length():
    data = bytes(range(256))
    for size in range(len(data)):
        assert int(hashed(np.frombuffer(data, np.uint8), 0, size)) == xxhash.xxh32_intdigest(data[:size], 0)


def test_the_finaliser_is_a_bijection_on_a_sample():
    values = np.arange(0, 2**32, 65_537, np.uint32)
    assert np.unique([int(mixed(value)) for value in values[:20_000]]).size == 20_000
