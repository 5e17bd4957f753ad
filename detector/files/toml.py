"""TOML files that users write."""

from pathlib import Path
from typing import Any

from detector.errors import SettingsError


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file."""
    import tomllib  # slow to import, and few runs need it

    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"the settings file {path} is not TOML: it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None
