"""Profile files: a zip of a JSON file and arrays of plain numbers. Nothing is unpickled.

    profile.json  format, keys (the version of the line keys), name, whole, templates, recurring,
                  lines ([key, text, place, pages], for people),
                  addresses (the site that each sampled page names as its own, or null)
    .npy          key, pages, site, site_pages (the counts), page, sample_hash, sample_start, sample_key,
                  run, run_pages (`sites/word_runs`)

`FORMAT` is the version of this layout: increment it when you change it. Files of other versions are refused,
and so are those with other line keys, because their counts would be wrong.
"""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelFormatError, in_words
from detector.files.arrays import array_of, bytes_of, zip_members
from detector.files.atomic import new_file
from detector.files.hub import fetch_folder, is_hub_address, push_folder
from detector.sites.recurrence import LineCounts
from detector.text.keys import KEYS_VERSION, site_id

FORMAT: Final = 3
ABOUT: Final = "profile.json"
ARRAYS: Final = {
    "key": np.int64, "pages": np.int32, "site": np.int64, "site_pages": np.int32, "page": np.uint32,
    "sample_hash": np.uint32, "sample_start": np.int64, "sample_key": np.int64,
    "run": np.int64, "run_pages": np.int32,
}  # fmt: skip
# No profile is larger. A file that claims to be is refused before it is decompressed.
MOST_BYTES: Final = 512_000_000
# Its name in a repository of the Hub, next to the card.
HUB_FILE: Final = "site.profile"
README_FILE: Final = "README.md"
# The time of every member, so that equal profiles make equal files.
TIME: Final = (1980, 1, 1, 0, 0, 0)


class Stored(NamedTuple):
    """The content of a file: the JSON, and the arrays by name."""

    about: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


def save(path: Path, stored: Stored) -> None:
    """Write a profile. The file appears when it is complete. Raises `OSError` if it cannot be written."""
    about = {"format": FORMAT, "keys": KEYS_VERSION, **stored.about}
    members = {ABOUT: json.dumps(about, ensure_ascii=True, indent=1).encode()}
    members.update({f"{name}.npy": bytes_of(array) for name, array in stored.arrays.items()})
    with new_file(path) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, TIME), content, zipfile.ZIP_DEFLATED)


def _members(path: Path) -> dict[str, bytes]:
    """Read all members. Their sizes are checked before they are decompressed."""
    try:
        return zip_members(path, MOST_BYTES)
    except FileNotFoundError:
        raise ModelFormatError(f"{path} does not exist: make it with `detector profile`") from None
    except (OSError, ValueError) as error:
        raise ModelFormatError(
            f"{path} is not a profile, or damaged ({in_words(error)}); make it again with `detector profile`"
        ) from None


def _about(members: dict[str, bytes], path: Path) -> dict[str, Any]:
    """Read and check the JSON file."""
    try:
        about = json.loads(members[ABOUT])
        version = about["format"], about["keys"]
    except (KeyError, ValueError, TypeError, RecursionError):
        raise ModelFormatError(
            f"{path} is not a profile: {ABOUT} is missing or damaged; make it again"
        ) from None
    if version != (FORMAT, KEYS_VERSION):
        raise ModelFormatError(
            f"{path} has format {version[0]} with keys {version[1]}; this version of detector reads "
            f"{FORMAT} with {KEYS_VERSION}: make the profile again"
        )
    return dict(about)


def _arrays(members: dict[str, bytes], path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays. Only plain numbers of the right type are accepted."""
    found: dict[str, NDArray[Any]] = {}
    for name, kind in ARRAYS.items():
        try:
            array = array_of(members[f"{name}.npy"])
        except (KeyError, ValueError) as error:
            raise ModelFormatError(
                f"{path}: the array {name} is missing or damaged ({in_words(error)}); make it again"
            ) from None
        if array.dtype != kind or array.ndim != 1:
            raise ModelFormatError(
                f"{path}: the array {name} is not a row of {np.dtype(kind)}; make it again"
            )
        found[name] = array
    return found


def path_of(name: str | Path) -> Path:
    """Return the file of a profile, fetched if it is on the Hub."""
    if is_hub_address(name):
        return fetch_folder(name, (HUB_FILE,), MOST_BYTES) / HUB_FILE
    return Path(name)


def push(stored: Stored, said: str, address: str, private: bool) -> str:
    """Upload a profile with a card, and return the URL of the commit. said: its content in words."""
    text = (
        "---\nlibrary_name: boilerplate-detector\ntags:\n- site-profile\n---\n\n"
        f"# The template of {stored.about['name']}\n\n{said}.\n\n"
        f"Format {FORMAT}, keys {KEYS_VERSION}. The lines belong to the site.\n\n"
        f'    Detector(profile="{address}").score(page)\n'
    )
    with tempfile.TemporaryDirectory(prefix="detector-") as folder:
        save(Path(folder, HUB_FILE), stored)
        Path(folder, README_FILE).write_text(text, "utf-8")
        return push_folder(Path(folder), address, private)


def load(path: Path) -> Stored:
    """Read a file; raises `ModelFormatError` if it is not a complete profile."""
    members = _members(path)
    return Stored(_about(members, path), _arrays(members, path))


def fits(arrays: dict[str, NDArray[Any]], name: str) -> bool:
    """Tell whether the arrays of a file belong to one site and fit together."""
    counts = LineCounts(*(arrays[field] for field in LineCounts._fields))
    start, page = arrays["sample_start"], arrays["page"].astype(np.int64)
    if counts.site.tolist() != [site_id(name)] or counts.site_pages.size != 1 or not start.size:
        return False
    pages = counts.site_pages[0]
    return bool(
        counts.key.size == counts.pages.size
        and (counts.key[1:] > counts.key[:-1]).all()
        and (np.diff(page) > 0).all()
        and page.size == pages
        and ((counts.pages > 0) & (counts.pages <= pages)).all()
        and arrays["run"].size == arrays["run_pages"].size
        and (arrays["run"][1:] > arrays["run"][:-1]).all()
        and ((arrays["run_pages"] > 0) & (arrays["run_pages"] <= pages)).all()
        and start.size == arrays["sample_hash"].size + 1
        and start[0] == 0
        and (np.diff(start) >= 0).all()
        and start[-1] == arrays["sample_key"].size
    )
