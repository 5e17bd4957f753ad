"""Writes the files of an index so that a killed run leaves the old index intact.

A segment is written under a temporary name and renamed when it is complete. index.json is written last, in
the same way; then segments that it no longer names are removed.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from detector.errors import SettingsError
from detector.files.atomic import new_folder, write_json
from detector.near_duplicates.index.files import INDEX_FILE, SEGMENT, checksum, read_manifest

LOCK_FILE: Final = "lock"

# The arrays of a segment by name, each in consecutive parts.
Parts = Mapping[str, Sequence[NDArray[Any]]]


def _write_array(path: Path, parts: Sequence[NDArray[Any]]) -> list[int]:
    """Write one array; return its file's size and checksum."""
    shape = (sum(part.shape[0] for part in parts), *parts[0].shape[1:])
    header = {
        "descr": np.lib.format.dtype_to_descr(parts[0].dtype),
        "fortran_order": False,
        "shape": shape,
    }
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for part in parts:
            np.ascontiguousarray(part).tofile(file)
    return [path.stat().st_size, checksum(path)]


def write_segment(folder: Path, name: str, arrays: Parts) -> dict[str, Any]:
    """Write a segment; return its row in the manifest."""
    final = folder / name
    if final.exists():
        shutil.rmtree(final)  # complete, but not in any index.json
    with new_folder(final) as place:
        files = {
            array_name: _write_array(place / f"{array_name}.npy", parts)
            for array_name, parts in arrays.items()
        }
    return {"name": name, "texts": sum(part.size for part in arrays["id_end"]), "files": files}


@contextmanager
def writing(folder: Path, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Let only one run at a time change an index, and only if it has read the current state.

    The lock ends with the process that holds it, so a killed run leaves none. Raises `SettingsError` if
    another run is changing the index, or has changed it since the manifest was read.
    """
    try:
        with FileLock(folder / LOCK_FILE, timeout=0):
            _check_unchanged(folder, manifest)
            yield
    except Timeout:
        raise SettingsError(f"{folder} is being changed by another run: try again later") from None


def _check_unchanged(folder: Path, manifest: Mapping[str, Any]) -> None:
    if read_manifest(folder) != manifest:
        raise SettingsError(f"{folder} was changed by another run: open it again")


def accept(folder: Path, manifest: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Replace index.json, and remove files that the new one does not name."""
    _check_unchanged(folder, before)
    write_json(folder / INDEX_FILE, manifest)
    named = {row["name"] for row in manifest["segments"]}
    for path in folder.iterdir():
        # Files left by a killed run have the number of its process after the name.
        if SEGMENT.fullmatch(path.name.split(".")[0]) and path.name not in named:
            shutil.rmtree(path, ignore_errors=True)  # in use by a reader on Windows: the next run tries again
