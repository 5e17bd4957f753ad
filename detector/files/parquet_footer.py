"""The positions and sizes of the columns of a Parquet file, read from its footer.

pyarrow has them too, but it ends the process at a column whose footer contradicts itself, because a C++
exception leaves its `RowGroupMetaData.column`. The footer is a struct of Thrift's compact protocol.
"""

import os
from typing import Any, BinaryIO, Final, NamedTuple

# Levels of structs and lists; a footer has six.
DEEPEST: Final = 20
_END: Final = 8  # the length of the footer, and "PAR1"
# Fields by their numbers in parquet.thrift: of the file, a row group, a column and its metadata.
_ROW_GROUPS: Final = 4
_COLUMNS: Final = 1
_METADATA: Final = 3
_UNPACKED, _PACKED, _DATA, _DICTIONARY = 6, 7, 9, 11
# Types of Thrift.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS: Final = (4, 5, 6)


class Column(NamedTuple):
    """A column of a row group. first_byte: in the file; packed, unpacked: its bytes."""

    first_byte: int
    packed: int
    unpacked: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _number(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 63:
                return found

    def _signed(self) -> int:
        number = self._number()
        return number >> 1 ^ -(number & 1)

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._number()
        return [self._value(head & 15, depth, in_list=True) for _ in range(size)]

    def _pairs(self, depth: int) -> None:
        if size := self._number():
            kinds = self._byte()
            for _ in range(size):
                self._value(kinds >> 4, depth, in_list=True)
                self._value(kinds & 15, depth, in_list=True)

    def _value(self, kind: int, depth: int, in_list: bool = False) -> Any:  # noqa: ANN401
        if depth > DEEPEST:
            raise ValueError("its footer is nested too deeply")
        if kind in (_TRUE, _FALSE):
            return self._byte() == _TRUE if in_list else kind == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in _INTEGERS:
            return self._signed()
        if kind in (_DOUBLE, _BINARY):  # not needed
            skipped = 8 if kind == _DOUBLE else self._number()
            self._at += skipped
            return None
        if kind in (_LIST, _SET):
            return self._list(depth + 1)
        if kind == _MAP:
            return self._pairs(depth + 1)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise ValueError("its footer is damaged")

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Return the fields of a struct, by their numbers."""
        found, field = dict[int, Any](), 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._signed()
            found[field] = self._value(head & 15, depth)
        return found


def row_groups(file: BinaryIO, count: int) -> list[list[Column]]:
    """Return the columns of each of this many row groups of an open Parquet file.

    Raises `ValueError` for a damaged file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _END, 0))
    end = file.read(_END)
    length = int.from_bytes(end[:4], "little")
    if len(end) < _END or length > size - _END:
        raise ValueError("it has no footer")
    file.seek(size - _END - length)
    try:
        groups = _Reader(file.read(length)).struct()[_ROW_GROUPS]
        if len(groups) != count:
            raise ValueError("its footer is damaged")
        return [[_column(column[_METADATA]) for column in group[_COLUMNS]] for group in groups]
    except (AttributeError, IndexError, KeyError, TypeError):
        raise ValueError("its footer is damaged") from None


def _column(fields: dict[int, Any]) -> Column:
    first = fields.get(_DICTIONARY) or fields[_DATA]
    return Column(int(first), int(fields[_PACKED]), int(fields[_UNPACKED]))
