"""Model files: a folder of one JSON file and one file of arrays; nothing is ever unpickled.

`FORMAT` is the number of the layout described here. To change the layout: raise it, keep
the reader of the old number with a test that reads an old file, and write it down here.

    1  config.json: format, model_id, the columns of each network's table, notes of training
       arrays.npz: phrases_*, markup_*, and for "text" and "html" FORMAT_first_*,
       FORMAT_second_*, FORMAT_knot, FORMAT_share, FORMAT_kept and FORMAT_precise; kinds_*
       (the fields of the records below)
    2  the same, and for a model that knows sites FORMAT_site_*, the third network with
       FORMAT_site_knot and FORMAT_site_share
    3  the same; the network of sites sees stretches of new lines, too. That of a file of
       format 2 is left out: the model reads as one that does not know sites
    4  the same, and for a model that knows kinds of lines FORMAT_kinds_*, the fields of
       `LineKindNetwork`; config.json has the names of its columns
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError, in_words
from detector.features import markup as markup_of
from detector.features import phrases as phrases_of
from detector.features.markup import MarkupWeights
from detector.features.phrases import PhraseWeights
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
from detector.files.arrays import array_of, zip_members
from detector.files.atomic import new_file, new_folder, read_json, write_json
from detector.model import page_kinds as kinds_of
from detector.model.line_kinds import EMBEDDING, NGRAM_BITS, TOKEN_BITS, LineKindNetwork, columns_of
from detector.model.network import UNITS, Calibration, Network, OperatingPoints, Scorer, SiteStep
from detector.model.operating_points import THRESHOLDS
from detector.model.page_kinds import KindWeights
from detector.records import LINE_KINDS

FORMAT: Final = 4
OLD_FORMATS: Final = (1, 2, 3)
# Formats whose network of sites saw less: it is left out.
OLD_SITES: Final = (1, 2)
DEFAULT: Final = Path(__file__).with_name("default")
CONFIG_FILE: Final = "config.json"
ARRAYS_FILE: Final = "arrays.npz"

# No model is larger in memory; a file that claims to be is refused before it is unpacked.
MOST_BYTES: Final = 64_000_000

Arrays = Mapping[str, NDArray[Any]]

# What a file holds of a network; the blocks of its columns follow from their names.
NETWORK_FIELDS: Final = Network._fields[:-2]

# What a file holds of a network of kinds; the columns that it sees follow from their names.
KIND_FIELDS: Final = tuple(name for name in LineKindNetwork._fields if not name.endswith("_columns"))
# Arrays that are stored in half precision.
HALVES: Final = ("_bucket", "_kinds_ngram", "_kinds_token")

# The table of each network.
TABLES: Final[Mapping[str, Blocks]] = {
    "text_first": TEXT_BLOCKS,
    "text_second": TEXT_CONTEXT,
    "html_first": HTML_BLOCKS,
    "html_second": HTML_CONTEXT,
    "text_site": SITE_BLOCKS,
    "html_site": SITE_BLOCKS,
}
# Tables that a model of an old format has in another form, or not at all: they are not read.
SITE_TABLES: Final = ("text_site", "html_site")


@dataclass(frozen=True)
class Model:
    """Everything that scoring needs. `model_id` is a hash of the arrays."""

    phrases: PhraseWeights
    markup: MarkupWeights
    text: Scorer
    html: Scorer
    kinds: KindWeights
    model_id: str
    notes: Mapping[str, Any]


def blocks_of(blocks: Blocks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code and the start of each block, as networks have them."""
    codes, starts = block_codes(blocks)
    return np.array(codes, np.int64), np.array(starts, np.int64)


def _network_parts(name: str, network: Network) -> Iterator[tuple[str, NDArray[Any]]]:
    yield from ((f"{name}_{field}", getattr(network, field)) for field in NETWORK_FIELDS)


def _calibration_parts(name: str, calibration: Calibration) -> Iterator[tuple[str, NDArray[Any]]]:
    yield f"{name}_knot", calibration.log_odds
    yield f"{name}_share", calibration.share


def _parts(model: Model) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, weights in (("phrases", model.phrases), ("markup", model.markup), ("kinds", model.kinds)):
        yield from ((f"{name}_{field}", array) for field, array in weights._asdict().items())
    for name, scorer in (("text", model.text), ("html", model.html)):
        yield from _network_parts(f"{name}_first", scorer.first)
        yield from _network_parts(f"{name}_second", scorer.second)
        yield from _calibration_parts(name, scorer.calibration)
        yield from ((f"{name}_{field}", array) for field, array in scorer.points._asdict().items())
        if scorer.site is not None:
            yield from _network_parts(f"{name}_site", scorer.site.network)
            yield from _calibration_parts(f"{name}_site", scorer.site.calibration)
        if scorer.kinds is not None:
            yield from ((f"{name}_kinds_{field}", getattr(scorer.kinds, field)) for field in KIND_FIELDS)


