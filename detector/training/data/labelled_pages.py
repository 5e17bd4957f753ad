"""Labelled pages, for training and evaluation.

One JSON object per line (JSONL, also compressed):

    {"id": "…", "page": "<html>…" or "text…", "gold": "the main content as text"}
    {"id": "…", "page": "…", "labels": ["title", "body", "navigation", …]}     for each line that is not blank

Pages with the same id are one page, printed by several renderers.
A label is a kind of line (`records.LINE_KINDS`), or less specific: "content", "template", "repeat",
"metadata", "comment" or "unknown". Optional fields:

- "title": the headline; "format"; "language"; "kind": of the page; "set"
- "kinds": in addition to a gold text or less specific labels, the kind of each line that is not blank, or
null
- "inside", "outside": the kinds that lines inside and outside of the gold text may have, if the gold has its
own rules
- "group": pages of a group are never on both sides of a split; by default the id
- "fold", "kept_from": its fold, and other folds whose models must not learn from it
- "weight": how much the page counts, 1 by default
- "site": pages that share a template; by default the group, "" for a page without a site
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from detector.corpus.formats.files import unpacked
from detector.errors import PageError, in_words
from detector.files.checked import checked
from detector.files.json_lines import json_lines
from detector.files.sparse import refuse_holes
from detector.files.zstd_files import ZstdError
from detector.records import CONTENT_KINDS, LINE_KINDS, Format
from detector.text.formats import found_format

# Labels that are less specific than kinds.
COARSE: Final = ("content", "template", "repeat", "metadata", "comment", "unknown")
LABELS: Final = tuple(dict.fromkeys((*LINE_KINDS, *COARSE)))
# Labels that count neither as content nor as boilerplate, or are unknown.
NEITHER: Final = ("byline", "metadata", "comment", "unknown")
# Labels that are main content.
CONTENT_LABELS: Final = (*CONTENT_KINDS, "content")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page and what is known about its main content: a gold text, a label for each line, or nothing."""

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
    kept_from: tuple[int, ...] = ()
    kinds: tuple[str | None, ...] | None = None
    inside: tuple[str, ...] | None = None
    outside: tuple[str, ...] | None = None

    @property
    def of_site(self) -> str:
        """Return the name of its site: by default its group, empty for a page without a site."""
        return self.group if self.site is None else self.site

    @property
    def is_complete(self) -> bool:
        """Tell whether its truth has no gaps. Labels made by a rule have some."""
        return "unknown" not in (self.labels or ())

    @property
    def is_known(self) -> bool:
        """Tell whether anything is known about its main content."""
        return self.gold is not None or any(label not in NEITHER for label in self.labels or ())


@dataclass(frozen=True)
class _Fields:
    """The fields of a record. Names may be numbers."""

    page: str
    id: str | int | None = None
    gold: str | None = None
    labels: list[str] | None = None
    format: str | None = None
    group: str | int | None = None
    title: str | None = None
    set: str = ""
    language: str = ""
    kind: str = ""
    fold: int | None = None
    weight: float = 1.0
    site: str | int | None = None
    kept_from: tuple[int, ...] = ()
    kinds: list[str | None] | None = None
    inside: list[str] | None = None
    outside: list[str] | None = None


def _refuse_unknown_kinds(fields: _Fields, where: str) -> None:
    """Raise `PageError` for an unknown kind of line."""
    for name in ("kinds", "inside", "outside"):
        given = {kind for kind in getattr(fields, name) or () if kind is not None}
        if unknown := sorted(given - set(LINE_KINDS)):
            raise PageError(
                f'{where}: "{name}" has {unknown[0]!r}, which is not one of {", ".join(LINE_KINDS)}'
            )


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def page_of_record(record: Mapping[str, Any], where: str, need_truth: bool = True) -> LabelledPage:
    """Check a record; raises `PageError` that says what is wrong and where."""
    fields = checked(dict(record), _Fields, where, PageError)
    gold, labels, format = fields.gold, fields.labels, fields.format
    if (gold is None) == (labels is None) and (need_truth or gold is not None):
        raise PageError(f'{where}: a labelled page has either "gold" or "labels"')
    for number, label in enumerate(labels or ()):
        if label not in LABELS:
            raise PageError(
                f"{where}: label {number} is {label!r}, which does not exist; there are {', '.join(LABELS)}"
            )
    if format not in (None, "", "html", "text"):
        raise PageError(f'{where}: "format" is html or text, not {format!r}; without it, it is detected')
    if not fields.weight >= 0:
        raise PageError(f'{where}: "weight" must not be below 0, and is {fields.weight}')
    _refuse_unknown_kinds(fields, where)
    name = str(where if fields.id is None else fields.id)
    return LabelledPage(
        id=name,
        page=fields.page,
        format="html" if format == "html" else "text" if format == "text" else found_format(fields.page),
        gold=gold,
        labels=_tuple(labels),
        group=str(name if fields.group is None else fields.group),
        title=fields.title,
        set=fields.set,
        language=fields.language,
        kind=fields.kind,
        fold=fields.fold,
        weight=fields.weight,
        site=None if fields.site is None else str(fields.site),
        kept_from=fields.kept_from,
        kinds=_tuple(fields.kinds),
        inside=_tuple(fields.inside),
        outside=_tuple(fields.outside),
    )


def read_pages(paths: Iterable[Path], need_truth: bool = True) -> Iterator[LabelledPage]:
    """Read labelled pages; raises `PageError` at the first invalid record.

    need_truth: refuse pages about which nothing is known
    """
    for path in paths:
        try:
            with opened(path) as file:
                for line in json_lines(file):
                    where = f"{path}, line {line.number + 1}"
                    if line.value is None:
                        raise PageError(f"{where}: {line.fault}")
                    yield page_of_record(line.value, where, need_truth)
        except (OSError, EOFError, zlib.error, ZstdError) as error:
            raise PageError(f"{path} cannot be read: {in_words(error)}") from None


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, and decompress it if its name says so."""
    refuse_holes(path)
    with path.open("rb") as raw, unpacked(raw, path.name.lower()) as file:
        yield file
