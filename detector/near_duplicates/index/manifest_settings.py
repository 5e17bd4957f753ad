"""The settings of an index, from its manifest."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from detector.errors import SettingsError, in_words
from detector.near_duplicates.index import files
from detector.near_duplicates.lsh.bands import Bands, bands_for
from detector.settings import DuplicateSettings

# The measure of an index that compares by containment.
CONTAINMENT: Final = "containment"
# Settings of an index that queries must share.
KEPT_SETTINGS: Final = ("shingle", "slots", "recall", "masked", "equal_forms")


def bands_of(threshold: float, settings: DuplicateSettings, containment: bool) -> Bands:
    """Return the bands of an index; for containment there is one, of shingles."""
    bands = bands_for(threshold, settings.slots, settings.recall)
    return Bands(1, 1) if containment else bands


def settings_of(folder: Path, manifest: Mapping[str, Any], settings: DuplicateSettings) -> DuplicateSettings:
    """Return the settings with those of the index; raises `ModelFormatError` if they are damaged."""
    path = folder / files.INDEX_FILE
    kept, threshold = manifest.get("settings"), manifest.get("threshold")
    try:
        if isinstance(kept, dict) and kept.get("slot_bits") == 32:  # written by version 0.1
            kept = {name: value for name, value in kept.items() if name != "slot_bits"}
        if isinstance(kept, dict):  # before 0.2, forms did not count as equal
            kept = {"equal_forms": False, **kept}
        if not isinstance(kept, dict) or set(kept) != set(KEPT_SETTINGS):
            raise ValueError("its settings are not those of an index")
        if any(type(value) is not type(getattr(settings, name)) for name, value in kept.items()):
            raise ValueError("its settings are of other types")
        made_with = replace(settings, **kept)
        if manifest.get("measure", CONTAINMENT) != CONTAINMENT:
            raise ValueError(f"it has an unknown measure, {manifest['measure']!r}")
        bands = bands_of(float(threshold), made_with, "measure" in manifest)  # type: ignore[arg-type]
    except (TypeError, ValueError, SettingsError) as error:
        raise files.broken(path, f"its settings are damaged ({in_words(error)})") from None
    if list(bands) != manifest.get("bands"):
        raise files.broken(path, "its bands do not fit its settings")
    return made_with
