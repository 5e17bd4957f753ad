r"""Printing text of pages: control characters are made visible on a terminal.

>>> printable("\x1b[2Jgone?\u202e")
'\\x1b[2Jgone?\\u202e'

A page may hold control characters that clear the screen, set the clipboard or change the writing
direction. Commands print text of pages with `print_page_text`. Files and pipes get the text unchanged.
"""

import os
import re
import sys
from typing import Final, TextIO

import click

# Control characters except tab and line feed, those of C1, and those that change the writing direction.
_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Where a command's context has "quiet" or "verbose".
VERBOSITY: Final = "detector.verbosity"
# What parts cells and rows.
_PARTING: Final = re.compile("[\t\n\r]")
_CR_LF: Final = re.compile("\r\n")


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(text: str) -> str:
    """Return a text with each control character written as its number."""
    return _OBEYED.sub(_shown, _CR_LF.sub("\n", text))


def cell(text: str) -> str:
    """Return a text for a row with tabs between cells: its own tabs and line ends as their numbers."""
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
    """Return False if `NO_COLOR` says so (https://no-color.org), None where the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _print(text: str) -> None:
    """Write to standard output unchanged: click would remove what looks like colours."""
    if sys.stdout is not None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def note(message: str) -> None:
    """Print a message that `-q` leaves out."""
    context = click.get_current_context(silent=True)
    if context is None or context.meta.get(VERBOSITY) != "quiet":
        say(message)


def say(message: str) -> None:
    """Print a message on standard error; file names and ids in it may hold control characters."""
    write_error(f"detector: {printable(message)}\n")


def write_error(text: str) -> None:
    """Write to standard error; where it is full or closed, nobody reads it, and the work goes on."""
    try:
        click.echo(text, err=True, nl=False)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO | None) -> None:
    """Send what is still written to a stream, and what it holds, to the null device."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
