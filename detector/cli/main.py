"""The command line: imports the called command, and turns errors into messages.

Exit codes: 0 success; 1 some pages were set aside, or `check` found something; 2 wrong usage (options,
settings, model files), or a file cannot be read or written; 3 stopped, because too much would be lost or a
model is not better; 4 a bug in this package; 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP.
"""

import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final

import click
from click.shell_completion import CompletionItem

from detector.cli.command import exists, is_piped
from detector.cli.streams import is_output_lost, open_closed_streams, write_utf8
from detector.cli.terminal import discard, printable, say, wants_colour, write_error
from detector.errors import DetectorError, PageError
from detector.safe_path import safe_path
from detector.text.addresses import is_address
from detector.version import __version__

# For each command, its module and one line of help. The module is imported when the
# command is called, so that `detector --help` loads nothing heavy.
COMMANDS: Final = {
    "score": ("detector.cli.score", "Show each line of a page with its score and reason."),
    "clean": ("detector.cli.clean", "Print or write the clean text of pages, or of a corpus."),
    "restore": ("detector.cli.restore", "Restore what a corpus run dropped."),
    "profile": ("detector.cli.profile", "Learn the template of a site from its pages."),
    "duplicates": ("detector.cli.duplicates", "Find near-duplicates among many texts."),
    "check": ("detector.cli.check", "Report boilerplate and duplicates in text data, like a linter."),
    "train": ("detector.cli.train", "Adapt the model to your pages, or train a new one."),
    "evaluate": ("detector.cli.evaluate", "Measure a model on labelled pages."),
    "serve": (
        "detector.cli.serve",
        "See and label pages in the browser; serve HTTP.",
    ),
}

PAGES_SET_ASIDE: Final = 1
WRONG_USE: Final = 2
OUR_FAULT: Final = 4
INTERRUPTED: Final = 130
# The exit code for a signal, less its number.
SIGNALLED: Final = 128
# Errors of a full disk.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The most characters of a name in a message.
LONGEST_NAME: Final = 200
PACKAGE: Final = "boilerplate-detector"


def _is_input(name: str) -> bool:
    """Tell whether an argument is a file, a folder or a URL."""
    return name == "-" or is_address(name) or exists(Path(name))


def _seems_input(name: str) -> bool:
    """Tell whether an argument looks like a file name or a URL rather than a command."""
    return not name.startswith("-") and ("." in name or "/" in name)


def _meant(name: str) -> str | None:
    """Return the command that is probably meant by a word that is none, and no file or folder either."""
    if name in COMMANDS or not name.isalpha() or _is_input(name):
        return None
    return next(iter(get_close_matches(name[:20], COMMANDS)), None)


class LazyCommands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names in the order of `COMMANDS`."""
        return list(COMMANDS)

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Without a command, clean what is named or piped in."""
        if args and (meant := _meant(args[0])):
            raise click.UsageError(f"there is no command {args[0][:20]}: did you mean {meant}?", context)
        if (not args and is_piped()) or (args and args[0] not in COMMANDS and any(map(_is_input, args))):
            args = ["clean", *args]
        if args and args[0] not in COMMANDS and _seems_input(args[0]):
            raise click.UsageError(
                f"{printable(args[0][:100])} is not a command, a file, a folder or an http address",
                context,
            )
        return super().parse_args(context, args)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        if name != "train":
            # The threads of numpy take a tenth of a second to start, and only training needs them.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        command = import_module(COMMANDS[name][0]).command
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like this, without importing any, or files, which are cleaned."""
        found = [
            CompletionItem(name, help=text)
            for name, (_, text) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        found += click.Command.shell_complete(self, context, incomplete)
        return found or [CompletionItem(incomplete, type="file")]

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="detector")
def group() -> None:
    """Find boilerplate and duplicate content in scraped pages.

    Each line gets a score, the probability that it is not main content, and a reason. The lines
    that are kept are the clean text.

    \b
    Examples:
      detector page.html
      detector score page.html
      detector clean *.html --output clean/
      curl -s https://example.org | detector clean
    """  # noqa: D301 (click needs the backspace)


class _Terminated(KeyboardInterrupt):
    """Raised on SIGTERM and SIGHUP (`signal`). Stops like Ctrl-C, so that workers end too."""

    def __init__(self, number: int) -> None:
        self.signal = number


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated(number)


def _ends_by() -> list[int]:
    """Return the signals that end a command: SIGHUP only if its terminal may do so (`nohup`)."""
    hangup: int | None = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is None or signal.getsignal(hangup) == signal.SIG_IGN:
        return [signal.SIGTERM]
    return [signal.SIGTERM, hangup]


@contextmanager
def _terminable() -> Iterator[None]:
    """Make SIGTERM and SIGHUP stop the command cleanly. Only the main thread can handle signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _terminate) for number in _ends_by()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fail(message: str, code: int) -> int:
    say(message)
    return code


