"""Options that several commands share, and what they make."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from detector.compiled import is_warm, start_without_blas
from detector.detector import Detector, Page
from detector.errors import PageError
from detector.lines.formats import Format
from detector.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def input_options(function: F) -> F:
    """Add the option that tells how pages are read."""
    return click.option(
        "--input-format",
        type=click.Choice(["text", "html"]),
        help="What the pages are; found for each page by default.",
    )(function)


def policy_options(function: F) -> F:
    """Add the options that decide what is kept."""
    function = click.option(
        "--threshold",
        type=click.FloatRange(0, 1),
        help="Drop lines with a score above this. By default each page's expected F1 decides.",
    )(function)
    function = click.option(
        "--settings", type=click.Path(path_type=Path), help="A TOML file with any of the settings."
    )(function)
    return click.option(
        "--model",
        type=click.Path(path_type=Path),
        help="A folder with a model, instead of the one that ships.",
    )(function)


def start_compiler() -> None:
    """Load the compiler; say so when kernels must be compiled."""
    start_without_blas()
    if not is_warm():
        click.echo("detector: compiling for this machine, once; this takes about a minute", err=True)


def detector_of(model: Path | None, settings: Path | None, threshold: float | None) -> Detector:
    """Return the detector that the options ask for."""
    chosen = Settings.read(settings, threshold=threshold) if settings else Settings(threshold=threshold)
    start_compiler()
    return Detector(model, chosen)


def page_of(name: str, input_format: Format | None, url: str | None = None) -> Page:
    """Read a page from a file, or from standard input for `-`."""
    if name == "-":
        return Page.read(sys.stdin.buffer.read(), input_format, url)
    return Page.read(Path(name), input_format, url)


def write_whole(path: Path, parts: Iterable[str]) -> None:
    """Write a text, or its parts in turn, to a file that appears only when it is whole."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8", errors="replace", newline="") as file:
            file.writelines([parts] if isinstance(parts, str) else parts)
        unfinished.replace(path)
    except OSError as error:
        raise PageError(f"{path} cannot be written: {error.strerror}") from None
