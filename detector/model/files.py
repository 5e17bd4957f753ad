"""Model files: a folder with a JSON file and a file of arrays. Nothing is unpickled.

`FORMAT` is the version of this layout; other versions are refused. If you change the layout or the columns of
a table, increment it and describe the change here.

    config.json   format, model_id, license, the columns of each network's table, notes on the training
    arrays.npz    phrases_*, markup_*, kinds_* (of pages), and for "text" and "html":
                  FORMAT_first_*, FORMAT_second_*, FORMAT_knot, FORMAT_share, FORMAT_kept, FORMAT_precise;
                  for models with sites FORMAT_site_*, with FORMAT_site_knot and FORMAT_site_share;
                  for models with kinds of lines FORMAT_kinds_*, the fields of `LineKindNetwork`
    CARD.md, data.json, measures.json     what travels with a model (`info`)
"""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
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
from detector.features.schema import names
from detector.files.arrays import array_of, zip_members
from detector.files.atomic import new_file, new_folder, read_json, write_json
from detector.files.hub import fetch_folder, is_hub_address, push_folder
from detector.model.arrays import (
    KIND_FIELDS,
    NETWORK_FIELDS,
    TABLES,
    Arrays,
    checked_array,
    other_columns,
    page_kinds_from,
    scorer_of,
)
from detector.model.info import INFO_FILES, README_FILE, ModelInfo, read_info
from detector.model.network import Calibration, Network, Scorer
from detector.model.page_kinds import KindWeights

FORMAT: Final = 6
DEFAULT: Final = Path(__file__).with_name("default")
CONFIG_FILE: Final = "config.json"
ARRAYS_FILE: Final = "arrays.npz"

# No model is larger in memory. A file that claims to be is refused before it is decompressed.
MOST_BYTES: Final = 64_000_000
# Also fetched, if there are any; training reads them.
PRECISION_FILE: Final = "precision.npz"
REPLAY_FILE: Final = "replay.npz"
# Arrays stored in half precision.
HALVES: Final = ("_bucket",)


@dataclass(frozen=True)
class Model:
    """Everything needed for scoring. `model_id` is a hash of the arrays.

    The default model is pickled as its id, because workers have it too: 100 bytes instead of 4 MB.
    """

    phrases: PhraseWeights
    markup: MarkupWeights
    text: Scorer
    html: Scorer
    kinds: KindWeights
    model_id: str
    notes: Mapping[str, Any]
    info: ModelInfo = field(default_factory=ModelInfo)

    def save(self, folder: str | Path) -> None:
        """Write the model with its card, data manifest, measures and license.

        Parameters
        ----------
        folder : str or Path
            A new folder, or that of another model, which is replaced. The folder appears when it is complete.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        save(self, Path(folder))

    def push(self, address: str, private: bool = False) -> str:
        """Upload the model to the Hugging Face Hub (extra `hub`).

        Parameters
        ----------
        address : str
            "hf://org/name". The repository is created if it does not exist.
        private : bool
            Whether a new repository is private.

        Returns
        -------
        str
            The address of the commit.

        Raises
        ------
        SettingsError
            If the address is wrong, or the Hub refuses.
        MissingExtraError
            If huggingface_hub is not installed.
        """
        with tempfile.TemporaryDirectory(prefix="detector-") as temporary:
            folder = Path(temporary)
            _write(self, folder)
            (folder / README_FILE).write_text(self.info.readme(self.model_id), "utf-8")
            return push_folder(folder, address, private)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        if default_model.cache_info().currsize and self is default_model():
            return _same_default, (self.model_id,)
        return Model, tuple(getattr(self, one.name) for one in fields(self))


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
    """Return all arrays of a model by name, with n-gram weights in half precision, as they are stored."""
    return {
        name: array.astype(np.float16) if name.endswith(HALVES) else array for name, array in _parts(model)
    }


def arrays_hash(arrays: Arrays) -> str:
    """Return a hash of the names, types and bytes of all arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def save(model: Model, folder: Path) -> None:
    """Write a model. The folder appears when it is complete. Raises `OSError` if it cannot be written."""
    if folder.exists():
        _write(model, folder)
    else:
        with new_folder(folder) as unfinished:
            _write(model, unfinished)


def _write(model: Model, folder: Path) -> None:
    arrays = arrays_of(model)
    model_id = arrays_hash(arrays)
    with new_file(folder / ARRAYS_FILE) as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    config: dict[str, Any] = {
        "format": FORMAT,
        "model_id": model_id,
        "columns": {table: names(blocks) for table, blocks in TABLES.items()},
        "licence": model.info.licence,
        "notes": dict(model.notes),
    }
    write_json(folder / CONFIG_FILE, config)
    model.info.write(folder, model_id)


def _config(folder: Path) -> dict[str, Any]:
    """Read and check the JSON file."""
    path = folder / CONFIG_FILE
    try:
        config = read_json(path)
    except FileNotFoundError:
        raise ModelFormatError(f"{folder} is not a model: it has no {CONFIG_FILE}") from None
    except (OSError, ValueError) as error:
        raise ModelFormatError(f"{path} cannot be read ({in_words(error)}); get the model again") from None
    if not isinstance(config.get("format"), int):
        raise ModelFormatError(f"{path} is not the description of a model: it has no format number")
    if config["format"] != FORMAT:
        raise ModelFormatError(
            f"{folder} has format {config['format']}; this version of detector reads {FORMAT}: "
            "train the model again, or install the version that wrote it"
        )
    ours = {table: list(names(blocks)) for table, blocks in TABLES.items()}
    if config.get("columns") != ours:
        raise ModelFormatError(
            f"{folder} was trained with other features than this version computes"
            f"{other_columns(config.get('columns'), ours)}: train it again"
        )
    if not isinstance(config.get("notes", {}), dict):
        raise ModelFormatError(f"{path} has notes that are not a table; get the model again")
    return config


def _arrays(folder: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays. Only plain numbers are accepted."""
    path = folder / ARRAYS_FILE
    try:
        members = zip_members(path, MOST_BYTES)
        return {name.removesuffix(".npy"): array_of(data) for name, data in members.items()}
    except FileNotFoundError:
        raise ModelFormatError(f"{folder} is not a model: it has no {ARRAYS_FILE}") from None
    except (OSError, ValueError) as error:
        raise ModelFormatError(f"{path} is damaged ({in_words(error)}); get the model again") from None


def folder_of(model: str | Path | None) -> Path:
    """Return the folder of a model, fetched if it is on the Hub; None and "default" are the default model."""
    if model is None or str(model) == "default":
        return DEFAULT
    if is_hub_address(model):
        return fetch_folder(
            model, (CONFIG_FILE, ARRAYS_FILE, PRECISION_FILE, REPLAY_FILE, *INFO_FILES), MOST_BYTES
        )
    return Path(model)


def model_of(model: "Model | str | Path | None") -> Model:
    """Return a model as it is, read it from its folder, or return the default model."""
    if isinstance(model, Model):
        return model
    folder = folder_of(model)
    return default_model() if folder == DEFAULT else load(folder)


def load(folder: Path) -> Model:
    """Read a model; raises `ModelFormatError` if it is incomplete or damaged."""
    config, arrays = _config(folder), _arrays(folder)
    known = arrays.get("phrases_known")
    if known is None or known.dtype != np.uint64 or known.shape != (1 << (phrases_of.KNOWN_BITS - 6),):
        raise ModelFormatError(f"{folder} has no list of known words: get the model again")
    phrases = PhraseWeights(
        checked_array(arrays, "phrases_bucket"), checked_array(arrays, "phrases_bias"), known
    )
    markup = MarkupWeights(checked_array(arrays, "markup_bucket"), checked_array(arrays, "markup_bias"))
    for weights, size in ((phrases, phrases_of.BUCKETS), (markup, markup_of.BUCKETS)):
        if weights.bucket.shape != (size,) or weights.bias.shape != (1,):
            raise ModelFormatError(f"{folder} has n-gram weights of another size: get the model again")
    return Model(
        phrases,
        markup,
        scorer_of(arrays, "text"),
        scorer_of(arrays, "html"),
        page_kinds_from(arrays),
        arrays_hash(arrays),
        config.get("notes", {}),
        read_info(folder, config.get("licence", "")),
    )


@lru_cache(maxsize=1)
def default_model() -> Model:
    """Return the model that ships with the package."""
    return load(DEFAULT)


def _same_default(model_id: str) -> Model:
    """Return the default model; raises `ModelFormatError` if it has another id than the pickled one."""
    model = default_model()
    if model.model_id != model_id:
        raise ModelFormatError(
            f"the default model here is {model.model_id}, and {model_id} where this was pickled: "
            "install the same version of detector everywhere"
        )
    return model
