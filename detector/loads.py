"""Several bytes at once, inside kernels: numba alone reads an array one element at a time.

The caller sees to it that the bytes are there: these do not check bounds. The first byte
is the lowest, as on every processor that numba is released for.
"""

from typing import Any, Final

from llvmlite import ir
from numba import types

from detector.compiled import intrinsic


def _pointer(context: Any, builder: Any, array_type: Any, arguments: Any, target: Any) -> Any:  # noqa: ANN401
    """Return the address that the first two arguments, array and place, give, as one of `target`."""
    start = context.make_array(array_type)(context, builder, arguments[0]).data
    return builder.bitcast(builder.gep(start, [arguments[1]]), target.as_pointer())


def _loader(number: Any) -> Any:  # noqa: ANN401
    """Return the function that reads a number of a type at any byte of a uint8 array."""

    @intrinsic
    def load(typing_context: Any, data: Any, at: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            target = ir.IntType(number.bitwidth)
            pointer = _pointer(context, builder, signature.args[0], arguments, target)
            return builder.load(pointer, align=1)

        return number(data, types.int64), generate

    return load


def _storer(number: Any) -> Any:  # noqa: ANN401
    """Return the function that writes a number of a type at any byte of a uint8 array."""

    @intrinsic
    def store(typing_context: Any, data: Any, at: Any, value: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            target = ir.IntType(number.bitwidth)
            pointer = _pointer(context, builder, signature.args[0], arguments, target)
            builder.store(arguments[2], pointer, align=1)
            return context.get_dummy_value()

        return types.void(data, types.int64, number), generate

    return store


def _finder(byte: int) -> Any:  # noqa: ANN401
    """Return the function that tells which of 32 bytes of a uint8 array are one, as bits of a uint64."""

    @intrinsic
    def find(typing_context: Any, data: Any, at: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            lanes = ir.VectorType(ir.IntType(8), 32)
            given = builder.load(_pointer(context, builder, signature.args[0], arguments, lanes), align=1)
            equal = builder.icmp_unsigned("==", given, ir.Constant(lanes, [byte] * 32))
            return builder.zext(builder.bitcast(equal, ir.IntType(32)), ir.IntType(64))

        return types.uint64(data, types.int64), generate

    return find


load16: Final = _loader(types.uint16)
load32: Final = _loader(types.uint32)
load64: Final = _loader(types.uint64)
store16: Final = _storer(types.uint16)
store32: Final = _storer(types.uint32)
store64: Final = _storer(types.uint64)
spaces32: Final = _finder(ord(" "))


@intrinsic
def trailing_zeros(typing_context: Any, value: Any) -> Any:  # noqa: ANN401
    """Return the number of zero bits below the lowest one of a uint64; 64 for 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def ones(typing_context: Any, value: Any) -> Any:  # noqa: ANN401
    """Return the number of one bits of a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate
