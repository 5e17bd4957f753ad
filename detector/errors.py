"""All errors of this package, with what the caller should do.

    DetectorError
    ├── PageError            skip this page and count it
    ├── ShardError           this shard failed: run it again
    ├── ModelFormatError     this model, profile or index cannot be used: get another
    ├── SettingsError        a setting or an option is wrong: change it
    ├── MissingExtraError    an optional package is missing: install it
    └── KernelError          a bug in this package: skip the page and report it

Wrong arguments in Python raise `ValueError` or `TypeError`, as usual. Every message says what is
wrong, where, and what to do.
"""

from typing import Final

# How messages of the libraries that decompress begin, and what they mean.
_DAMAGE: Final = (
    ("Compressed file ended before", "it is cut off"),
    ("Not a gzipped file", "bytes that are not gzip"),
    ("CRC check failed", "its checksum is wrong"),
    ("Incorrect length of data", "its length is wrong"),
    ("Error -", "bytes that are not gzip"),
    ("Invalid data stream", "bytes that are not bzip2"),
    ("Unable to decompress Zstandard data", "bytes that are not Zstandard"),
)


class DetectorError(Exception):
    """Base class of all errors that this package raises on purpose."""


class PageError(DetectorError):
    """One page cannot be read; others can."""


class ShardError(DetectorError):
    """One shard of a corpus run failed; running it again may help."""


class ModelFormatError(DetectorError):
    """The file of a model, profile or index is damaged, has an unknown format, or is something else."""


class SettingsError(DetectorError):
    """A setting, a settings file or a command line option is wrong."""


class MissingExtraError(DetectorError):
    """An optional dependency is not installed."""


class KernelError(DetectorError):
    """A compiled kernel used a wrong index or offset: a bug in this package."""


def in_words(error: BaseException) -> str:
    """Return why something failed, for a message: without Python's numbers and names of classes.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "page.html"))
    'No such file or directory'
    >>> in_words(KeyError("arrays"))
    'arrays is missing'
    >>> in_words(OSError("Not a gzipped file (b'ab')"))
    'bytes that are not gzip'
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, KeyError) and error.args:
        return f"{error.args[0]} is missing"
    if isinstance(error, UnicodeError):
        return "not UTF-8"
    if isinstance(error, ValueError) and hasattr(error, "colno"):
        return f"not JSON, at line {error.lineno}, column {error.colno}"  # type: ignore[attr-defined]
    if isinstance(error, TypeError | AttributeError | RecursionError):
        return "not of the form that it should have"
    said = str(error)
    return next((why for begins, why in _DAMAGE if said.startswith(begins)), said) or "of an unknown kind"
