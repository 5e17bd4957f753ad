"""The files in a folder. A folder that cannot be listed is an error, not empty."""

import os
from pathlib import Path

from detector.errors import PageError, SettingsError


def refuse_folder(error: OSError) -> None:
    """Raise `SettingsError` for a folder that cannot be listed."""
    raise SettingsError(
        f"the folder {error.filename} cannot be listed: {error.strerror}. "
        "Make it readable, or name the files and folders to read"
    )


def refuse_special(path: Path) -> None:
    """Raise `PageError` unless this is a regular file: reading a pipe or a device may never end."""
    if not path.is_file():
        raise PageError(f"{path} is not a regular file, or is a broken link")


def files_below(folder: Path) -> list[Path]:
    """Return everything in a folder that is not a folder, in the order of names: also links, pipes, devices.

    Links to folders are not followed. Raises `SettingsError` for a folder that cannot be listed.
    """
    walk = os.walk(folder, onerror=refuse_folder)
    return sorted(Path(root, name) for root, _, files in walk for name in files)
