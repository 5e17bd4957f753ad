"""Rows of the original training, kept with a model, so that its networks can be adapted without forgetting.

A network that learns new pages alone forgets the old ones (McCloskey and Cohen 1989). So a model folder may
have a sample of the rows that its networks for text learned from (`replay.npz`). A row is what a network sees
of one line: numbers such as its length, its position and the log-odds of its phrases. There are no words and
no hashes in it, so no text can be restored. Scoring does not read the file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError
from detector.features.schema import Blocks, names
from detector.files.atomic import new_file
from detector.model.arrays import TABLES
from detector.model.files import REPLAY_FILE as FILE
from detector.model.network import CLIP
from detector.records import Floats
from detector.training.adapt.memory_files import FORMAT, remembered
from detector.training.fit.networks import scale_of

# The largest code of a feature.
MOST: Final = 255
# The most bytes of the file, unpacked.
MOST_BYTES: Final = 16_000_000


class Rows(NamedTuple):
    """A sample of the rows of a feature table, one byte a feature: `low + step * code`.

    low, step: float32 (F,); codes: uint8 (N, F)
    """

    low: Floats
    step: Floats
    codes: NDArray[np.uint8]

    def table(self) -> Floats:
        """Return float32 (N, F): the features, to within half a step."""
        return self.low + self.step * self.codes.astype(np.float32)


class Replay(NamedTuple):
    """Rows that the two networks for text learned from."""

    first: Rows
    second: Rows


def rows_of(table: Floats, chosen: NDArray[np.int64]) -> Rows:
    """Return the chosen rows of a table. Outliers are clipped, as the networks clip them."""
    mean, scale = scale_of(table)
    spread = CLIP / np.where(scale > 0, scale, np.inf)
    low = np.maximum(mean - spread, table.min(axis=0))
    high = np.minimum(mean + spread, table.max(axis=0))
    step = (np.maximum(high - low, 0) / MOST).astype(np.float32)
    inside = np.clip(table[chosen], low, high) - low
    codes = np.round(inside / np.where(step > 0, step, 1)).astype(np.uint8)
    return Rows(low.astype(np.float32), step, codes)


def save_replay(replay: Replay, folder: Path) -> None:
    """Write the rows to the folder of a model. The file appears when it is complete."""
    arrays = {
        f"{network}_{field}": array
        for network, rows in replay._asdict().items()
        for field, array in rows._asdict().items()
    }
    with new_file(folder / FILE) as file:
        np.savez_compressed(file, format=np.array(FORMAT), **arrays)


def load_replay(folder: Path) -> Replay | None:
    """Return the rows of a model, or None if the folder has none.

    Raises `ModelFormatError` for a file that is damaged or something else.
    """
    path = folder / FILE
    arrays = remembered(path, MOST_BYTES)
    if arrays is None:
        return None
    return Replay(*(_rows(path, arrays, network, TABLES[f"text_{network}"]) for network in Replay._fields))


def _rows(path: Path, arrays: Mapping[str, NDArray[Any]], network: str, blocks: Blocks) -> Rows:
    """Return the rows of a network; raises `ModelFormatError` if they are not of its columns."""
    columns = len(names(blocks))
    low, step, codes = (arrays.get(f"{network}_{field}") for field in Rows._fields)
    if low is None or step is None or codes is None:
        raise ModelFormatError(
            f"{path} has no rows for the {network} network: get the model again, or delete this file"
        )
    fits = low.shape == step.shape == (columns,) and codes.ndim == 2 and codes.shape[1] == columns
    plain = low.dtype.kind == step.dtype.kind == "f" and codes.dtype == np.uint8
    if not fits or not plain or not np.isfinite(low).all() or not np.isfinite(step).all() or not codes.size:
        raise ModelFormatError(
            f"{path} does not hold rows of {columns} features for the {network} network: "
            "get the model again, or delete this file"
        )
    return Rows(low.astype(np.float32), step.astype(np.float32), codes)
