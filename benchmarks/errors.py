"""Errors that end a command with a message and exit code 1, without a traceback."""

from click import ClickException


class BenchmarkError(ClickException):
    """Something that the user can fix."""
