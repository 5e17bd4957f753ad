"""The hash is that of xxHash, finalised, wherever the bytes are in a buffer."""

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from detector import native
from detector.errors import KernelError
from detector.near_duplicates.texts import Spans, joined
from tests.kernels.calls import hashed_spans
from tests.oracles.minhash import finalised


def wanted(parts):
    return finalised(np.array([xxhash.xxh32_intdigest(part, 0) for part in parts], np.uint32)).tolist()


@given(st.lists(st.binary(max_size=100), max_size=6))
def test_any_bytes_anywhere(parts):
    assert hashed_spans(joined(parts)).tolist() == wanted(parts)


def test_every_length():
    data = bytes(range(256))
    parts = [data[:size] for size in range(len(data))]
    assert hashed_spans(joined(parts)).tolist() == wanted(parts)


def test_spans_too_near_to_the_end_are_refused():
    """Sixteen bytes after each span are read."""
    data = np.zeros(20, np.uint8)
    for end in range(3, 21):
        call = Spans(data, np.array([2]), np.array([end])), np.empty(1, np.uint32)
        if end <= 4:
            assert native.run("hash_spans", *call) == 0
            continue
        with pytest.raises(KernelError):
            native.run("hash_spans", *call)


def test_the_finaliser_is_a_bijection_on_a_sample():
    values = finalised(np.arange(0, 2**32, 65_537, dtype=np.uint32)[:20_000])
    assert np.unique(values).size == 20_000
