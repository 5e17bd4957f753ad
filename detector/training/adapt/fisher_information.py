"""What a model folder keeps of the lines that it was trained on: how surely each weight is known.

A file beside the model, which scoring never reads. It holds numbers only, no text.
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
# The most that half precision holds; weights that sure do not move anyway.
MOST: Final = 60_000.0
# The file is never larger: 2^18 half-precision numbers and a head.
MOST_BYTES: Final = 1_000_000


def save_precision(precision: Floats, folder: Path) -> None:
    """Write the precisions into a model's folder; the file appears when it is whole."""
    stored = np.minimum(precision, MOST).astype(np.float16)
    with new_file(folder / FILE) as file:
        np.savez_compressed(file, format=np.array(FORMAT), phrases=stored)


def load_precision(folder: Path) -> Floats | None:
    """Return float32 (2^18,), or None where the folder has none.

    Raises `ModelFormatError` for a file that is not whole or not ours.
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
