"""The contents of a segment of an index."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.near_duplicates.index.containment_search import shingle_codes
from detector.near_duplicates.index.files import Segment, band_name
from detector.near_duplicates.index.search import Earlier, NewTexts, band_rows, equal_rows
from detector.near_duplicates.index.writing import Parts
from detector.near_duplicates.jaccard.shingle_sets import shingle_sets
from detector.near_duplicates.keep_policy import copies_of
from detector.records import Integers
from detector.settings import DuplicateSettings

# The number of texts whose sets are made together.
TOGETHER = 2048


def id_hashes(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Return uint64 (texts,): hashes of ids, the same in every version."""
    digests = [hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest() for name in ids]
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def taken_ids(ids: Sequence[str], segments: Sequence[Segment]) -> NDArray[np.bool_]:
    """Return bool (texts,): whether the id is in a segment, or earlier among these."""
    hashes, seen = id_hashes(ids), set[str]()
    taken = np.zeros(len(ids), np.bool_)
    for row, name in enumerate(ids):
        taken[row] = name in seen
        seen.add(name)
    for segment in segments:
        known = segment.arrays["id_hash"]
        if known.size:
            at = np.minimum(np.searchsorted(known, hashes), known.size - 1)
            for row in np.flatnonzero(known[at] == hashes).tolist():
                taken[row] |= segment.id_of(int(segment.arrays["id_row"][at[row]])) == ids[row]
    return taken


def _sorted_ids(ids: Sequence[str]) -> Parts:
    encoded = [name.encode("utf-8", "replace") for name in ids]
    hashes = id_hashes(ids)
    order = np.argsort(hashes, kind="stable")
    return {
        "id_bytes": [np.frombuffer(b"".join(encoded), np.uint8)],
        "id_end": [np.cumsum([len(name) for name in encoded], dtype=np.int64)],
        "id_hash": [hashes[order]],
        "id_row": [order],
    }


def _sets(
    new: NewTexts, firsts: Integers, settings: DuplicateSettings
) -> tuple[Integers, list[NDArray[Any]]]:
    """Return int64 (texts,) sizes of the sets, and their keys, for texts that are not copies."""
    size, keys = np.zeros(len(new.texts), np.int64), [np.zeros(0, np.uint64)]
    for first in range(0, firsts.size, TOGETHER):
        rows = firsts[first : first + TOGETHER]
        sets = shingle_sets(new.texts.fetch(rows), settings)
        size[rows] = np.diff(sets.start)
        keys.append(sets.keys)
    return size, keys


def segment_arrays(
    new: NewTexts,
    earlier: Earlier,
    taken: NDArray[np.bool_],
    settings: DuplicateSettings,
    *,
    containment: bool = False,
) -> Parts:
    """Return the arrays of a segment for the new texts whose id is not in use.

    For containment there is one band, with a code for each shingle.
    """
    added = np.flatnonzero(~taken)
    row_of = np.cumsum(~taken) - 1
    unknown = np.flatnonzero(~taken & ~earlier.known)
    digest = new.sketches.digest[unknown]
    firsts = unknown[copies_of(digest, np.arange(unknown.size)).first == np.arange(unknown.size)]
    size, keys = _sets(new, firsts, settings)
    order = np.argsort(new.sketches.digest[firsts, 0], kind="stable")
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size[added])])
    parts: dict[str, Sequence[NDArray[Any]]] = {
        **_sorted_ids([new.ids[at] for at in added.tolist()]),
        "digest": [new.sketches.digest[firsts[order]]],
        "digest_row": [row_of[firsts[order]]],
        "set_start": [start],
        "set_keys": keys,
    }
    if containment:
        owner = np.repeat(row_of[firsts], size[firsts])
        return {**parts, band_name(0): [shingle_codes(np.concatenate(keys), owner)]}
    banded = firsts[new.sketches.shingles[firsts] > 0]
    for band in range(new.sketches.keys.shape[1]):
        codes = new.sketches.keys[banded, band].astype(np.uint64) << np.uint64(32)
        parts[band_name(band)] = [np.sort(codes | row_of[banded].astype(np.uint64))]
    return parts


def without(segment: Segment, taken: NDArray[np.bool_], segments: Sequence[Segment]) -> Parts:
    """Return the arrays of a segment in which taken rows, and texts of other segments, cannot be found.

    Rows keep their numbers. A text with equal words elsewhere keeps its id.
    """
    arrays = dict(segment.arrays)
    row = arrays["digest_row"]
    stays = ~taken[row]
    for other in segments:
        stays &= equal_rows(arrays["digest"], other) < 0
    hidden = taken.copy()
    hidden[row[~stays]] = True
    arrays["digest"], arrays["digest_row"] = arrays["digest"][stays], row[stays]
    kept = ~taken[arrays["id_row"]]
    arrays["id_hash"], arrays["id_row"] = arrays["id_hash"][kept], arrays["id_row"][kept]
    for name, array in arrays.items():
        if name.startswith("band-"):
            arrays[name] = array[~hidden[band_rows(segment, array)]]
    return {name: [array] for name, array in arrays.items()}


def combined(one: Segment, two: Segment) -> Parts:
    """Return the arrays of a segment with the contents of two, first the rows of the first."""
    first, second = one.arrays, two.arrays
    parts: dict[str, Sequence[NDArray[Any]]] = {
        "id_bytes": [first["id_bytes"], second["id_bytes"]],
        "id_end": [first["id_end"], second["id_end"] + first["id_bytes"].size],
        "set_start": [first["set_start"], second["set_start"][1:] + first["set_start"][-1]],
        "set_keys": [first["set_keys"], second["set_keys"]],
    }
    for sorted_name, row_name in (("id_hash", "id_row"), ("digest", "digest_row")):
        keys = np.concatenate([first[sorted_name], second[sorted_name]])
        rows = np.concatenate([first[row_name], second[row_name] + one.texts])
        order = np.argsort(keys if keys.ndim == 1 else keys[:, 0], kind="stable")
        parts |= {sorted_name: [keys[order]], row_name: [rows[order]]}
    for name, codes in first.items():
        if name.startswith("band-"):
            parts[name] = [np.sort(np.concatenate([codes, second[name] + np.uint64(one.texts)]))]
    return parts
