"""The standard streams of the command line: replaced if closed, named if full, UTF-8 in pipes."""

import io
import os
import sys
from typing import Final

from detector.cli.terminal import discard, is_terminal

STDOUT: Final = 1
STDERR: Final = 2


def is_output_lost() -> bool:
    """Tell whether standard output takes no more, not even a newline. What it did not take is discarded."""
    try:
        sys.stdout.flush()
        return os.write(STDOUT, b"\n") == 0
    except OSError:
        discard(sys.stdout)
        return True


def open_closed_streams() -> None:
    """Replace closed standard streams by the null device.

    Otherwise the next opened file, such as an output, would become standard output for libraries and workers.
    Standard output is opened for reading only: a command that prints its results fails, others do not.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        os.set_inheritable(number, True)
    if sys.stdout is None:
        reading = os.open(os.devnull, os.O_RDONLY)
        os.dup2(reading, STDOUT)
        os.close(reading)
    os.close(number)
    sys.stdout = sys.stdout or open(STDOUT, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(STDERR, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def write_utf8() -> None:
    """Write UTF-8 to a pipe or a file: in the encoding of a locale, characters would be lost."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not is_terminal():
        sys.stdout.reconfigure(encoding="utf-8")
