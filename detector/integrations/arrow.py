"""Pages in a column of an Arrow table, as Ray, Spark and others pass them to a function; typed columns."""

from typing import Any, Final

from detector.extras import need

need("pyarrow", "parquet", "detector.integrations.arrow")

import pyarrow  # noqa: E402  (after the word on how to get it)

from detector.detector import Detector  # noqa: E402
from detector.integrations.columns import columns  # noqa: E402

LINE: Final = pyarrow.struct(
    {
        "text": pyarrow.string(),
        "clean": pyarrow.string(),
        "score": pyarrow.float64(),
        "kept": pyarrow.bool_(),
        "kind": pyarrow.string(),
        "reason": pyarrow.string(),
    }
)
# The types of the columns of `columns`; that of the texts, under any name, is `string`.
TYPES: Final[dict[str, Any]] = {
    "detector_content_share": pyarrow.float64(),
    "detector_lines": pyarrow.list_(LINE),
}


def typed(found: dict[str, list[Any]]) -> dict[str, pyarrow.Array]:
    """Return columns as arrays of their types, even if all values are missing."""
    return {name: pyarrow.array(values, TYPES.get(name, pyarrow.string())) for name, values in found.items()}


def cleaned(
    table: pyarrow.Table, column: str, detector: Detector, text: str = "text", lines: bool = False
) -> pyarrow.Table:
    """Return a table with the columns of `columns`, in place of columns with the same name or at the end."""
    found = columns(table.column(column).to_pylist(), detector, text, lines)
    for name, values in typed(found).items():
        at = table.schema.get_field_index(name)
        table = table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
    return table
