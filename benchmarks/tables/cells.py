"""What all tables share: the grid, numbers, names of systems."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.errors import BenchmarkError

Results = dict[str, Any]
# The header and the rows below it.
Table = tuple[Sequence[str], list[list[str]]]


class TableError(BenchmarkError):
    """A table cannot be made, or is out of date."""


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float | None, places: int = 3) -> str:
    """Return a share to three places, without the leading zero; empty if there is none."""
    if value is None:
        return ""
    return f"{value:.{places}f}".removeprefix("0") if value < 1 else f"{value:.{places}f}"


def name_of(row: Results) -> str:
    """Return the name of a system, with the version of a peer."""
    versions = [] if "model_id" in row else list(row["versions"].values())
    return f"{row['system']} {versions[0]}" if versions else row["system"]


def chosen(rows: list[Results], names: Sequence[str]) -> list[Results]:
    """Return the rows of the named systems, or all rows if none is named."""
    unknown = set(names) - {row["system"] for row in rows}
    if unknown:
        raise TableError(f"no such systems in this result: {', '.join(sorted(unknown))}")
    return [row for row in rows if row["system"] in names] if names else rows


def read(folder: Path, name: str) -> Results:
    """Return a result; raises `TableError` if there is none."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise TableError(f"{path} is missing: run the benchmark that makes it")
    result: Results = json.loads(path.read_text(encoding="utf-8"))
    return result
