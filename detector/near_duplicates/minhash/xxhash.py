"""32-bit xxHash (seed 0) of a few bytes inside a buffer, and MurmurHash3's finaliser.

Shingles are 20 to 60 bytes long and overlap, so hashing them is most of the work of a
signature. The four lanes of a stripe are one vector, for which numba has no type: that
part is written as LLVM instructions. The last bytes are hashed without branches, whose
outcome no processor could guess.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from detector.compiled import inlined, intrinsic
from detector.loads import load32
from detector.records import Bytes, Number

P1: Final = np.uint32(2654435761)
P2: Final = np.uint32(2246822519)
P3: Final = np.uint32(3266489917)
P4: Final = np.uint32(668265263)
P5: Final = np.uint32(374761393)
STRIPE: Final = 16
# How far behind its end a span may be read.
READ_AHEAD: Final = 16
LANES: Final = ir.VectorType(ir.IntType(32), 4)
LANE_STARTS: Final = [(int(P1) + int(P2)) & 0xFFFFFFFF, int(P2), 0, -int(P1) & 0xFFFFFFFF]


def _lanes(*values: int) -> Any:  # noqa: ANN401
    return ir.Constant(LANES, [int(value) for value in values])


def _lanes_rotated(builder: Any, lanes: Any, bits: list[int]) -> Any:  # noqa: ANN401
    left = builder.shl(lanes, _lanes(*bits))
    return builder.or_(left, builder.lshr(lanes, _lanes(*(32 - number for number in bits))))


@intrinsic
def _stripes(typing_context: Any, data: Any, at: Any, end: Any) -> Any:  # noqa: ANN401
    """Return the sum of the four lanes over all whole stripes of `data[at:end]`, at least one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        array, first, last = arguments
        start = context.make_array(signature.args[0])(context, builder, array).data
        before, loop = builder.block, builder.append_basic_block("stripe")
        after = builder.append_basic_block("stripes.done")
        builder.branch(loop)
        builder.position_at_end(loop)
        place, lanes = builder.phi(first.type), builder.phi(LANES)
        place.add_incoming(first, before)
        lanes.add_incoming(_lanes(*LANE_STARTS), before)
        pointer = builder.bitcast(builder.gep(start, [place]), LANES.as_pointer())
        given = builder.mul(builder.load(pointer, align=1), _lanes(*[int(P2)] * 4))
        turned = _lanes_rotated(builder, builder.add(lanes, given), [13] * 4)
        mixed = builder.mul(turned, _lanes(*[int(P1)] * 4))
        following = builder.add(place, ir.Constant(first.type, STRIPE))
        place.add_incoming(following, loop)
        lanes.add_incoming(mixed, loop)
        behind = builder.add(following, ir.Constant(first.type, STRIPE))
        builder.cbranch(builder.icmp_signed("<=", behind, last), loop, after)
        builder.position_at_end(after)
        parts = _lanes_rotated(builder, mixed, [1, 7, 12, 18])
        one, two, three, four = (
            builder.extract_element(parts, ir.Constant(ir.IntType(32), lane)) for lane in range(4)
        )
        return builder.add(builder.add(one, two), builder.add(three, four))

    return types.uint32(data, types.int64, types.int64), generate


@inlined
def _rotated(value: Number, bits: Number) -> Number:
    return np.uint32((value << np.uint32(bits)) | (value >> np.uint32(32 - bits)))


@inlined
def _with_word(value: Number, word: Number, counts: Number) -> Number:
    """Return the hash with four more bytes, if they count."""
    mixed = np.uint32(_rotated(np.uint32(value + np.uint32(word * P3)), 17) * P4)
    return mixed if counts else value


@inlined
def _with_byte(value: Number, byte: Number, counts: Number) -> Number:
    mixed = np.uint32(_rotated(np.uint32(value + np.uint32((byte & np.uint32(0xFF)) * P5)), 11) * P1)
    return mixed if counts else value


