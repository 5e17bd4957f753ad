r"""Text of pages on a terminal: what a terminal would obey is shown instead.

>>> printable("\x1b[2Jgone?\u202e")
'\\x1b[2Jgone?\\u202e'

A page may hold control characters that clear the screen, set the clipboard or turn the direction of
writing. What commands print of pages goes through `print_page_text`; files and pipes get the text as
it is.
"""

import re
import sys
from typing import Final

import click

# Control characters but for tab and line feed, those of C1, and those that turn the direction.
_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CR_LF: Final = re.compile("\r\n")


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def printable(text: str) -> str:
    """Return a text with each character that a terminal would obey written as its number."""
    return _OBEYED.sub(_shown, _CR_LF.sub("\n", text))


def print_page_text(text: str, *, end: str = "\n") -> None:
    """Print a text of a page, or with parts of one, on standard output."""
    _print((printable(text) if _is_terminal() else text) + end)


def print_json(text: str, *, end: str = "\n") -> None:
    r"""Print JSON on standard output; on a terminal with \u escapes, so that it is still JSON."""
    if _is_terminal():
        text = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    _print(text + end)


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _print(text: str) -> None:
    """Write to standard output as it is: click would leave out what looks like colours."""
    if sys.stdout is not None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))


def say(message: str) -> None:
    """Print a message on standard error; names of files and ids in it may be anything."""
    click.echo(f"detector: {printable(message)}", err=True)
