"""Two models on the same pages, page by page."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from detector.training.evaluate.bootstrap import interval_of_difference, ratio
from detector.training.evaluate.judge import Judged, figures

# Pages named as those that changed most, each way.
SHOWN: Final = 5


def compared(one: Judged, two: Judged) -> dict[str, Any]:
    """Return the second model's figures minus the first's, with intervals, and the pages that changed most.

    Both have judged the same pages; intervals are of the difference, drawn by site.
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
