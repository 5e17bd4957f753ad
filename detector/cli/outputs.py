"""The files that commands write. Existing files are overwritten only with --overwrite."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from detector.errors import PageError, SettingsError
from detector.files.atomic import new_file

F = TypeVar("F", bound=Callable[..., Any])

_OVERWRITE: Final = "detector.overwrite"


def _note(context: click.Context, param: click.Parameter, value: bool) -> None:
    context.meta[_OVERWRITE] = value


def overwrite_option(function: F) -> F:
    """Add `--overwrite`."""
    return click.option(
        "--overwrite",
        is_flag=True,
        expose_value=False,
        callback=_note,
        help="Overwrite existing files.",
    )(function)


def refuse_existing(*paths: Path | None, inputs: Iterable[str] = ()) -> None:
    """Raise `SettingsError` for a file that exists, unless --overwrite is given.

    Folders and devices are never replaced. Called before the work begins, so that nothing is
    computed in vain.
    """
    for path in paths:
        if path is not None and path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "a device or a pipe"
            raise SettingsError(f"{path} is {what}: name a file")
    if click.get_current_context().meta.get(_OVERWRITE, False):
        return
    existing = [path for path in paths if path is not None and path.is_file()]
    if not existing:
        return
    path = existing[0]
    if any(Path(name).exists() and path.samefile(name) for name in inputs):
        raise SettingsError(
            f"the output would overwrite the input {path}: choose another name, or add --overwrite"
        )
    more = f" and {len(existing) - 1:,} more" if len(existing) > 1 else ""
    plural = "exist" if more else "exists"
    raise SettingsError(f"{path}{more} already {plural}: choose another name, or add --overwrite")


def write_whole(path: Path, parts: str | Iterable[str]) -> None:
    """Write a text, or its parts in order, to a file. The file appears when it is complete."""
    try:
        with new_file(path) as file:
            for part in [parts] if isinstance(parts, str) else parts:
                file.write(part.encode("utf-8", "replace"))
    except OSError as error:
        raise PageError(f"{path} cannot be written: {error.strerror}") from None
