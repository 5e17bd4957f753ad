"""Timestamps in Arrow tables: Spark sends them in the session's zone, and takes them back in UTC only."""

from typing import Final, TypeVar

import pyarrow
from pyarrow import types

UTC: Final = "UTC"
Rows = TypeVar("Rows", pyarrow.Table, pyarrow.RecordBatch)


def in_utc(rows: Rows) -> Rows:
    """Return rows with all timestamps in UTC, also inside structs, lists and maps: the same points in time.

    Timestamps without a zone stay as they are.
    """
    for at, field in enumerate(rows.schema):
        kind = _in_utc(field.type)
        if kind != field.type:
            rows = rows.set_column(at, field.with_type(kind), rows.column(at).cast(kind))
    return rows


def _in_utc(kind: pyarrow.DataType) -> pyarrow.DataType:
    """Return a type with all time zones replaced."""
    if types.is_timestamp(kind) and kind.tz is not None:
        return pyarrow.timestamp(kind.unit, UTC)
    if types.is_struct(kind):
        return pyarrow.struct([field.with_type(_in_utc(field.type)) for field in kind])
    if types.is_map(kind):
        key, item = kind.key_field, kind.item_field
        return pyarrow.map_(key.with_type(_in_utc(key.type)), item.with_type(_in_utc(item.type)))
    if types.is_list(kind):
        return pyarrow.list_(kind.value_field.with_type(_in_utc(kind.value_type)))
    return kind
