"""Labels of single lines: what a person answered, in a file that only grows.

JSON lines, or CSV with the same names as its head:

    {"text": "Subscribe now", "label": "template", "site": "example.org"}
    {"text": "Rain again", "label": "content", "page": "a.html", "line": 12}
    {"undo": 1}

A label without a page holds for this line on all pages of the site, or of all sites. `line` is
the number that `detector score` shows. Of two labels for one line the later one holds;
`undo` takes back the last labels before it. `unknown` says that a line was seen and not answered.
"""

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from detector.errors import PageError
from detector.training.data.labelled_pages import LABELS

FIELDS: Final = ("text", "label", "site", "page", "line")


@dataclass(frozen=True, slots=True)
class LineLabel:
    """A line's label, for all pages of a site, or for one line of one page.

    where: the file and row that it was read from, for messages
    """

    text: str
    label: str
    site: str | None = None
    page: str | None = None
    line: int | None = None
    where: str = ""


def _label(row: Mapping[str, Any], where: str) -> LineLabel:
    """Check one row; raises `PageError` that says what is wrong and where."""
    text, label = row.get("text"), row.get("label")
    if not isinstance(text, str) or not text.strip():
        raise PageError(f'{where}: "text" must be the text of a line')
    if label not in LABELS:
        raise PageError(f"{where}: there is no label {label!r}; there are {', '.join(LABELS)}")
    page, line, site = row.get("page") or None, row.get("line"), row.get("site") or None
    if line in (None, ""):
        line = None
    elif not str(line).isdigit():
        raise PageError(f'{where}: "line" must be the number that detector score shows, not {line!r}')
    if (line is None) != (page is None):
        raise PageError(f'{where}: "page" and "line" go together; without both, a label holds for all pages')
    return LineLabel(text, str(label), site, page, None if line is None else int(line), where)


def _json_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[dict[str, Any], str]]:
    for number, line in enumerate(lines, start=1):
        where = f"{path}, row {number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise PageError(f"{where}: not JSON ({error})") from None
        if not isinstance(row, dict):
            raise PageError(f"{where}: not a JSON object")
        yield row, where


def _csv_rows(path: Path, lines: Iterable[str]) -> Iterator[tuple[dict[str, Any], str]]:
    reader = csv.DictReader(lines)
    if not {"text", "label"} <= set(reader.fieldnames or ()):
        raise PageError(
            f"{path}: the first row must name the columns: {', '.join(FIELDS)} (the first two at least)"
        )
    for row in reader:
        yield {name: row.get(name) for name in FIELDS}, f"{path}, row {reader.line_num}"


def _undone(labels: list[LineLabel], count: object, where: str) -> list[LineLabel]:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= len(labels):
        raise PageError(f"{where}: {count!r} labels cannot be taken back: there are {len(labels)} before it")
    return labels[:-count]


def read_labels(path: Path) -> list[LineLabel]:
    """Return the labels of a file that hold; raises `PageError` at the first row that is none."""
    labels: list[LineLabel] = []
    rows = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row, where in rows(path, lines):
                if "undo" in row:
                    labels = _undone(labels, row["undo"], where)
                else:
                    labels.append(_label(row, where))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PageError(f"{path} cannot be read: {reason}") from None
    return labels


def _append(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append whole rows, and wait until they are on disk: answers are dear."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PageError(f"{path} cannot be written: {error.strerror}") from None


def append_label(path: Path, label: LineLabel) -> None:
    """Add a label to a file."""
    row = {name: value for name, value in asdict(label).items() if value is not None and name != "where"}
    _append(path, [row])


def undo_labels(path: Path, count: int = 1) -> list[LineLabel]:
    """Take back the last labels of a file, and return those that still hold.

    Raises `PageError` if there are fewer.
    """
    held = _undone(read_labels(path) if path.exists() else [], count, str(path))
    _append(path, [{"undo": count}])
    return held
