r"""Prints text of pages. On a terminal, control characters are made visible.

>>> printable("\x1b[2Jgone?\u202e")
'\\x1b[2Jgone?\\u202e'

A page may contain control characters that clear the screen, set the clipboard or change the writing
direction. Commands print text of pages with `print_page_text`. Files and pipes get it unchanged.
"""

import os
import re
import sys
from typing import Final, TextIO

import click

# Control characters except tab and line feed, C1 controls, and those that change the writing direction.
_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The key of "quiet" or "verbose" in the context of a command.
VERBOSITY: Final = "detector.verbosity"
# The separators of cells and rows.
_PARTING: Final = re.compile("[\t\n\r]")
_CR_LF: Final = re.compile("\r\n")


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(text: str) -> str:
    """Return a text with control characters written as numbers."""
    return _OBEYED.sub(_shown, _CR_LF.sub("\n", text))


def cell(text: str) -> str:
    """Return a text for a cell of a row with tabs: its own tabs and line ends are written as numbers."""
    return _PARTING.sub(_shown, text)


def print_page_text(text: str, *, end: str = "\n") -> None:
    """Print text of a page on standard output."""
    _print((printable(text) if is_terminal() else text) + end)


def print_json(text: str, *, end: str = "\n") -> None:
    r"""Print JSON on standard output; on a terminal, with \u escapes, so that it stays valid JSON."""
    if is_terminal():
        text = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    _print(text + end)


def wants_colour() -> bool | None:
    """Return False if `NO_COLOR` is set (https://no-color.org), None if the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _print(text: str) -> None:
    """Write to standard output unchanged: click would remove what looks like colours."""
    if sys.stdout is not None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a number and what it counts: "1 page", "2,000 pages"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def note(message: str) -> None:
    """Print a message, except with `-q`."""
    context = click.get_current_context(silent=True)
    if context is None or context.meta.get(VERBOSITY) != "quiet":
        say(message)


def say(message: str) -> None:
    """Print a message on standard error. File names and ids in it may contain control characters."""
    write_error(f"detector: {printable(message)}\n")


def write_error(text: str) -> None:
    """Write to standard error. If it is full or closed, the work continues without it."""
    try:
        click.echo(text, err=True, nl=False)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO | None) -> None:
    """Send the buffer of a stream, and all further output, to the null device."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
