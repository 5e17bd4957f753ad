"""Libraries that only some work needs, and that an extra of the package brings."""

from importlib.util import find_spec

from detector.errors import MissingExtraError


def need(library: str, extra: str, what: str) -> None:
    """Raise `MissingExtraError` if a library is not there.

    Parameters
    ----------
    library
        The name that it is imported by.
    extra
        The extra of this package that brings it.
    what
        What needs it, for the message.
    """
    if find_spec(library) is None:
        raise MissingExtraError(f"{what} needs {library}: pip install 'boilerplate-detector[{extra}]'")
