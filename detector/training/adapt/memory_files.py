"""The files of numbers that a model's folder has for adapting: one way to read them."""

from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from detector.errors import ModelFormatError, in_words
from detector.files.arrays import array_of, zip_members

# The version of both files; they have it as the array "format".
FORMAT: Final = 1


def remembered(path: Path, most_bytes: int) -> dict[str, NDArray[Any]] | None:
    """Return the arrays of a file by name, or None if there is no such file.

    Raises `ModelFormatError` for a file that is damaged or something else. most_bytes: unpacked
    """
    if not path.exists():
        return None
    try:
        members = zip_members(path, most_bytes)
        arrays = {name.removesuffix(".npy"): array_of(data) for name, data in members.items()}
        number = int(arrays["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFormatError(
            f"{path} is damaged ({in_words(error)}); get the model again, or delete this file"
        ) from None
    if number != FORMAT:
        raise ModelFormatError(
            f"{path} has format {number}; this version reads {FORMAT}: get the model again"
        )
    return arrays
