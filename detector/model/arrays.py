"""From the arrays of a model file to records. Every name, shape and number is checked."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError
from detector.features.schema import (
    HTML_BLOCKS,
    HTML_CONTEXT,
    SITE_BLOCKS,
    TEXT_BLOCKS,
    TEXT_CONTEXT,
    Blocks,
    block_codes,
    names,
)
from detector.model import page_kinds as kinds_of
from detector.model.line_kinds import BLOCKS, EMBEDDING, NGRAM_BITS, TOKEN_BITS, LineKindNetwork, columns_of
from detector.model.network import UNITS, Calibration, Network, OperatingPoints, Scorer, SiteStep
from detector.model.operating_points import THRESHOLDS
from detector.model.page_kinds import KindWeights
from detector.records import LINE_KINDS

Arrays = Mapping[str, NDArray[Any]]

# The arrays of a network in a file; the blocks of its columns follow from their names.
NETWORK_FIELDS: Final = Network._fields[:-2]

# The arrays of a network for kinds of lines; its columns follow from their names.
KIND_FIELDS: Final = tuple(name for name in LineKindNetwork._fields if not name.endswith("_columns"))
BYTES: Final = ("ngram", "token")
# The feature table of each network.
TABLES: Final[Mapping[str, Blocks]] = {
    "text_first": TEXT_BLOCKS,
    "text_second": TEXT_CONTEXT,
    "html_first": HTML_BLOCKS,
    "html_second": HTML_CONTEXT,
    "text_site": SITE_BLOCKS,
    "html_site": SITE_BLOCKS,
}


def blocks_of(blocks: Blocks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code and the start of each block."""
    codes, starts = block_codes(blocks)
    return np.array(codes, np.int64), np.array(starts, np.int64)


def _network(arrays: Arrays, name: str) -> Network:
    """Build one network and check that its arrays fit together."""
    blocks = TABLES[name]
    columns = len(names(blocks))
    fields = {field: checked_array(arrays, f"{name}_{field}") for field in NETWORK_FIELDS}
    code, start = blocks_of(blocks)
    network = Network(**fields, block_code=code, block_start=start)
    hidden = network.out.shape[0] if network.out.ndim == 1 else -1
    wanted = ((columns,), (columns,), (hidden, columns), (hidden,), (hidden,), (1,))
    shapes = tuple(fields[field].shape for field in NETWORK_FIELDS)
    if shapes != wanted or hidden < 1 or hidden % UNITS:
        raise ModelFormatError(f"the arrays {name}_* of this model do not fit together: get the model again")
    return network


def _calibration(arrays: Arrays, name: str) -> Calibration:
    """Return a calibration: increasing log-odds, and probabilities that never decrease."""
    log_odds, share = checked_array(arrays, f"{name}_knot"), checked_array(arrays, f"{name}_share")
    fits = log_odds.ndim == 1 and log_odds.shape == share.shape and log_odds.size > 1
    if not fits or (np.diff(log_odds) <= 0).any() or (np.diff(share) < 0).any():
        raise ModelFormatError(f"the calibration of {name} does not increase: get the model again")
    if share[0] < 0 or share[-1] > 1:
        raise ModelFormatError(f"the calibration of {name} leaves 0 to 1: get the model again")
    return Calibration(log_odds, share)


def _site(arrays: Arrays, name: str) -> SiteStep | None:
    """Build the network for sites; None if the model has none."""
    if not any(array.startswith(f"{name}_") for array in arrays):
        return None
    return SiteStep(_network(arrays, name), _calibration(arrays, name))


def scorer_of(arrays: Arrays, name: str) -> Scorer:
    """Build the scorer of one format."""
    points = OperatingPoints(checked_array(arrays, f"{name}_kept"), checked_array(arrays, f"{name}_precise"))
    if any(array.shape != (THRESHOLDS,) for array in points):
        raise ModelFormatError(
            f"the curve of {name} does not have {THRESHOLDS} thresholds: get the model again"
        )
    first, second = _network(arrays, f"{name}_first"), _network(arrays, f"{name}_second")
    calibration, site = _calibration(arrays, name), _site(arrays, f"{name}_site")
    return Scorer(first, second, calibration, points, site, _line_kinds(arrays, name))


def _line_kinds(arrays: Arrays, format: str) -> LineKindNetwork | None:
    """Build the network for kinds of lines; None if the model has none."""
    name = f"{format}_kinds"
    if not any(array.startswith(f"{name}_") for array in arrays):
        return None
    first, second = columns_of("html" if format == "html" else "text")
    fields: dict[str, Any] = {
        field: (_bytes if field in BYTES else checked_array)(arrays, f"{name}_{field}")
        for field in KIND_FIELDS
    }
    dense, units = first.size + second.size + 1, fields["hidden_bias"].size
    own = EMBEDDING * (2 if format == "html" else 1)
    wanted = {
        "mean": (dense,), "scale": (dense,), "hidden": (units, dense + BLOCKS * own), "hidden_bias": (units,),
        "out": (len(LINE_KINDS), units), "out_bias": (len(LINE_KINDS),),
        "ngram": (1 << NGRAM_BITS, EMBEDDING),
        "ngram_scale": (EMBEDDING,), "token_scale": (EMBEDDING,),
        "token": (1 << TOKEN_BITS if format == "html" else 0, EMBEDDING),
    }  # fmt: skip
    if {field: array.shape for field, array in fields.items()} != wanted or units < 1 or units % UNITS:
        raise ModelFormatError(f"the arrays {name}_* of this model do not fit together: get the model again")
    return LineKindNetwork(**fields, first_columns=first, second_columns=second)


def page_kinds_from(arrays: Arrays) -> KindWeights:
    """Build the weights for kinds of pages."""
    weights = KindWeights(*(checked_array(arrays, f"kinds_{field}") for field in KindWeights._fields))
    columns, kinds = len(kinds_of.COLUMNS), len(kinds_of.KINDS)
    wanted = ((kinds_of.BUCKETS, kinds), (columns,), (columns,), (columns, kinds), (kinds,))
    if tuple(array.shape for array in weights) != wanted:
        raise ModelFormatError("the arrays kinds_* of this model do not fit together: get the model again")
    return weights


def _bytes(arrays: Arrays, name: str) -> NDArray[np.uint8]:
    """Return an array of bytes; raises `ModelFormatError` if there is no such array."""
    array = arrays.get(name)
    if array is None or array.dtype != np.uint8:
        raise ModelFormatError(f"the array {name} of this model is missing or does not hold bytes")
    return np.ascontiguousarray(array)


def checked_array(arrays: Arrays, name: str) -> NDArray[np.float32]:
    """Return an array of finite numbers; raises `ModelFormatError` if there is no such array."""
    array = arrays.get(name)
    if array is None or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ModelFormatError(f"the array {name} of this model is missing or does not hold finite numbers")
    return np.ascontiguousarray(array, np.float32)


def other_columns(theirs: object, ours: Mapping[str, list[str]]) -> str:
    """Return the first columns that only one of model and version has, for a message."""
    if not isinstance(theirs, Mapping):
        return ""
    here = {name for table in ours.values() for name in table}
    there = {str(name) for table in theirs.values() if isinstance(table, list) for name in table}
    parts = [
        f"{what} {', '.join(sorted(found)[:3])}{', ...' if len(found) > 3 else ''}"
        for what, found in (("it lacks", here - there), ("it also has", there - here))
        if found
    ]
    return f" ({'; '.join(parts)})" if parts else ""
