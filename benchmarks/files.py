"""Where files are, and the one way to read JSON lines and to write a file.

The standard library only: peers import it in their own environments.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"
UNFINISHED: Final = ".unfinished"


def json_lines(path: Path) -> Iterator[Any]:
    """Yield what each line of a file holds; .gz is unpacked."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Give a file to write text to, which gets its name when all is written; .gz is packed."""
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
    """Return a row as a line of JSON, in its own letters."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def write_json_lines(path: Path, rows: Iterable[Any]) -> int:
    """Write a row a line; return how many there are."""
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
    """Return what a JSON file holds; .gz is unpacked."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return json.load(file)
