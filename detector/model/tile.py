"""The inner loop of the networks: a tile of hidden units for a block of lines.

Plain loops over arrays leave the compiler to check, for every column, whether the arrays
overlap, and to keep the sums in memory; written as instructions for vectors, the sums stay
in registers: 2.5 times as fast. Every line's sum is still made column by column, in one
order, without fused multiply-add, so a score is the same wherever a line stands in a block
and on any processor.
"""

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# Lines of a block, hidden units of a tile, and floats of a vector (256 bits; narrower
# processors use two). Eight sums in registers leave room for the operands.
ROWS: Final = 32
UNITS: Final = 2
LANES: Final = 8
VECTORS: Final = ROWS // LANES

_INDEX: Final = ir.IntType(64)
_VECTOR: Final = ir.VectorType(ir.FloatType(), LANES)


def _constant(value: int) -> ir.Constant:
    return ir.Constant(_INDEX, value)


def _load(builder: Any, data: Any, at: Any) -> Any:  # noqa: ANN401
    """Load a vector that begins at element `at`."""
    return builder.load(builder.bitcast(builder.gep(data, [at]), _VECTOR.as_pointer()), align=4)


def _spread(builder: Any, data: Any, at: Any) -> Any:  # noqa: ANN401
    """Load one element into all lanes."""
    undefined, lane = ir.Constant(_VECTOR, ir.Undefined), ir.IntType(32)
    one = builder.insert_element(undefined, builder.load(builder.gep(data, [at])), ir.Constant(lane, 0))
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(lane, LANES), [0] * LANES))


def _columns(builder: Any, arrays: tuple[Any, Any, Any], span: tuple[Any, Any], row: Any) -> None:  # noqa: ANN401
    """Write the loop over columns; `row` is the first element of the tile's weights, of each unit."""
    table, weights, out = arrays
    entry = builder.block
    head, body, done = (builder.append_basic_block(name) for name in ("columns", "column", "done"))
    builder.branch(head)
    builder.position_at_end(head)
    column = builder.phi(_INDEX)
    column.add_incoming(span[0], entry)
    sums = [builder.phi(_VECTOR) for _ in range(UNITS * VECTORS)]
    for total in sums:
        total.add_incoming(ir.Constant(_VECTOR, [0.0] * LANES), entry)
    builder.cbranch(builder.icmp_signed("<", column, span[1]), body, done)
    builder.position_at_end(body)
    first = builder.mul(column, _constant(ROWS))
    lines = [_load(builder, table, builder.add(first, _constant(part * LANES))) for part in range(VECTORS)]
    for unit in range(UNITS):
        weight = _spread(builder, weights, builder.add(row[unit], column))
        for part in range(VECTORS):
            total = sums[unit * VECTORS + part]
            total.add_incoming(builder.fadd(total, builder.fmul(lines[part], weight)), body)
    column.add_incoming(builder.add(column, _constant(1)), body)
    builder.branch(head)
    builder.position_at_end(done)
    for part, total in enumerate(sums):
        place = builder.gep(out, [_constant(part * LANES)])
        builder.store(total, builder.bitcast(place, _VECTOR.as_pointer()), align=4)


def _tile_sums(context: Any, table: Any, weights: Any, span: Any, unit: Any, out: Any) -> Any:  # noqa: ANN401
    """Write `out[u * ROWS + line] = sum of table[column, line] * weights[unit + u, column]`.

    table: float32 (F, ROWS); weights: float32 (H, F), H a multiple of UNITS; span: first
    column and the one after the last; out: float32 (UNITS * ROWS,). For kernels only:
    `tile_sums(table, weights, span, unit, out)`.
    """

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        kinds = signature.args
        table, weights, out = (
            target.make_array(kinds[at])(target, builder, arguments[at]) for at in (0, 1, 4)
        )
        width = builder.extract_value(weights.shape, 1)
        span_ = tuple(builder.extract_value(arguments[2], at) for at in (0, 1))
        rows = [builder.mul(builder.add(arguments[3], _constant(at)), width) for at in range(UNITS)]
        _columns(builder, (table.data, weights.data, out.data), span_, rows)
        return target.get_dummy_value()

    two: Any = types.UniTuple
    return types.void(table, weights, two(types.int64, 2), types.int64, out), generate


# Untyped on purpose: a kernel calls it without the compiler's own context.
tile_sums: Final[Any] = intrinsic(_tile_sums)
