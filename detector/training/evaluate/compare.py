"""Compares two models on the same pages, page by page."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from detector.training.evaluate.bootstrap import interval_of_difference, ratio
from detector.training.evaluate.judge import Judged, figures

# How many of the most changed pages to name, in each direction.
SHOWN: Final = 5


def compared(one: Judged, two: Judged) -> dict[str, Any]:
    """Return the differences in figures from the first to the second model, and the most changed pages.

    Both have judged the same pages. Intervals are for the difference, with sites drawn.
    """
    first, second = figures(one.examples, one.kept), figures(two.examples, two.kept)
    out: dict[str, Any] = {"pages": len(one.examples.pages)}
    for name in first:
        low, high = interval_of_difference(first[name], second[name])
        out[name] = {
            "before": ratio(first[name]),
            "after": ratio(second[name]),
            "difference": ratio(second[name]) - ratio(first[name]),
            "difference_90": [low, high],
        }
    change = second["words_f1"].over - first["words_f1"].over
    order = np.argsort(change, kind="stable")
    names = [page.id for page in one.examples.pages]
    out["pages_better"], out["pages_worse"] = int((change > 0).sum()), int((change < 0).sum())
    out["most_worse"] = [_page(names, change, at) for at in order[:SHOWN] if change[at] < 0]
    out["most_better"] = [_page(names, change, at) for at in order[::-1][:SHOWN] if change[at] > 0]
    return out


def _page(names: Sequence[str], change: np.ndarray, at: int) -> dict[str, Any]:
    return {"page": names[int(at)], "words_f1": round(float(change[at]), 4)}
