"""TOML files that users write."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

from detector.errors import SettingsError
from detector.files.limits import bytes_of_file

T = TypeVar("T")

# The most bytes of a file of settings: rules may name thousands of sites.
MOST_BYTES: Final = 10_000_000


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file."""
    import tomllib  # slow to import, and few runs need it

    try:
        return tomllib.loads(bytes_of_file(path, MOST_BYTES).decode("utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"the settings file {path} is not TOML: it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"the settings file {path} is not TOML: {error}") from None


def settings_from(table: Mapping[str, Any], kind: type[T], where: str) -> T:
    """Return settings from plain values; raises `SettingsError` for unknown names and wrong types."""
    # msgspec is slow to import, and scoring a page does not need it
    from detector.files.checked import checked

    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(set(table) - known):
        raise SettingsError(
            f"{where} has unknown settings {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )
    return checked(table, kind, where, SettingsError)
