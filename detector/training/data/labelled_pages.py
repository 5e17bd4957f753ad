"""Labelled pages: what training and evaluation read.

One JSON object a line (JSONL, also .gz):

    {"id": "…", "page": "<html>…" or "text…", "gold": "the main content as text"}
    {"id": "…", "page": "…", "labels": ["content", "template", …]}     one a line that is not blank

and optionally "title" (its headline), "format", "group" (pages of one group are never on
both sides of a split; by default the id), "language", "kind", "set", "fold",
"weight" (how much the page counts, 1 by default) and "site" (pages that have a template in
common; by default the group, "" for a page of no site).
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from detector.errors import PageError
from detector.records import Format
from detector.text.formats import found_format

LABELS: Final = ("content", "template", "repeat", "metadata", "comment", "unknown")
# Labels that are neither asked for nor forbidden (contracts, "Gold policy"), or not known.
NEITHER: Final = ("metadata", "comment", "unknown")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page and what is known of its main content: a gold text, a label a line, or nothing."""

    id: str
    page: str
    format: Format
    gold: str | None
    labels: tuple[str, ...] | None
    group: str
    title: str | None = None
    set: str = ""
    language: str = ""
    kind: str = ""
    fold: int | None = None
    weight: float = 1.0
    site: str | None = None

    @property
    def of_site(self) -> str:
        """Return its site's name: its group's, if none is given; empty for a page of no site."""
        return self.group if self.site is None else self.site

    @property
    def is_known(self) -> bool:
        """Tell whether anything is known of its main content."""
        return self.gold is not None or any(label not in NEITHER for label in self.labels or ())


def _open(path: Path) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        yield from lines


def page_of_record(record: Mapping[str, Any], where: str, need_truth: bool = True) -> LabelledPage:
    """Check one record; raises `PageError` that says what is wrong and where."""
    page, gold, labels = record.get("page"), record.get("gold"), record.get("labels")
    format, fold = record.get("format"), record.get("fold")
    if not isinstance(page, str):
        raise PageError(f'{where}: "page" must be the page as a string')
    if (gold is None) == (labels is None) and (need_truth or gold is not None):
        raise PageError(f'{where}: a labelled page has either "gold" or "labels"')
    if gold is not None and not isinstance(gold, str):
        raise PageError(f'{where}: "gold" must be a string')
    if labels is not None and not isinstance(labels, list):
        raise PageError(f'{where}: "labels" must be a list of {", ".join(LABELS)}')
    for number, label in enumerate(labels or ()):
        if label not in LABELS:
            raise PageError(
                f"{where}: label {number} is {label!r}, which does not exist; there are {', '.join(LABELS)}"
            )
    if format not in (None, "", "html", "text"):
        raise PageError(f'{where}: "format" is html or text, not {format!r}; without it, it is found out')
    if fold is not None and not isinstance(fold, int):
        raise PageError(f'{where}: "fold" must be a whole number, not {fold!r}')
    name = str(record.get("id", where))
    return LabelledPage(
        id=name,
        page=page,
        format=format or found_format(page),
        gold=gold,
        labels=tuple(labels) if labels is not None else None,
        group=str(record.get("group", name)),
        title=record.get("title"),
        set=str(record.get("set", "")),
        language=str(record.get("language", "")),
        kind=str(record.get("kind", "")),
        fold=fold,
        weight=_weight(record.get("weight", 1.0), where),
        site=str(record["site"]) if "site" in record else None,
    )


def _weight(value: object, where: str) -> float:
    if isinstance(value, int | float) and value >= 0:
        return float(value)
    raise PageError(f'{where}: "weight" must be a number, not {value!r}')


def read_pages(paths: Iterable[Path], need_truth: bool = True) -> Iterator[LabelledPage]:
    """Read labelled pages; raises `PageError` at the first record that is none.

    need_truth: refuse a page of which nothing is known
    """
    for path in paths:
        try:
            for number, line in enumerate(_open(path), start=1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                except ValueError as error:
                    raise PageError(f"{path}, line {number}: not JSON ({error})") from None
                if not isinstance(record, dict):
                    raise PageError(f"{path}, line {number}: not a JSON object")
                yield page_of_record(record, f"{path}, line {number}", need_truth)
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise PageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
