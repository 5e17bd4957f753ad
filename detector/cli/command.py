"""What all commands share: few options in `--help`, all in `--help-all`; `-q` and `-v`."""

import os
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from detector.cli.terminal import VERBOSITY, say

LONGEST_NAME: Final = 255  # bytes
_ALL: Final = "detector.help_all"


def _help_all(context: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        context.meta[_ALL] = True
        click.echo(context.get_help())
        context.exit()


def _note_verbosity(context: click.Context, param: click.Parameter, value: bool) -> None:
    if value and context.meta.setdefault(VERBOSITY, param.name) != param.name:
        raise click.UsageError("--quiet and --verbose: choose one of them", context)


class Command(click.Command):
    """A command whose `--help` shows the options in `common` only; None shows all."""

    def __init__(self, *arguments: Any, common: Sequence[str] | None = None, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self.common = common
        self.params += [
            click.Option(
                ["-q", "--quiet"], is_flag=True, expose_value=False, callback=_note_verbosity,
                help="Only report problems.",
            ),
            click.Option(
                ["-v", "--verbose"], is_flag=True, expose_value=False, callback=_note_verbosity,
                help="Also report how long it took.",
            ),
        ]  # fmt: skip
        if common is not None:
            self.params.append(
                click.Option(
                    ["--help-all"], is_flag=True, expose_value=False, is_eager=True, callback=_help_all,
                    help="Show all options and exit.",
                )
            )  # fmt: skip

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Refuse empty arguments: as a path, one would be the current folder."""
        if "" in args:
            raise click.UsageError("an argument is empty: is a shell variable unset?", context)
        return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:  # noqa: ANN401
        """Run the command; with `-v`, report how long it took."""
        began = time.monotonic()
        result = super().invoke(context)
        if context.meta.get(VERBOSITY) == "verbose":
            say(f"{self.name} took {time.monotonic() - began:.1f} s")
        return result

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, except rarely needed ones."""
        shows_all = self.common is None or context.meta.get(_ALL, False)
        always = {"quiet", "verbose", "help_all", "help", *(self.common or ())}
        rows = [
            row
            for option in self.get_params(context)
            if isinstance(option, click.Option)
            and (shows_all or option.name in always)
            and (row := option.get_help_record(context)) is not None
        ]
        with formatter.section("Options"):
            formatter.write_dl(rows)


# Inputs: files, folders and URLs. Shells complete files; the command reports errors.
INPUT: Final = click.Path(readable=False)


def exists(path: Path) -> bool:
    """Tell whether there is a file, a folder or a device of this name."""
    try:
        return path.exists()
    except OSError:  # the name is too long; opening it raises the error
        return False


def is_too_long(path: Path) -> bool:
    """Tell whether file systems take no name of this length."""
    return len(os.fsencode(path.name)) > LONGEST_NAME


def or_piped(names: Sequence[str]) -> Sequence[str]:
    """Return the inputs, or standard input if there are none and something is piped in."""
    if names:
        return names
    if is_piped():
        return ("-",)
    raise click.UsageError("name a file, a folder or an address, or pipe a page in")


def is_piped() -> bool:
    """Tell whether standard input is a pipe or a file. A terminal and the null device are not."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (AttributeError, OSError, ValueError):  # no standard input, or it is not a file
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def refuse_unused(unused: Sequence[str], mode: str, takes: str) -> None:
    """Raise a usage error for an option without effect in this mode.

    unused: names of parameters; mode: what the inputs are; takes: which inputs have these options
    """
    context = click.get_current_context()
    for param in context.command.params:
        if param.name in unused and context.get_parameter_source(param.name) in (
            click.core.ParameterSource.COMMANDLINE,
            click.core.ParameterSource.ENVIRONMENT,
        ):
            raise click.UsageError(f"{param.opts[-1]} has no effect for {mode}: it is for {takes}")
