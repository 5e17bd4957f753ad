"""How certain each weight of a model is: all that a model folder stores about its training lines.

It is a file of numbers, without text. Scoring does not read it.
"""

from pathlib import Path
from typing import Final

import numpy as np

from detector.errors import ModelFormatError, in_words
from detector.features.phrases import BUCKETS
from detector.files.arrays import array_of, zip_members
from detector.files.atomic import new_file
from detector.model.files import PRECISION_FILE as FILE
from detector.records import Floats

FORMAT: Final = 1
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
    if not path.exists():
        return None
    try:
        arrays = {name: array_of(data) for name, data in zip_members(path, MOST_BYTES).items()}
        number, phrases = int(arrays["format.npy"]), arrays["phrases.npy"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFormatError(
            f"{path} is damaged ({in_words(error)}); get the model again, or delete this file"
        ) from None
    if number != FORMAT:
        raise ModelFormatError(
            f"{path} has format {number}; this version reads {FORMAT}: get the model again"
        )
    whole = phrases.shape == (BUCKETS,) and phrases.dtype == np.float16
    if not whole or not np.isfinite(phrases).all() or (phrases < 0).any():
        raise ModelFormatError(
            f"{path} does not hold {BUCKETS} precisions: get the model again, or delete this file"
        )
    precision: Floats = phrases.astype(np.float32)
    return precision
