"""Our out-of-fold outputs, written by `python -m benchmarks run outputs` as JSON lines.

    {"set": "wcxb-dev", "page": "0001", "rendering": "html", "clean_text": "...",
     "lines": [[score, kept, words, content_share], ...], "model_id": "...", "commit": "..."}

`rendering` is "html" if markup was used, otherwise the name of the renderer (benchmarks/peers/systems.py).
`lines` is optional; a content share below 0 means that the line has no words. `model_id` is the model that
scored the page, and `commit` the version of our code.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data.pages import Page
from benchmarks.errors import BenchmarkError
from benchmarks.files import json_lines
from benchmarks.measures import metrics
from benchmarks.measures.copies_kept import CopiesKept, copies_kept

HTML: Final = "html"
# The names of our systems in results: on HTML, and on text.
OUR_NAMES: Final = {True: "detector-html", False: "detector-text"}
NEEDED: Final = ("set", "page", "rendering", "clean_text", "model_id", "commit")
TEMPLATE_RECALL: Final = 0.95


class OurPage(NamedTuple):
    """Our output for a page. lines: float64 (L, 4): score, kept, words, content share."""

    clean_text: str
    lines: NDArray[np.float64]
    model_id: str
    commit: str


# By set and rendering, then by page.
Outputs = dict[tuple[str, str], dict[str, OurPage]]


class OutputError(BenchmarkError):
    """A file of outputs is invalid."""


def read(path: Path) -> Outputs:
    """Read a file of outputs; refuses a page that occurs twice."""
    found: Outputs = {}
    for number, row in enumerate(json_lines(path), 1):
        missing = set(NEEDED) - row.keys()
        if missing:
            raise OutputError(f"{path}, line {number}: no {', '.join(sorted(missing))}")
        pages = found.setdefault((str(row["set"]), str(row["rendering"])), {})
        if row["page"] in pages:
            raise OutputError(f"{path}, line {number}: {row['page']} of {row['set']} occurs twice")
        lines = np.asarray(row.get("lines") or [], np.float64).reshape(-1, 4)
        pages[str(row["page"])] = OurPage(row["clean_text"], lines, row["model_id"], row["commit"])
    return found


def on_labelled_lines(pages: Sequence[tuple[Page, OurPage]]) -> dict[str, float]:
    """Return the measures of the decisions themselves, on pages whose labelled lines are our segments."""
    same = [(page, output.lines) for page, output in pages if len(page.lines) == len(output.lines) > 0]
    if not same:
        return {}
    labels = [line.label for page, _ in same for line in page.lines]
    lines = np.concatenate([lines for _, lines in same])
    found: dict[str, float] = metrics.line_scores(labels, lines[:, 1] > 0)._asdict()
    of_pages = [copies_kept(page.copies, own[:, 1] > 0) for page, own in same]
    counts = CopiesKept(*(sum(counts) for counts in zip(*of_pages, strict=True)))
    lost = metrics.lost_at_template_recall(lines[:, 0], labels, lines[:, 2], TEMPLATE_RECALL)
    copies = {f"copies_{name}": float(count) for name, count in counts._asdict().items()}
    return {**found, **copies, "pages": len(same), "content_lost_at_template_recall_95": lost}


def calibration(pages: list[OurPage]) -> dict[str, float]:
    """Return the measures of calibration over pages, by line and by word, and by page."""
    lines = np.concatenate([page.lines for page in pages]) if pages else np.zeros((0, 4))
    lines = lines[(lines[:, 2] > 0) & (lines[:, 3] >= 0)]
    if not len(lines):
        return {}
    score, words, template = lines[:, 0], lines[:, 2], 1 - lines[:, 3]
    shares = [_content_shares(page.lines) for page in pages if page.lines[:, 2].sum() > 0]
    return {
        "lines": len(lines),
        "error_by_line": metrics.calibration_error(score, template),
        "error_by_word": metrics.calibration_error(score, template, words),
        "brier_by_line": metrics.brier(score, template),
        "brier_by_word": metrics.brier(score, template, words),
        "page_error": metrics.page_error([share[0] for share in shares], [share[1] for share in shares]),
    }


def _content_shares(lines: NDArray[np.float64]) -> tuple[float, float]:
    """Return the expected and the true share of content words of a page."""
    words = lines[:, 2]
    true = np.maximum(lines[:, 3], 0)
    return float(np.average(1 - lines[:, 0], weights=words)), float(np.average(true, weights=words))