@inlined
def _tail(value: Number, data: Bytes, span: tuple[Number, Number]) -> Number:
    """Hash up to 15 bytes at the end of a span, byte by byte, where none behind it may be read."""
    at, end = span
    while at <= end - 4:
        word = np.uint32(0)
        for number in range(4):
            word |= np.uint32(np.uint32(data[at + number]) << np.uint32(8 * number))
        value, at = _with_word(value, word, True), at + 4
    while at < end:
        value, at = _with_byte(value, np.uint32(data[at]), True), at + 1
    return value


@inlined
def _tail_read_ahead(value: Number, data: Bytes, span: tuple[Number, Number]) -> Number:
    """Hash up to 15 bytes at the end of a span, without a branch."""
    at, end = span
    words, rest = (end - at) >> 2, (end - at) & 3
    value = _with_word(value, load32(data, at), words > 0)
    value = _with_word(value, load32(data, at + 4), words > 1)
    value = _with_word(value, load32(data, at + 8), words > 2)
    last = load32(data, end - rest)
    value = _with_byte(value, last, rest > 0)
    value = _with_byte(value, last >> np.uint32(8), rest > 1)
    return _with_byte(value, last >> np.uint32(16), rest > 2)


@inlined
def _avalanched(value: Number) -> Number:
    value = np.uint32((value ^ (value >> np.uint32(15))) * P2)
    value = np.uint32((value ^ (value >> np.uint32(13))) * P3)
    return np.uint32(value ^ (value >> np.uint32(16)))


@inlined
def _begun(data: Bytes, start: Number, end: Number) -> Number:
    """Return the hash of all but the last `size % 16` bytes of a span."""
    size = end - start
    return np.uint32((_stripes(data, start, end) if size >= STRIPE else P5) + np.uint32(size))


@inlined
def xxhash32(data: Bytes, start: Number, end: Number) -> Number:
    """Return 32-bit xxHash with seed 0 of `data[start:end]`.

    Every product and sum is cast back to 32 bits, because numba promotes them to 64.
    """
    span = (end - ((end - start) & (STRIPE - 1)), end)
    value, ahead = _begun(data, start, end), end + READ_AHEAD <= data.size
    return _avalanched(_tail_read_ahead(value, data, span) if ahead else _tail(value, data, span))


class Tails(NamedTuple):
    """Hashes begun, all uint32 (k,): so many are finished together, as vectors, without a branch.

    value: the hash so far; one, two, three: the next four bytes, thrice; last: the last
    four at most; size: how many bytes are left, 0 to 15
    """

    value: NDArray[np.uint32]
    one: NDArray[np.uint32]
    two: NDArray[np.uint32]
    three: NDArray[np.uint32]
    last: NDArray[np.uint32]
    size: NDArray[np.uint32]


def room_for_tails(count: int) -> Tails:
    """Return room for so many hashes."""
    return Tails(*np.empty((6, count), np.uint32))


@inlined
def begin_hash(data: Bytes, span: tuple[Number, Number], tails: Tails, number: Number) -> None:
    """Begin the hash of a span; up to 16 bytes behind it are read."""
    start, end = span
    size = (end - start) & (STRIPE - 1)
    tails.value[number] = _begun(data, start, end)
    tails.one[number] = load32(data, end - size)
    tails.two[number] = load32(data, end - size + 4)
    tails.three[number] = load32(data, end - size + 8)
    tails.last[number] = load32(data, end - (size & 3))
    tails.size[number] = size


@inlined
def finish_hashes(tails: Tails, count: Number) -> None:
    """Write the finished, mixed hashes of all that were begun to `tails.value`."""
    for number in range(count):
        size, value = tails.size[number], tails.value[number]
        value = _with_word(value, tails.one[number], size >= 4)
        value = _with_word(value, tails.two[number], size >= 8)
        value = _with_word(value, tails.three[number], size >= 12)
        rest, last = size & np.uint32(3), tails.last[number]
        value = _with_byte(value, last, rest > 0)
        value = _with_byte(value, last >> np.uint32(8), rest > 1)
        value = _with_byte(value, last >> np.uint32(16), rest > 2)
        tails.value[number] = finalised(_avalanched(value))


@inlined
def finalised(value: Number) -> Number:
    """Return MurmurHash3's finaliser of a 32-bit hash: a fixed bijection."""
    value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))
