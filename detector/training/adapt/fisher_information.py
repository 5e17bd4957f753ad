"""How certain each phrase weight of a model is, after its training lines.

It is a file of numbers, without text. Scoring does not read it.
"""

from pathlib import Path
from typing import Final

import numpy as np

from detector.errors import ModelFormatError
from detector.features.phrases import BUCKETS
from detector.files.atomic import new_file
from detector.model.files import PRECISION_FILE as FILE
from detector.records import Floats
from detector.training.adapt.memory_files import FORMAT, remembered

# The largest number in half precision. Weights that are this certain do not change anyway.
MOST: Final = 60_000.0
# The most bytes of the file: 2^18 half-precision numbers and a header.
MOST_BYTES: Final = 1_000_000


def save_precision(precision: Floats, folder: Path) -> None:
    """Write the precisions to the folder of a model. The file appears when it is complete."""
    stored = np.minimum(precision, MOST).astype(np.float16)
    with new_file(folder / FILE) as file:
        np.savez_compressed(file, format=np.array(FORMAT), phrases=stored)


def load_precision(folder: Path) -> Floats | None:
    """Return float32 (2^18,), or None if the folder has none.

    Raises `ModelFormatError` for a file that is damaged or something else.
    """
    path = folder / FILE
    arrays = remembered(path, MOST_BYTES)
    if arrays is None:
        return None
    phrases = arrays.get("phrases")
    if phrases is None:
        raise ModelFormatError(
            f"{path} is damaged (it has no 'phrases'); get the model again, or delete this file"
        )
    whole = phrases.shape == (BUCKETS,) and phrases.dtype == np.float16
    if not whole or not np.isfinite(phrases).all() or (phrases < 0).any():
        raise ModelFormatError(
            f"{path} does not hold {BUCKETS} precisions: get the model again, or delete this file"
        )
    precision: Floats = phrases.astype(np.float32)
    return precision
