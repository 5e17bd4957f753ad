"""Adam, a method for stochastic optimisation (Kingma and Ba 2015)."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from detector.records import Floats

FIRST_MOMENT: Final = np.float32(0.9)
SECOND_MOMENT: Final = np.float32(0.999)
LEAST: Final = np.float32(1e-8)


class Adam:
    """The state of the optimiser: means of gradients and of their squares."""

    def __init__(self, layers: Sequence[Floats], rate: float) -> None:
        self.rate, self.steps = rate, 0
        self.mean = [np.zeros_like(weights) for weights in layers]
        self.square = [np.zeros_like(weights) for weights in layers]

    def step(self, layers: Sequence[Floats], slopes: Sequence[Floats]) -> None:
        """Update the weights in place."""
        self.steps += 1
        first, second = 1 - FIRST_MOMENT**self.steps, 1 - SECOND_MOMENT**self.steps
        rate = np.float32(self.rate * np.sqrt(second) / first)
        for weights, slope, mean, square in zip(layers, slopes, self.mean, self.square, strict=True):
            mean += (1 - FIRST_MOMENT) * (slope - mean)
            square += (1 - SECOND_MOMENT) * (slope * slope - square)
            weights -= rate * mean / (np.sqrt(square) + LEAST)
