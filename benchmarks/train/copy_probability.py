"""Fits the probability that readers remove a copy: detector/results/copy_probability.json.

Labels are the readings of copies that are not locked. A copy found by our structure is positive if its reader
called it a repeated headline, a headline as a prefix, a running head, a block or a teaser of the page. Tables
of contents, refrains, quotations and parallel lines are kept, so they are negative, like lines that the
reader did not mark as copies. Page numbers were not marked as copies: those that the reader called navigation
count as running heads.

It is evaluated by ten folds of whole groups of sites, and compared with the share of positives of each kind.
The effect on decisions is reported too: which kept copies would be above a given probability.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from benchmarks.environment import made
from benchmarks.files import RESULTS, write_json
from benchmarks.labels.kinds.records import FOLDER, KindLabels, check_lines, drawn, read
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.lines import lines_of
from benchmarks.measures.metrics import calibration_error
from detector import Detector
from detector.records import COPY_KINDS, Floats64
from detector.results.copy_probability import EVIDENCE, WEIGHTS, copy_evidence
from detector.results.lines import EVEN
from detector.settings import DROPPED_COPIES
from detector.text.page import Page

# Later readings of a page replace earlier ones. Locked ones are not used.
READINGS: Final = ("refined", "second", "first")
TAKEN_OUT: Final = ("headline", "prefix", "running-head", "block", "teaser")
FOLDS: Final = 10
# The inverse regularisation strength: from .003 to 1, the out-of-fold log loss changes by .007.
REGULARISATION: Final = 0.03
BINS: Final = 10
LIMITS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
PLACES: Final = 5


class Copies(NamedTuple):
    """Copies of all labelled pages: evidence, kind, score, whether it is dropped, and group of each."""

    evidence: Floats64
    kind: NDArray[np.str_]
    score: Floats64
    goes: NDArray[np.bool_]
    group: NDArray[np.str_]


def _is_taken_out(labels: KindLabels, line: int, kind: str) -> bool:
    if kind == "running-head" and labels.kinds[line] == "navigation":
        return True
    return line in labels.copies and labels.copies[line].sort in TAKEN_OUT


def _of_page(detector: Detector, html: bytes | None, text: str, labels: KindLabels) -> Iterator[Any]:
    """Yield evidence, kind, score and label of each copy of a page."""
    page = Page.read(text, "text") if html is None else Page.read(html, "html")
    scored = detector.score_batch([page])[0]._lines
    assert scored is not None
    first = scored.line[:, 2]
    has_rows = np.diff(np.append(first, scored.scores.size)) > 0
    number = np.cumsum(has_rows) - 1  # blank lines have no labels
    rows, table = copy_evidence(scored)
    for row, known in zip(rows.tolist(), table, strict=True):
        line = int(number[np.searchsorted(first, row, side="right") - 1])
        kind = COPY_KINDS[int(scored.segment[row, 6])]
        yield known, kind, float(scored.scores[row]), _is_taken_out(labels, line, kind)


def labelled_copies() -> Copies:
    """Return the copies that our structure finds on the labelled pages."""
    labels = {row.page: row for name in READINGS for row in read(FOLDER / f"{name}.jsonl")}
    group = {row["page"]: row["group"] for row in drawn()}
    detector, found = Detector(), []
    for name, page in sorted(pages_named(set(labels)).items()):
        check_lines(labels[name], [line.text for line in lines_of(page)])
        copies = _of_page(detector, page.html, page.text or "", labels[name])
        found += [(*copy, group[name]) for copy in copies]
    return Copies(*(np.array(column) for column in zip(*found, strict=True)))


def fitted(copies: Copies, rows: NDArray[np.intp]) -> tuple[Floats64, float]:
    """Return the weights of the evidence and the intercept, fitted to some of the copies."""
    table = copies.evidence[rows]
    spread = table.std(axis=0)
    spread[spread == 0] = 1
    fit = LogisticRegression(C=REGULARISATION, max_iter=2000).fit(table / spread, copies.goes[rows])
    return fit.coef_[0] / spread, float(fit.intercept_[0])


def out_of_fold(copies: Copies) -> tuple[Floats64, Floats64]:
    """Return the probability of each copy by fits without its group, and by its kind only."""
    probability, by_kind = np.zeros(copies.goes.size), np.zeros(copies.goes.size)
    for learned, judged in GroupKFold(FOLDS).split(copies.evidence, groups=copies.group):
        weights, intercept = fitted(copies, learned)
        probability[judged] = 1 / (1 + np.exp(-intercept - copies.evidence[judged] @ weights))
        for kind in set(copies.kind[judged].tolist()):
            goes = copies.goes[learned][copies.kind[learned] == kind]
            by_kind[judged[copies.kind[judged] == kind]] = (goes.sum() + 1) / (goes.size + 2)
    return probability, by_kind


def measures(copies: Copies, probability: Floats64) -> dict[str, float]:
    """Return measures of probabilities."""
    return {
        "log_loss": round(float(log_loss(copies.goes, probability)), 3),
        "auc": round(float(roc_auc_score(copies.goes, probability)), 3),
        "calibration_error": round(calibration_error(probability, copies.goes), 3),
    }


def bins(copies: Copies, probability: Floats64) -> list[dict[str, float]]:
    """Return expected and true shares in bins of equal size."""
    parts = np.array_split(np.argsort(probability, kind="stable"), BINS)
    return [
        {
            "copies": part.size,
            "expected": round(float(probability[part].mean()), 3),
            "taken_out": round(float(copies.goes[part].mean()), 3),
        }
        for part in parts
    ]


def in_decisions(copies: Copies, probability: Floats64) -> list[dict[str, float]]:
    """Return which kept copies would be dropped by probability, and how many of them correctly.

    Scores decide about most of these lines already: `kept` are those with a score below .5.
    """
    stays = ~np.isin(copies.kind, DROPPED_COPIES) | (copies.kind == "repeat")
    found = []
    for limit in LIMITS:
        goes = stays & (probability >= limit)
        kept = goes & (copies.score < EVEN)
        counts = {"copies": goes, "right": goes & copies.goes, "kept": kept, "kept_right": kept & copies.goes}
        found.append({"limit": limit, **{name: int(rows.sum()) for name, rows in counts.items()}})
    return found


@click.command()
def command() -> None:
    """Fit the probability of copies, evaluate it out of fold, and write both.

    \b
    Examples:
      python -m benchmarks train copies
    """
    copies = labelled_copies()
    probability, by_kind = out_of_fold(copies)
    weights, intercept = fitted(copies, np.arange(copies.goes.size))
    counts = {
        "copies": copies.goes.size,
        "taken_out": int(copies.goes.sum()),
        "groups": len(set(copies.group)),
    }
    head = {
        "program": "python -m benchmarks train copies",
        **counts,
        "out_of_fold": measures(copies, probability),
    }
    rounded = {name: round(float(weight), PLACES) for name, weight in zip(EVIDENCE, weights, strict=True)}
    write_json(WEIGHTS, {**head, "intercept": round(intercept, PLACES), "weights": rounded})
    result = {
        **made(),
        **counts,
        "by_kind": {
            kind: [count, int(copies.goes[copies.kind == kind].sum())]
            for kind, count in Counter(copies.kind.tolist()).most_common()
        },
        "probability": measures(copies, probability),
        "kind_alone": measures(copies, by_kind),
        "bins": bins(copies, probability),
        "decisions": in_decisions(copies, probability),
    }
    write_json(RESULTS / "copy-probability.json", result)
    click.echo(f"{counts}: {result['probability']}, by kind alone {result['kind_alone']}")
