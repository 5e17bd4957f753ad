"""From a goal to a threshold, by the out-of-fold results of each threshold."""

import numpy as np

from detector.errors import SettingsError
from detector.model.network import OperatingPoints
from detector.settings import Settings

THRESHOLDS = 1001


def threshold_of(settings: Settings, points: OperatingPoints) -> float | None:
    """Return the threshold for the settings, or None if each page gets its own.

    Raises `SettingsError` for a goal that no threshold reaches.
    """
    if settings.threshold is not None:
        return settings.threshold
    if settings.precision is not None:
        reached = np.flatnonzero(points.precise >= settings.precision)
        if not reached.size:
            best = float(points.precise.max())
            raise SettingsError(
                f"no threshold reached a precision of {settings.precision}; the best is {best:.3f}"
            )
        return int(reached[-1]) / (THRESHOLDS - 1)
    recall = settings.recall if settings.lose_at_most is None else 1 - settings.lose_at_most
    if recall is None:
        return None
    reached = np.flatnonzero(points.kept >= recall)
    return (int(reached[0]) if reached.size else THRESHOLDS - 1) / (THRESHOLDS - 1)
