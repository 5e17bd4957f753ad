"""Many pages in Python: lists, generators, columns of a table. Each item becomes a page or an error."""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

import numpy as np

from detector.errors import DetectorError, PageError
from detector.text.page import Input, Page

# What to do with a page that cannot be read or scored.
Errors = Literal["raise", "skip", "return"]
# What a missing item (None, NaN) counts as.
Missing = Literal["error", "empty"]

# The types of missing values in pandas. Comparing them gives no truth value.
_NOTHING: Final = ("NAType", "NaTType")
_CHOICE: Final = "drop it, or take it for an empty page with missing='empty'"


def refuse_one(given: Any, what: str) -> None:  # noqa: ANN401
    """Raise `TypeError` for one thing where many are expected. `what`: pages, texts, inputs."""
    if isinstance(given, str | bytes | bytearray | memoryview | Path | Page):
        raise TypeError(f"expected many {what}, not one {type(given).__name__}: put it into a list")


def refuse_single(pages: Any) -> None:  # noqa: ANN401
    """Raise `TypeError` for a single page or a table: many pages are expected."""
    refuse_one(pages, "pages")
    if isinstance(pages, Mapping) or hasattr(pages, "columns"):
        raise TypeError(
            f"expected many pages, not a {type(pages).__name__}: give the column with the pages, "
            "as in table['html']"
        )
    if not isinstance(pages, Iterable):
        raise TypeError(f"expected many pages, not {type(pages).__name__}: give a list or another iterable")


def refuse_unknown(errors: str, missing: str) -> None:
    """Raise `ValueError` for unknown choices."""
    for name, value, known in (("errors", errors, get_args(Errors)), ("missing", missing, get_args(Missing))):
        if value not in known:
            raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}")


def is_missing(item: object) -> bool:
    """Tell whether an item is None, NaN, or a missing value of pandas."""
    if item is None or type(item).__name__ in _NOTHING:
        return True
    return isinstance(item, float | np.floating) and math.isnan(item)


def read_series(
    pages: Iterable[Input | Page | None], missing: Missing = "error"
) -> Iterator[Page | PageError]:
    """Yield the page of each item, or the error that says why it is not a page."""
    for item in pages:
        if isinstance(item, Page):
            yield item
        elif is_missing(item):
            yield Page("", "text") if missing == "empty" else PageError(f"no page, but {item!r}: {_CHOICE}")
        else:
            try:
                yield Page.read(item)  # type: ignore[arg-type]
            except (PageError, ValueError, TypeError) as error:
                yield PageError(str(error))


R = TypeVar("R")


def as_chosen(results: Iterable[R | DetectorError], errors: Errors) -> Iterator[R | DetectorError]:
    """Yield results. Errors are raised, left out or yielded, with the position of the page."""
    for at, result in enumerate(results):
        if not isinstance(result, DetectorError):
            yield result
        elif errors != "skip":
            error = type(result)(f"pages[{at}]: {result}")
            if errors == "raise":
                raise error
            yield error
