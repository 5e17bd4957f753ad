"""Options that several commands share."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

import click

from detector.cli.terminal import say
from detector.detector import Detector
from detector.errors import PageError, SettingsError
from detector.files.limits import bytes_of_stream
from detector.presets import DEFAULT_PRESET, PRESETS
from detector.records import COPY_KINDS, LINE_KINDS, Format
from detector.settings import DROPPED_COPIES, Settings
from detector.text.addresses import is_address
from detector.text.compressed import LARGEST
from detector.text.html import why_simplified
from detector.text.page import Page, page_bytes
from detector.text.record_files import STDIN, refuse_records

F = TypeVar("F", bound=Callable[..., Any])


# The word for an empty list on the command line.
NO_KINDS: Final = "none"
_ALLOW_PRIVATE: Final = "detector.allow_private"


def _note_private(context: click.Context, param: click.Parameter, value: bool) -> None:
    context.meta[_ALLOW_PRIVATE] = value


def input_options(function: F) -> F:
    """Add the options for reading pages."""
    allow_private = click.option(
        "--allow-private",
        is_flag=True,
        expose_value=False,
        callback=_note_private,
        help="Also fetch pages from this machine and from private networks.",
    )
    return click.option(
        "--input-format",
        type=click.Choice(["text", "html"]),
        help="Format of the pages; detected for each page by default.",
    )(allow_private(function))


class Share(click.ParamType):  # type: ignore[type-arg]
    """A number from `least` to 1, or a percentage. `or_none`: 0 is one too, and means none."""

    name = "share"

    def __init__(
        self, name: str = "share", least: float = 0.0, example: str = "0.005 or 0.5%", or_none: bool = False
    ) -> None:
        self.name, self._least, self._example, self._or_none = name, least, example, or_none

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> float:  # noqa: ANN401
        """Read a share."""
        try:
            text = str(value).strip()
            share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
        except ValueError:
            share = -1.0
        if not (self._least <= share <= 1 or (self._or_none and share == 0)):
            none, bounds = "0, or " * self._or_none, f" from {self._least} to 1" if self._least else ""
            self.fail(f"{value!r} is not {none}a {self.name}{bounds}: write {self._example}", param, context)
        return share


class Names(click.ParamType):  # type: ignore[type-arg]
    """Names from a list, separated by commas, or "none": kinds of lines, kinds of copies."""

    name = "kinds"

    def __init__(self, known: Sequence[str], what: str) -> None:
        self._known, self._what = tuple(known), what

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:  # noqa: ANN401
        """Read the names."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(",") if name.strip())
        if names == (NO_KINDS,):
            return ()
        if not names or set(names) - set(self._known):
            known = ", ".join(self._known)
            self.fail(
                f"{value!r} is not a list of kinds of {self._what}: write {NO_KINDS}, or some of {known}"
            )
        return names


class Policy(NamedTuple):
    """The values of the shared options for the model and the decisions."""

    model: Path | None
    site: Path | None
    settings: Path | None
    threshold: float | None
    lose_at_most: float | None
    precision: float | None
    recall: float | None
    drop_copies: tuple[str, ...] | None
    preset: str | None
    keep: tuple[str, ...] | None
    drop: tuple[str, ...] | None
    join_lines: bool | None

    def chosen(self, before: Settings | None = None) -> Settings:
        """Return the settings from the options; `before` has the others."""
        changes: dict[str, Any] = dict(zip(self._fields[3:7], self[3:7], strict=True))
        for name in ("drop_copies", "join_lines"):
            if getattr(self, name) is not None:
                changes[name] = getattr(self, name)
        if self.settings:
            given = Settings.read(self.settings, **changes)
        else:
            given = replace(before or Settings(), **changes)
        return self._by_kind(given)

    def _by_kind(self, settings: Settings) -> Settings:
        """Return settings with the kinds from --preset, --keep and --drop."""
        if self.preset is None and self.keep is None and self.drop is None:
            return settings
        keep, drop = settings.kinds_decided() if self.preset is None else PRESETS[self.preset]
        if both := sorted({*(self.keep or ())} & {*(self.drop or ())}):
            raise SettingsError(f"--keep and --drop both have {', '.join(both)}: choose one of them")
        if self.keep is not None:
            keep, drop = (*keep, *self.keep), tuple(kind for kind in drop if kind not in self.keep)
        if self.drop is not None:
            keep, drop = tuple(kind for kind in keep if kind not in self.drop), (*drop, *self.drop)
        return replace(settings, keep=tuple(dict.fromkeys(keep)), drop=tuple(dict.fromkeys(drop)))

    def detector(self) -> Detector:
        """Return a detector with this model, these settings and this profile."""
        return Detector(self.model, self.chosen(), self.site)


