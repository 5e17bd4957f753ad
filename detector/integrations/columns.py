"""From pages to columns: what all integrations add to a page."""

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from detector.detector import Detector
from detector.errors import DetectorError
from detector.records import OutputFormat
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.results.page import ScoredPage
from detector.text.formats import found_format
from detector.text.page import Page
from detector.text.series import is_missing, refuse_single
from detector.version import __version__

D = TypeVar("D")

# Why an item is not a page.
FAULT: Final = "detector_fault"


def fingerprint(detector: Detector) -> str:
    """Return a hash of everything that results depend on: version, model, settings, profile.

    For caches of results: the same detector has the same fingerprint in every process.
    """
    return hashlib.sha256(pickle.dumps((__version__, detector), protocol=5)).hexdigest()[:16]


def as_page(item: Any, url: object = None) -> Any:  # noqa: ANN401
    """Return a string as a page, with its URL if `url` is one; anything else unchanged.

    In a table, a string is always a page, even if there is a file of that name.
    """
    if not isinstance(item, str):
        return item
    return Page(item, found_format(item), url=url if isinstance(url, str) else None)


def scored_or_missing(
    pages: Iterable[Any], detector: Detector | None = None
) -> list[ScoredPage | DetectorError | None]:
    """Return the result or the error for each item, or None for a missing item (None, NaN)."""
    items = list(pages)
    # Missing items are passed on, so that an error names the right position.
    given = [item if is_missing(item) else as_page(item) for item in items]
    found = (detector or Detector()).score_pages(given, errors="return")
    return [None if is_missing(item) else page for item, page in zip(items, found, strict=True)]


def with_content(
    documents: Sequence[D], pages: Sequence[Any], detector: Detector
) -> Iterator[tuple[D, ScoredPage]]:
    """Yield each document whose page has content, with its scored page.

    Raises
    ------
    PageError
        If an item is not a page.
    """
    for document, page in zip(documents, scored_or_missing(pages, detector), strict=True):
        if isinstance(page, DetectorError):
            raise page
        if page is not None and page.clean_text:
            yield document, page


def texts(
    pages: Iterable[Any], detector: Detector | None = None, format: OutputFormat = "text"
) -> list[str | None]:
    """Return what is kept of each page, or None for a missing page.

    Raises
    ------
    PageError
        If an item is not a page.
    TypeError
        If there is a single page, or a table: its letters or its columns would be taken for pages.
    """
    refuse_single(pages)
    found = []
    for page in scored_or_missing(pages, detector):
        if isinstance(page, DetectorError):
            raise page
        found.append(None if page is None else page.to_format(format))
    return found


def line_rows(page: ScoredPage) -> list[dict[str, Any]]:
    """Return the lines that are not blank, as plain values."""
    return [
        {
            "text": line.text, "clean": line.clean, "score": line.score, "kept": line.kept,
            "kind": line.kind, "reason": line.why,
        }
        for line in page.lines
        if line.score is not None
    ]  # fmt: skip


def metadata(page: ScoredPage, lines: bool = False) -> dict[str, Any]:
    """Return the metadata that is added to a page, as plain values."""
    said: dict[str, Any] = {
        VERDICT: None if page.verdict is None else page.verdict.kind,
        CONTENT_SHARE: page.content_share,
    }
    return said | {LINES_COLUMN: line_rows(page)} if lines else said


def columns(
    pages: Sequence[Any], detector: Detector | None = None, text: str = "text", lines: bool = False
) -> dict[str, list[Any]]:
    """Return the columns for a batch of rows: the clean texts and the metadata of each page.

    Parameters
    ----------
    pages
        Anything that `Detector.score` takes. None and NaN stay missing.
    detector
        The default model and settings if not given.
    text
        The name of the column with the clean texts.
    lines
        Whether to add `detector_lines`, with a record for each line that is not blank.

    Returns
    -------
    dict of str to list
        `text`, `detector_verdict`, `detector_content_share`, `detector_fault` (why an item is not a
        page; its other values are None) and `detector_lines`.
    """
    names = [text, VERDICT, CONTENT_SHARE, FAULT, *([LINES_COLUMN] if lines else [])]
    found: dict[str, list[Any]] = {name: [] for name in names}
    for page in scored_or_missing(pages, detector):
        row: dict[str, Any] = dict.fromkeys(names)
        if isinstance(page, ScoredPage):
            row |= {text: page.clean_text, **metadata(page, lines)}
        elif page is not None:
            row[FAULT] = str(page)
        for name, value in row.items():
            found[name].append(value)
    return found


class ColumnCleaner:
    """Cleans batches that have a column of pages.

    Parameters
    ----------
    column : str
        The name of the column with the pages.
    detector : Detector, optional
        The default model and settings if not given.
    text : str
        The name of the column for the clean texts.
    lines : bool
        Whether to add `detector_lines`.
    """

    def __init__(
        self, column: str = "text", detector: Detector | None = None, text: str = "text", lines: bool = False
    ) -> None:
        self.column, self.detector, self.text, self.lines = column, detector or Detector(), text, lines
        # Caches that hash the cleaner must not return results of another version.
        self.version = __version__
