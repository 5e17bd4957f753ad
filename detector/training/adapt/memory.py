"""What a model's folder remembers of its training, so that it can be adapted: numbers, no text."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from detector.features.phrases import BUCKETS
from detector.records import Floats
from detector.training.adapt.fisher_information import load_precision, save_precision
from detector.training.adapt.replay import Replay, load_replay, save_replay


class Memory(NamedTuple):
    """What is remembered.

    precision: float32 (buckets,), how certain each phrase weight is; None if it is unknown
    replay: rows that the networks learned from; None if there are none, then networks are not adapted
    """

    precision: Floats | None = None
    replay: Replay | None = None

    def precisions(self) -> Floats:
        """Return the precisions, 1 if they are unknown."""
        return np.ones(BUCKETS, np.float32) if self.precision is None else self.precision

    def save(self, folder: Path) -> None:
        """Write what is remembered to the folder of a model."""
        if self.precision is not None:
            save_precision(self.precision, folder)
        if self.replay is not None:
            save_replay(self.replay, folder)


def load_memory(folder: Path) -> Memory:
    """Return what the folder of a model remembers; raises `ModelFormatError` for a damaged file."""
    return Memory(load_precision(folder), load_replay(folder))
