"""The options of `detector clean` for a corpus, and how to tell whether inputs are one."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import click

from detector.corpus.formats.kinds import is_remote, kind_of
from detector.settings import Columns, EngineSettings, Lines
from detector.text.addresses import is_address

F = TypeVar("F", bound=Callable[..., Any])

UNITS: Final = {"": 10**6, "MB": 10**6, "GB": 10**9}


class Size(click.ParamType):  # type: ignore[type-arg]
    """Bytes of memory: 500MB, 2GB, or a number of MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int:  # noqa: ANN401
        """Read a size."""
        if isinstance(value, int):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB|GB|)", str(value).strip().upper())
        if found is None or float(found[1]) == 0:
            self.fail(f"{value!r} is not a size: write 500MB or 2GB", param, context)
        return int(float(found[1]) * UNITS[found[2]])


_ENGINE: Final = (
    click.option(
        "--engine",
        default="auto",
        show_default=True,
        help="What runs the tasks: process, joblib, spark, or a joblib backend.",
    ),
    click.option("--workers", type=click.IntRange(1), help="Number of processes; one per core by default."),
    click.option(
        "--memory",
        type=Size(),
        default="4GB",
        show_default=True,
        help="Memory limit for all processes together.",
    ),
)
_COLUMNS: Final = tuple(
    click.option(f"--{name}-column", default=default, show_default=True, help=text)
    for name, default, text in (
        ("text", "text", "The field with the text or HTML of a record."),
        ("id", "id", "The field with its id."),
        ("url", "url", "The field with its URL, which determines its site."),
        ("site", "site", "The field with its site; takes precedence over the URL."),
        ("source", "source", "The field with the collection it is from."),
        (
            "output",
            None,
            "The field for the clean text.  [default: the text column; for HTML from a column of another "
            "name, text]",
        ),
    )
)


def corpus_options(function: F) -> F:
    """Add the options for `engine` and `columns`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        engine = EngineSettings(
            name=options.pop("engine"), memory=options.pop("memory"), workers=options.pop("workers")
        )
        columns = Columns(*(options.pop(f"{name}_column") for name in Columns._fields))
        return function(*arguments, engine=engine, columns=columns, **options)

    for option in reversed((*_COLUMNS, *_ENGINE)):
        command = option(command)
    return cast(F, command)


def is_corpus(names: Sequence[str]) -> bool:
    """Tell whether inputs are a corpus: a folder, a file of many records, or a URL of another file."""
    return any(
        (is_remote(name) and not is_page_address(name))
        or Path(name).is_dir()
        or kind_of(name) not in (None, "page")
        for name in names
    )


def is_page_address(name: str) -> bool:
    """Tell whether an input is the http or https URL of a single page."""
    return is_address(name) and kind_of(urlsplit(name).path) in (None, "page")


class CorpusOptions(NamedTuple):
    """The options of `detector clean` for a corpus."""

    output: Path | None
    to: str
    dry_run: bool
    sample: int | None
    rules: Path | None
    allow: tuple[str, ...]
    lines: Lines
    csv_safe: bool
    since: str | None

    def looks_only(self) -> bool | int:
        """Return how many pages to look at instead of a run: True for the usual number, False for a run."""
        return self.sample or self.dry_run
