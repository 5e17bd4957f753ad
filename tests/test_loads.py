"""Several bytes at once give what Python's own conversion gives."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.compiled import kernel
from detector.loads import load32, load64, ones, spaces32, store16, store64, trailing_zeros


@kernel
def read_both(data, at):
    return load32(data, at), load64(data, at)


@kernel
def write_both(data, at, number):
    store64(data, at, number)
    store16(data, at + 9, np.uint16(number & np.uint64(0xFFFF)))


@kernel
def bits(number):
    return trailing_zeros(number), ones(number)


@kernel
def found_spaces(data, at):
    return spaces32(data, at)


@given(st.lists(st.sampled_from(b" !a\x00\xa0"), min_size=40, max_size=40).map(bytes), st.integers(0, 8))
def test_spaces_are_found(data, at):
    wanted = sum(1 << bit for bit in range(32) if data[at + bit] == ord(" "))
    assert int(found_spaces(np.frombuffer(data, np.uint8), at)) == wanted


@given(st.binary(min_size=8, max_size=40), st.integers(0, 32))
def test_numbers_are_read_at_any_byte(data, at):
    at = min(at, len(data) - 8)
    short, long = read_both(np.frombuffer(data, np.uint8), at)
    assert int(short) == int.from_bytes(data[at : at + 4], "little")
    assert int(long) == int.from_bytes(data[at : at + 8], "little")


@given(st.integers(0, 2**64 - 1), st.integers(0, 5))
def test_numbers_are_written_at_any_byte(number, at):
    data = np.zeros(20, np.uint8)
    write_both(data, at, np.uint64(number))
    wanted = number.to_bytes(8, "little") + b"\0" + (number % 65536).to_bytes(2, "little")
    assert data.tobytes() == (b"\0" * at + wanted).ljust(20, b"\0")


@given(st.integers(0, 2**64 - 1))
def test_bits_are_counted(number):
    zeros = 64 if number == 0 else (number & -number).bit_length() - 1
    assert bits(np.uint64(number)) == (zeros, number.bit_count())
