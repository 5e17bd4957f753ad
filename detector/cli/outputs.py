"""The files that commands write. Existing files are overwritten only with --overwrite."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from detector.cli.command import exists
from detector.corpus.formats.kinds import is_remote, kind_of, plain_name
from detector.errors import SettingsError
from detector.files.atomic import new_file

F = TypeVar("F", bound=Callable[..., Any])

_OVERWRITE: Final = "detector.overwrite"


class OutputPath(click.Path):
    """A path on this machine to write to. URLs are refused: `s3://b/x` would become a folder `s3:`."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:  # noqa: ANN401
        """Read a path."""
        if is_remote(str(value)):
            self.fail(
                f"{value} is a URL, but this command writes to this machine only: write to a local path and "
                "copy it there, or clean with detector.spark in Python, which writes to URLs",
                param,
                context,
            )
        return super().convert(value, param, context)


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
    overwrites = click.get_current_context().meta.get(_OVERWRITE, False)
    given = [path for path in paths if path is not None and exists(path)]
    if overwrites and not any(paths):
        raise click.UsageError("--overwrite has no effect without an output")
    for path in given:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "a device or a pipe"
            raise SettingsError(f"{path} is {what}: name a file")
    if overwrites:
        return
    existing = [path for path in given if path.is_file()]
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


def refuse_overwriting(what: str, advice: str) -> None:
    """Raise a usage error for --overwrite, where nothing is ever overwritten."""
    if click.get_current_context().meta.get(_OVERWRITE, False):
        raise click.UsageError(f"--overwrite has no effect for {what}: {advice}")


def refuse_other_formats(path: Path | None, what: str) -> None:
    """Raise `SettingsError` for an output of records that is named like another format than JSONL."""
    if path is not None and (kind_of(path.name) not in (None, "jsonl") or plain_name(path.name) != path.name):
        named = Path(plain_name(path.name)).stem
        raise SettingsError(f"{path}: {what} are written as JSONL: name it {named}.jsonl")


def write_whole(path: Path, parts: str | Iterable[str]) -> None:
    """Write a text, or its parts in order, to a file. The file appears when it is complete."""
    try:
        with new_file(path) as file:
            for part in [parts] if isinstance(parts, str) else parts:
                file.write(part.encode("utf-8", "replace"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from None
