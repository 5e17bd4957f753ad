"""What ends a command with a plain sentence and exit code 1, without a traceback."""

from click import ClickException


class BenchmarkError(ClickException):
    """Something that the reader of the message can mend."""