def arrays_of(model: Model) -> dict[str, NDArray[Any]]:
    """Return all arrays of a model by name; n-gram weights in half precision, as stored."""
    return {
        name: array.astype(np.float16) if name.endswith(HALVES) else array for name, array in _parts(model)
    }


def arrays_hash(arrays: Arrays) -> str:
    """Return a hash of names, types and bytes of all arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def save(model: Model, folder: Path) -> None:
    """Write a model; the folder appears only when it is whole. Raises `OSError` if it cannot be written."""
    if folder.exists():
        _write(model, folder)
    else:
        with new_folder(folder) as unfinished:
            _write(model, unfinished)


def _write(model: Model, folder: Path) -> None:
    arrays = arrays_of(model)
    with new_file(folder / ARRAYS_FILE) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    config = {
        "format": FORMAT,
        "model_id": arrays_hash(arrays),
        "columns": {table: names(blocks) for table, blocks in TABLES.items()},
        "notes": dict(model.notes),
    }
    write_json(folder / CONFIG_FILE, config)


def _config(folder: Path) -> dict[str, Any]:
    """Read and check the JSON half."""
    path = folder / CONFIG_FILE
    try:
        config = read_json(path)
    except FileNotFoundError:
        raise ModelFormatError(f"{folder} is no model: it has no {CONFIG_FILE}") from None
    except (OSError, ValueError) as error:
        raise ModelFormatError(f"{path} cannot be read ({in_words(error)}); get the model again") from None
    if not isinstance(config.get("format"), int):
        raise ModelFormatError(f"{path} is not the description of a model: it has no format number")
    if config["format"] not in (FORMAT, *OLD_FORMATS):
        raise ModelFormatError(
            f"{folder} has format {config['format']}; this version of detector reads {FORMAT}: "
            f"train the model anew or install the version that wrote it"
        )
    later = SITE_TABLES if config["format"] in OLD_SITES else ()
    wanted = {table: list(names(blocks)) for table, blocks in TABLES.items() if table not in later}
    columns = config.get("columns")
    if not isinstance(columns, dict) or {k: v for k, v in columns.items() if k not in later} != wanted:
        raise ModelFormatError(
            f"{folder} was trained on other evidence than this version gathers: train it anew"
        )
    if not isinstance(config.get("notes", {}), dict):
        raise ModelFormatError(f"{path} has notes that are not a table; get the model again")
    return config


def _arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays; only plain numbers are accepted."""
    path = folder / ARRAYS_FILE
    try:
        members = zip_members(path, MOST_BYTES)
        return {name.removesuffix(".npy"): array_of(data) for name, data in members.items()}
    except FileNotFoundError:
        raise ModelFormatError(f"{folder} is no model: it has no {ARRAYS_FILE}") from None
    except (OSError, ValueError) as error:
        raise ModelFormatError(f"{path} is damaged ({in_words(error)}); get the model again") from None


def _network(arrays: Arrays, name: str) -> Network:
    """Build one network and check that its arrays fit together."""
    blocks = TABLES[name]
    columns = len(names(blocks))
    fields = {field: _checked(arrays, f"{name}_{field}") for field in NETWORK_FIELDS}
    code, start = blocks_of(blocks)
    network = Network(**fields, block_code=code, block_start=start)
    hidden = network.out.shape[0] if network.out.ndim == 1 else -1
    wanted = ((columns,), (columns,), (hidden, columns), (hidden,), (hidden,), (1,))
    shapes = tuple(fields[field].shape for field in NETWORK_FIELDS)
    if shapes != wanted or hidden < 1 or hidden % UNITS:
        raise ModelFormatError(f"the arrays {name}_* of this model do not fit together: get the model again")
    return network


def _calibration(arrays: Arrays, name: str) -> Calibration:
    """Return a calibration: log-odds that rise, and probabilities that do not fall."""
    log_odds, share = _checked(arrays, f"{name}_knot"), _checked(arrays, f"{name}_share")
    fits = log_odds.ndim == 1 and log_odds.shape == share.shape and log_odds.size > 1
    if not fits or (np.diff(log_odds) <= 0).any() or (np.diff(share) < 0).any():
        raise ModelFormatError(f"the calibration of {name} does not rise: get the model again")
    if share[0] < 0 or share[-1] > 1:
        raise ModelFormatError(f"the calibration of {name} leaves 0 to 1: get the model again")
    return Calibration(log_odds, share)