def _where_to_report() -> str:
    """Return the URL for bug reports, from the metadata of the package."""
    from importlib.metadata import PackageNotFoundError, metadata  # slow to import, and seldom needed

    try:
        urls: dict[str, str] = dict(
            url.split(", ", 1) for url in metadata(PACKAGE).get_all("Project-URL") or ()
        )
    except (PackageNotFoundError, ValueError):
        urls = {}
    trackers = [url for label, url in urls.items() if label.lower() in ("issues", "bug tracker", "tracker")]
    return (trackers or list(urls.values()) or [f"the authors of {PACKAGE}"])[0]


def _our_fault() -> int:
    return _fail(
        "internal error: this is a bug in detector, not a problem with your input. Please report it to "
        f"{_where_to_report()}; set DETECTOR_TRACEBACK=1 to see the traceback",
        OUR_FAULT,
    )


def _stopped(error: click.exceptions.Abort) -> int:
    """Return the exit code of an aborted command. click also aborts on `EOFError`."""
    if isinstance(error.__cause__, EOFError):
        return _our_fault()
    stopped_by = error.__cause__
    return _fail(
        "stopped", SIGNALLED + stopped_by.signal if isinstance(stopped_by, _Terminated) else INTERRUPTED
    )


def _output_lost(error: OSError) -> int:
    """Return the exit code if results could not be printed."""
    if error.errno == errno.EBADF:
        return _fail("standard output is closed: redirect it to a file or a pipe", WRONG_USE)
    return _fail(f"standard output: {error.strerror}", WRONG_USE)


def _denied(error: OSError) -> int:
    """Return the exit code for a system error, such as a full disk."""
    if error.errno is None:  # raised by a library, not by the system
        return _our_fault()
    is_full = error.errno in _FULL
    if isinstance(error.filename, str | bytes):
        name = os.fsdecode(error.filename)
        name = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
        hint = ": free some space or choose another folder" if is_full else ": name another file or folder"
        return _fail(f"{name}: {error.strerror}{hint}", WRONG_USE)
    if (is_full or error.errno == errno.EBADF) and is_output_lost():
        return _output_lost(error)
    hint = ": free some space, or set TMPDIR to a folder on another disk" if is_full else ""
    return _fail(f"{error.strerror}{hint}", WRONG_USE)


def _show(error: click.ClickException) -> int:
    """Show an error from click, with the usage."""
    text = io.StringIO()
    error.show(file=text)
    write_error(text.getvalue())
    return WRONG_USE


def _run(arguments: list[str] | None) -> int:
    """Run the command line. Unexpected errors are raised."""
    output = sys.stdout
    try:
        code = group.main(arguments, prog_name="detector", standalone_mode=False, color=wants_colour())
    except click.exceptions.Abort as error:
        return _stopped(error)
    except click.ClickException as error:
        return _show(error)
    except PageError as error:
        return _fail(str(error), PAGES_SET_ASIDE)
    except DetectorError as error:
        return _fail(str(error), WRONG_USE)
    except BrokenPipeError:
        discard(sys.stdout)
        return 0
    except SystemExit as error:
        # If the reader has closed the pipe, click replaces standard output and exits with 1. But this is not
        # an error, and here 1 means that pages were set aside.
        if sys.stdout is not output:
            return 0
        return error.code if isinstance(error.code, int) else 0
    except OSError as error:
        return _denied(error)
    except MemoryError:
        return _fail("not enough memory", WRONG_USE)
    return code if isinstance(code, int) else 0


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        with _terminable():
            return _run(arguments)
    except Exception:
        if os.environ.get("DETECTOR_TRACEBACK"):
            raise
        return _our_fault()


def main() -> None:
    """Entry point of the `detector` program."""
    open_closed_streams()
    write_utf8()
    with safe_path():
        code = run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
    except OSError as error:  # closed, or a full disk
        code = _output_lost(error)
        discard(sys.stdout)
    sys.exit(code)
