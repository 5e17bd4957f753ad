"""Labels of single lines: the answers of a person, in a file that only grows.

JSON lines, or CSV with the same names in its header:

    {"text": "Subscribe now", "label": "template", "site": "example.org"}
    {"text": "Rain again", "label": "content", "page": "a.html", "line": 12}
    {"undo": 1}

A label without a page is for this line on all pages of the site, or of all sites. `line` is the number shown
by `detector score`. Of two labels for a line, the later one counts. `undo` takes back the last labels before
it. `unknown` means that a line was shown and not answered.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.errors import PageError
from detector.files.atomic import append
from detector.files.checked import checked
from detector.files.json_lines import json_line, json_lines
from detector.files.sparse import refuse_holes
from detector.training.data.labelled_pages import LABELS

FIELDS: Final = ("text", "label", "site", "page", "line")
# The key of each answer to "what is this line?", in the terminal and in the browser.
KEYS: Final = {
    "title": "h", "body": "b", "caption": "i", "byline": "y", "comment": "o", "navigation": "n",
    "teaser": "e", "promotion": "p", "sharing": "g", "form": "f", "legal": "l", "author": "a",
    "notice": "w",
    "content": "c", "template": "t", "metadata": "m", "repeat": "r", "unknown": "s",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineLabel:
    """The label of a line, on all pages of a site or on one page.

    where: its file and row, for messages
    """

    text: str
    label: str
    site: str | None = None
    page: str | None = None
    line: int | None = None
    where: str = ""


class _Row(NamedTuple):
    """A row of a file, and its position."""

    values: dict[str, Any]
    where: str


@dataclass(frozen=True)
class _Fields:
    """The fields of a row. In CSV, `line` is a text."""

    text: str
    label: str
    site: str | None = None
    page: str | None = None
    line: int | str | None = None


def _label(row: _Row) -> LineLabel:
    """Check a row; raises `PageError` that says what is wrong and where."""
    fields, where = checked(row.values, _Fields, row.where, PageError), row.where
    if not fields.text.strip():
        raise PageError(f'{where}: "text" must be the text of a line')
    if fields.label not in LABELS:
        raise PageError(f"{where}: unknown label {fields.label!r}; there are {', '.join(LABELS)}")
    page, line = fields.page or None, None if fields.line == "" else fields.line
    if line is not None and not str(line).isdecimal():
        raise PageError(f'{where}: "line" must be the number that detector score shows, not {line!r}')
    if (line is None) != (page is None):
        raise PageError(f'{where}: "page" and "line" go together; without both, a label applies to all pages')
    number = None if line is None else int(line)
    return LineLabel(fields.text, fields.label, fields.site or None, page, number, where)


def _json_rows(path: Path) -> Iterator[_Row]:
    with path.open("rb") as file:
        for line in json_lines(file):
            where = f"{path}, row {line.number + 1}"
            if line.value is None:
                raise PageError(f"{where}: {line.fault}")
            yield _Row(line.value, where)


def _csv_rows(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if not {"text", "label"} <= set(reader.fieldnames or ()):
            raise PageError(
                f"{path}: the first row must name the columns: {', '.join(FIELDS)} (the first two at least)"
            )
        for row in reader:
            yield _Row({name: row.get(name) for name in FIELDS}, f"{path}, row {reader.line_num}")


def _undone(labels: list[LineLabel], count: object, where: str) -> list[LineLabel]:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= len(labels):
        raise PageError(f"{where}: {count!r} labels cannot be undone: there are {len(labels)} before it")
    return labels[:-count]


def read_labels(path: Path) -> list[LineLabel]:
    """Return the current labels of a file; raises `PageError` at the first invalid row."""
    labels: list[LineLabel] = []
    rows = _csv_rows if path.suffix.lower() == ".csv" else _json_rows
    try:
        refuse_holes(path)
        for row in rows(path):
            if "undo" in row.values:
                labels = _undone(labels, row.values["undo"], row.where)
            else:
                labels.append(_label(row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise PageError(f"{path} cannot be read: {reason}") from None
    return labels


def _append(path: Path, row: Mapping[str, Any]) -> None:
    """Add a row, and wait until it is on the disk, because answers take a person's time."""
    try:
        append(path, json_line(row))
    except OSError as error:
        raise PageError(f"{path} cannot be written: {error.strerror}") from None


def append_label(path: Path, label: LineLabel) -> None:
    """Add a label to a file."""
    row = {name: value for name, value in asdict(label).items() if value is not None and name != "where"}
    _append(path, row)


def undo_labels(path: Path, count: int = 1) -> list[LineLabel]:
    """Take back the last labels of a file, and return the remaining ones.

    Raises `PageError` if there are fewer.
    """
    held = _undone(read_labels(path) if path.exists() else [], count, str(path))
    _append(path, {"undo": count})
    return held
