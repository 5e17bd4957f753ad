"""How much adapting closes the gap between a model without a language and one with it."""

from typing import Any

import numpy as np


def closed(language: dict[str, Any], read: str, figure: str, what: str) -> float:
    """Return the share of the gap between the two models that adapting closed, as the mean of the draws."""
    before, after = language["without"][read][figure], language["with"][read][figure]
    reached = float(np.mean([draw[what][read][figure] for draw in language["draws"]]))
    return float((reached - before) / (after - before))
