"""The files of an index: one JSON file and folders of arrays; nothing is ever unpickled.

`FORMAT` is the number of the layout described here. To change the layout: raise it, keep
the reader of the old number with a test that reads an old index, and write it down here.

    1  index.json: format, settings, bands, and for each segment its texts, and size and
       CRC-32 of each file
       segment-NNNNNN/: what a run added, or several did, never changed after
         id_bytes, id_end        uint8; int64 (texts,): ids in UTF-8, end to end
         id_hash, id_row         uint64, int64 (texts,): sorted hashes of ids and their rows
         digest, digest_row      uint64 (firsts, 2), int64: sorted, of texts that no earlier
                                 one equals
         set_start, set_keys     int64 (texts + 1,), uint64: hashed shingles of those texts
         band-NNN                uint64: sorted, band key in the upper half, row in the lower; of an index
                                 of "measure": "containment" there is one, and each shingle is a key

`index_writing` writes them.
"""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError
from detector.files.arrays import mapped_array

FORMAT: Final = 1
INDEX_FILE: Final = "index.json"
SEGMENT: Final = re.compile(r"segment-\d{6}")
# Larger files are checked by size, type, shape and every value that is used, and as a whole only on request:
# a query should not read gigabytes.
CHECKED_BYTES: Final = 64_000_000
CHUNK: Final = 1 << 20
# An index.json that is larger is refused before it is read.
MOST_JSON: Final = 50_000_000

DTYPES: Final[Mapping[str, tuple[Any, int]]] = {
    "id_bytes": (np.uint8, 1),
    "id_end": (np.int64, 1),
    "id_hash": (np.uint64, 1),
    "id_row": (np.int64, 1),
    "digest": (np.uint64, 2),
    "digest_row": (np.int64, 1),
    "set_start": (np.int64, 1),
    "set_keys": (np.uint64, 1),
}
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Segment:
    """The texts added by one run, or by several; `arrays` by name, in files."""

    place: Path
    texts: int
    arrays: Arrays

    def band(self, number: int) -> NDArray[np.uint64]:
        """Return the sorted codes of a band."""
        return self.arrays[band_name(number)]

    def id_of(self, row: int) -> str:
        """Return a text's id."""
        ends = self.arrays["id_end"]
        start = int(ends[row - 1]) if row else 0
        return bytes(self.arrays["id_bytes"][start : int(ends[row])]).decode("utf-8", "replace")

    def ids(self) -> list[str]:
        """Return the ids of all rows."""
        return [self.id_of(row) for row in range(self.texts)]

    def listed(self) -> NDArray[np.bool_]:
        """Return bool (texts,): whether a row has the id of its text (after merging it may not)."""
        found = np.zeros(self.texts, np.bool_)
        found[self.arrays["id_row"]] = True
        return found


def band_name(number: int) -> str:
    """Return the name of a band's array."""
    return f"band-{number:03}"


def broken(path: Path, what: str) -> ModelFormatError:
    """Return the error of a file that cannot be used."""
    return ModelFormatError(f"{path}: {what}; create the index again, or restore a backup")


def checksum(path: Path) -> int:
    """Return the CRC-32 of a file."""
    found = 0
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            found = zlib.crc32(piece, found)
    return found


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the contents of index.json, checked; raises `ModelFormatError`."""
    path = folder / INDEX_FILE
    try:
        if path.stat().st_size > MOST_JSON:
            raise broken(path, "too large for what it should say")
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelFormatError(
            f"{folder} has no index ({INDEX_FILE} is missing): name another folder"
        ) from None
    except OSError as error:
        raise ModelFormatError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise broken(path, "not JSON") from None
    if not isinstance(found, dict) or "format" not in found:
        raise broken(path, "not an index of near-duplicates")
    if found["format"] != FORMAT:
        raise ModelFormatError(
            f"{path} has format {found['format']!r}, and this version reads {FORMAT}: "
            "create the index again, or use the version that made it"
        )
    segments = found.get("segments")
    if not isinstance(segments, list) or not all(_is_segment(row) for row in segments):
        raise broken(path, "its list of segments is damaged")
    return found


def _is_segment(row: Any) -> bool:  # noqa: ANN401
    """Tell whether a row of the manifest has the right form; no name may lead out of the folder."""
    if not isinstance(row, dict) or not isinstance(row.get("files"), dict):
        return False
    named = isinstance(row.get("name"), str) and SEGMENT.fullmatch(row["name"])
    files = all(
        isinstance(file, list) and len(file) == 2 and all(isinstance(number, int) for number in file)
        for file in row["files"].values()
    )
    return bool(named and files and isinstance(row.get("texts"), int) and 0 <= row["texts"] < 1 << 32)


def _array(path: Path, size: int, crc: int, check: bool) -> NDArray[Any]:
    """Return one array, from its file."""
    try:
        if path.stat().st_size != size:
            raise broken(path, "it has another size than index.json says")
        if (check or size <= CHECKED_BYTES) and checksum(path) != crc:
            raise broken(path, "its content is damaged")
        array = mapped_array(path)
    except FileNotFoundError:
        raise broken(path, "missing") from None
    except OSError as error:
        raise broken(path, f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise broken(path, "not an array of numbers") from None
    return array


def read_segment(folder: Path, row: Mapping[str, Any], bands: int, check: bool) -> Segment:
    """Return one segment; raises `ModelFormatError` for anything invalid."""
    place = folder / row["name"]
    wanted = {**DTYPES, **{band_name(band): (np.uint64, 1) for band in range(bands)}}
    arrays: Arrays = {}
    for name, (dtype, dimensions) in wanted.items():
        if name not in row["files"]:
            raise broken(folder / INDEX_FILE, f"it does not list {name} of {row['name']}")
        path = place / f"{name}.npy"
        arrays[name] = array = _array(path, row["files"][name][0], row["files"][name][1], check)
        if array.dtype != dtype or array.ndim != dimensions:
            raise broken(path, f"not an array of {np.dtype(dtype).name} with {dimensions} dimensions")
    segment = Segment(place, row["texts"], arrays)
    _check_values(segment)
    return segment


def _check_values(segment: Segment) -> None:
    """Raise `ModelFormatError` if the numbers would lead out of the arrays."""
    place, arrays, texts = segment.place, segment.arrays, segment.texts
    borders = {"id_end": arrays["id_bytes"].size, "set_start": arrays["set_keys"].size}
    sizes = {"id_end": texts, "id_hash": arrays["id_row"].size, "set_start": texts + 1}
    for name, size in sizes.items():
        if arrays[name].size != size:
            raise broken(place / f"{name}.npy", f"{arrays[name].size} numbers instead of {size}")
    for name, last in borders.items():
        ends = arrays[name]
        if ends.size and (int(ends[0]) < 0 or int(ends[-1]) != last or bool((ends[1:] < ends[:-1]).any())):
            raise broken(place / f"{name}.npy", "its places do not rise to the end")
    if arrays["digest"].shape != (arrays["digest_row"].size, 2):
        raise broken(place / "digest.npy", "it has another number of rows than digest_row")
    for name in ("id_row", "digest_row"):
        rows = arrays[name]
        if rows.size and not 0 <= int(rows.min()) <= int(rows.max()) < texts:
            raise broken(place / f"{name}.npy", "it names rows that are not there")
