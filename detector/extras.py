"""Optional libraries, which the extras of this package install."""

from importlib.util import find_spec

from detector.errors import MissingExtraError


def need(library: str, extra: str, what: str) -> None:
    """Raise `MissingExtraError` if a library is not installed.

    Parameters
    ----------
    library
        The name it is imported by.
    extra
        The extra of this package that installs it.
    what
        What needs it, as a subject for the message.
    """
    if find_spec(library) is None:
        raise MissingExtraError(f"{what} needs {library}: pip install 'boilerplate-detector[{extra}]'")