def _site(arrays: Arrays, name: str) -> SiteStep | None:
    """Build the third step; None where a model has none of its arrays."""
    if not any(array.startswith(f"{name}_") for array in arrays):
        return None
    return SiteStep(_network(arrays, name), _calibration(arrays, name))


def _scorer(arrays: Arrays, name: str) -> Scorer:
    """Build what scores one format."""
    points = OperatingPoints(_checked(arrays, f"{name}_kept"), _checked(arrays, f"{name}_precise"))
    if any(array.shape != (THRESHOLDS,) for array in points):
        raise ModelFormatError(
            f"the curve of {name} does not have {THRESHOLDS} thresholds: get the model again"
        )
    first, second = _network(arrays, f"{name}_first"), _network(arrays, f"{name}_second")
    calibration, site = _calibration(arrays, name), _site(arrays, f"{name}_site")
    return Scorer(first, second, calibration, points, site, _line_kinds(arrays, name))


def _line_kinds(arrays: Arrays, format: str) -> LineKindNetwork | None:
    """Build the network of kinds; None where a model has none of its arrays."""
    name = f"{format}_kinds"
    if not any(array.startswith(f"{name}_") for array in arrays):
        return None
    first, second = columns_of("html" if format == "html" else "text")
    fields = {field: _checked(arrays, f"{name}_{field}") for field in KIND_FIELDS}
    dense, units = first.size + second.size + 1, fields["hidden_bias"].size
    own = EMBEDDING * (2 if format == "html" else 1)
    wanted = {
        "mean": (dense,), "scale": (dense,), "hidden": (units, dense + 3 * own), "hidden_bias": (units,),
        "out": (len(LINE_KINDS), units), "out_bias": (len(LINE_KINDS),),
        "ngram": (1 << NGRAM_BITS, EMBEDDING),
        "token": (1 << TOKEN_BITS if format == "html" else 0, EMBEDDING),
    }  # fmt: skip
    if {field: array.shape for field, array in fields.items()} != wanted or units < 1 or units % UNITS:
        raise ModelFormatError(f"the arrays {name}_* of this model do not fit together: get the model again")
    return LineKindNetwork(**fields, first_columns=first, second_columns=second)


def _kinds(arrays: Arrays) -> KindWeights:
    """Build the weights of page kinds."""
    weights = KindWeights(*(_checked(arrays, f"kinds_{field}") for field in KindWeights._fields))
    columns, kinds = len(kinds_of.COLUMNS), len(kinds_of.KINDS)
    wanted = ((kinds_of.BUCKETS, kinds), (columns,), (columns,), (columns, kinds), (kinds,))
    if tuple(array.shape for array in weights) != wanted:
        raise ModelFormatError("the arrays kinds_* of this model do not fit together: get the model again")
    return weights


def _checked(arrays: Arrays, name: str) -> NDArray[np.float32]:
    array = arrays.get(name)
    if array is None or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ModelFormatError(f"the array {name} of this model is missing or holds no finite numbers")
    return np.ascontiguousarray(array, np.float32)


def folder_of(model: str | Path | None) -> Path:
    """Return the folder of a model: that of the default model for None and "default"."""
    return DEFAULT if model is None or str(model) == "default" else Path(model)


def model_of(model: "Model | str | Path | None") -> Model:
    """Return a model, a model read from its folder, or the default model."""
    if isinstance(model, Model):
        return model
    folder = folder_of(model)
    return default_model() if folder == DEFAULT else load(folder)


def load(folder: Path) -> Model:
    """Read a model; raises `ModelFormatError` for anything but a whole one."""
    config, arrays = _config(folder), _arrays(folder)
    if config["format"] in OLD_SITES:
        arrays = {name: array for name, array in arrays.items() if not name.startswith(SITE_TABLES)}
    known = arrays.get("phrases_known")
    if known is None or known.dtype != np.uint64 or known.shape != (1 << (phrases_of.KNOWN_BITS - 6),):
        raise ModelFormatError(f"{folder} has no list of known words: get the model again")
    phrases = PhraseWeights(_checked(arrays, "phrases_bucket"), _checked(arrays, "phrases_bias"), known)
    markup = MarkupWeights(_checked(arrays, "markup_bucket"), _checked(arrays, "markup_bias"))
    for weights, size in ((phrases, phrases_of.BUCKETS), (markup, markup_of.BUCKETS)):
        if weights.bucket.shape != (size,) or weights.bias.shape != (1,):
            raise ModelFormatError(f"{folder} has n-gram weights of another size: get the model again")
    text, html = _scorer(arrays, "text"), _scorer(arrays, "html")
    return Model(phrases, markup, text, html, _kinds(arrays), arrays_hash(arrays), config.get("notes", {}))


@lru_cache(maxsize=1)
def default_model() -> Model:
    """Return the model that ships with the package."""
    return load(DEFAULT)
