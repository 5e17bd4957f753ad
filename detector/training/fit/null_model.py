"""Placeholders in a model for a format without training pages: networks with constant output."""

import numpy as np

from detector.features.schema import HTML_BLOCKS, HTML_CONTEXT, Blocks, names
from detector.model.arrays import blocks_of
from detector.model.network import UNITS, Calibration, Network, OperatingPoints, Scorer
from detector.model.operating_points import THRESHOLDS


def _silent_network(blocks: Blocks) -> Network:
    """Return a network with constant output."""
    width = len(names(blocks))
    zeros, units = np.zeros(width, np.float32), np.zeros(UNITS, np.float32)
    hidden = np.zeros((UNITS, width), np.float32)
    return Network(zeros, zeros, hidden, units, units, np.zeros(1, np.float32), *blocks_of(blocks))


def silent_html() -> Scorer:
    """Return the scorer for HTML of a model without HTML pages: every score is .5."""
    even = Calibration(np.array([-1, 1], np.float32), np.array([0.5, 0.5], np.float32))
    points = OperatingPoints(np.ones(THRESHOLDS, np.float32), np.full(THRESHOLDS, 0.5, np.float32))
    return Scorer(_silent_network(HTML_BLOCKS), _silent_network(HTML_CONTEXT), even, points)
