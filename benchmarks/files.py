"""Where files are, and how to read and write them.

Uses only the standard library, because peers import it in their own environments.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
# Below the results: those on a sample of the pages.
SAMPLES: Final = "samples"
UNFINISHED: Final = ".unfinished"


def json_lines(path: Path) -> Iterator[Any]:
    """Yield the JSON value of each line of a file; .gz is decompressed."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a text file for writing, which gets its name when it is complete; .gz is compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    if path.suffix == ".gz":
        with gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=1) as packed:
            yield packed
    else:
        with unfinished.open("w", encoding="utf-8") as file:
            yield file
    unfinished.replace(path)


def json_line(row: Any) -> str:  # noqa: ANN401
    """Return a row as a line of JSON, without ASCII escapes."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def write_json_lines(path: Path, rows: Iterable[Any]) -> int:
    """Write one row per line; return their number."""
    count = 0
    with whole_file(path) as file:
        for row in rows:
            file.write(json_line(row))
            count += 1
    return count


def write_json(path: Path, content: Any, indent: int = 1) -> None:  # noqa: ANN401
    """Write a JSON file."""
    with whole_file(path) as file:
        file.write(json.dumps(content, indent=indent, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:  # noqa: ANN401
    """Read a JSON file; .gz is decompressed."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)