_POLICY_OPTIONS: Final = (
    click.option(
        "--model",
        type=click.Path(path_type=Path),
        help="The folder of a model, or default.",
    ),
    click.option(
        "--site",
        type=click.Path(path_type=Path),
        help="A profile of the pages' site, from `detector profile`.",
    ),
    click.option("--settings", type=click.Path(path_type=Path), help="A TOML file with settings."),
    click.option(
        "--threshold",
        type=Share(),
        help="Drop lines with a higher score. By default, the best expected F1 of each page decides.",
    ),
    click.option(
        "--lose-at-most",
        type=Share(),
        help="Instead, set a goal: lose at most this share of the content (0.5% or 0.005).",
    ),
    click.option("--precision", type=Share(), help="Or: at least this share of the kept text is content."),
    click.option("--recall", type=Share(), help="Or: keep at least this share of the content."),
    click.option(
        "--drop-copies",
        type=Names(COPY_KINDS[1:], "copies"),
        help="Kinds of copies to drop, separated by commas, or none.  [default: "
        + ",".join(DROPPED_COPIES)
        + "]",
    ),
    click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        help=f"What to keep by kind of line; scores: none.  [default: {DEFAULT_PRESET}]",
    ),
    click.option(
        "--keep",
        type=Names(LINE_KINDS, "lines"),
        help="Kinds of lines to keep too, separated by commas: comment,author.",
    ),
    click.option(
        "--drop", type=Names(LINE_KINDS, "lines"), help="Kinds of lines to drop too: caption,byline."
    ),
    click.option(
        "--join-lines",
        is_flag=True,
        default=None,
        help="Join sentences that are split by the end of a printed page (PDF, OCR).",
    ),
)


def policy_options(function: F) -> F:
    """Add the options for the model and the decisions; the command gets them as `policy`."""

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        policy = Policy(*(options.pop(name) for name in Policy._fields))
        return function(*arguments, policy=policy, **options)

    for option in reversed(_POLICY_OPTIONS):
        command = option(command)
    return cast(F, command)


def page_of(name: str, input_format: Format | None, url: str | None = None) -> Page:
    """Read a page from a file, an http or https URL, or for `-` from standard input."""
    if is_address(name):
        allowed = click.get_current_context().meta.get(_ALLOW_PRIVATE, False)
        page = Page.fetch(name, input_format, allow_private=allowed)
        page = page if url is None else replace(page, url=url)
    elif name != "-":
        page = Page.read(Path(name), input_format, url)
    elif sys.stdin is None:
        raise PageError("standard input is closed: name a file")
    else:
        page = _piped(_read_standard_input(), input_format, url)
    if page.format == "html" and (why := why_simplified(page.utf8())):
        say(f"{name}: {why}")
    return page


def _read_standard_input() -> bytes:
    try:
        return bytes_of_stream(sys.stdin.buffer, LARGEST, STDIN)
    except OSError as error:
        raise PageError(f"{STDIN} cannot be read: {error.strerror}") from None


def _piped(data: bytes, input_format: Format | None, url: str | None) -> Page:
    """Read a page from standard input. Records are refused, as in files."""
    try:
        data = page_bytes(data)
    except PageError as error:
        raise PageError(f"{STDIN}: {error}") from None
    if input_format is None:
        refuse_records(STDIN, data)
    return Page.read(data, input_format, url)
