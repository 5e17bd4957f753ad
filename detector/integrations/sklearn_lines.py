"""From scikit-learn's rows to the lines of pages, and back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from detector.detector import Detector
from detector.model.files import Model
from detector.records import LINE_KINDS, ScoredLine
from detector.text.page import Page

Target = Literal["template", "kind"]
CLASSES: Final[dict[Target, tuple[str, ...]]] = {
    "template": ("content", "template"),
    "kind": tuple(sorted(LINE_KINDS)),
}


def classes(target: Target) -> tuple[str, ...]:
    """Return the names of the classes; raises `ValueError` for an unknown target."""
    if target not in CLASSES:
        raise ValueError(f"target is one of {', '.join(CLASSES)}, not {target!r}")
    return CLASSES[target]


def _pages(X: Any) -> tuple[list[str], list[NDArray[np.int64]]]:  # noqa: ANN401
    """Return the lines, and the rows of each page; raises `ValueError` for a row with several lines."""
    table = np.asarray(X, object)
    if table.ndim not in (1, 2) or (table.ndim == 2 and table.shape[1] != 2):
        raise ValueError(f"X is lines (n,), or pages and lines (n, 2), not {table.shape}")
    lines = ["" if line is None else str(line) for line in (table if table.ndim == 1 else table[:, 1])]
    for number, line in enumerate(lines):
        if "\n" in line or "\r" in line:
            raise ValueError(f"row {number} has several lines: split it, or use PageCleaner for pages")
    if table.ndim == 1:
        return lines, [np.array([row]) for row in range(len(lines))]
    of_page: dict[Any, list[int]] = {}
    for row, page in enumerate(table[:, 0].tolist()):
        of_page.setdefault(page, []).append(row)
    return lines, [np.array(rows) for rows in of_page.values()]


def line_probabilities(detector: Detector, X: Any, target: Target) -> NDArray[np.float64]:  # noqa: ANN401
    """Return float64 (lines, classes), rows adding up to 1."""
    lines, rows = _pages(X)
    found = np.zeros((len(lines), len(classes(target))))
    # Each line has a line ending, so that an empty last line counts too.
    pages = (Page("".join(lines[row] + "\n" for row in page), "text") for page in rows)
    for page, scored in zip(rows, detector.score_pages(pages), strict=True):
        found[page] = [_probabilities(line, target) for line in scored.lines]
    shares: NDArray[np.float64] = found / found.sum(axis=1, keepdims=True)
    return shares


def _probabilities(line: ScoredLine, target: Target) -> list[float]:
    if target == "template":
        score = 1.0 if line.score is None else line.score
        return [1 - score, score]
    return [line.kinds.get(kind, 0.0) if line.kinds else 1.0 for kind in CLASSES["kind"]]


def adapted(model: Model | str | Path | None, X: Any, y: Sequence[str]) -> Model:  # noqa: ANN401
    """Return a model adapted to labelled lines; raises `PageError` if there are too few."""
    from detector.training.api import train  # half a second, and most classifiers are not adapted
    from detector.training.data.labelled_pages import LabelledPage

    lines, rows = _pages(X)
    if len(y) != len(lines):
        raise ValueError(f"{len(lines)} lines and {len(y)} labels: give one for each")
    pages = [
        LabelledPage(
            id=str(number),
            page="\n".join(lines[row] for row in page),
            format="text",
            gold=None,
            labels=tuple(str(y[row]) for row in page if lines[row].strip()),
            group=str(number),
        )
        for number, page in enumerate(rows)
    ]
    return train(pages, model).model
