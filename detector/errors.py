"""The errors, named by what the caller should do.

    DetectorError
    ├── PageError            skip this page, count it
    ├── ShardError           this shard failed: run it again
    ├── ModelFormatError     this model, profile or index file cannot be used: get another
    ├── SettingsError        a setting or an option is wrong: change it
    ├── MissingExtraError    an optional package is missing: install it
    └── KernelError          a fault of this package: skip the page, and report it

Wrong arguments in Python are `ValueError` or `TypeError`, as everywhere.
Every message says what is wrong, where, and what to do.
"""


class DetectorError(Exception):
    """Base of all errors that this package raises on purpose."""


class PageError(DetectorError):
    """One page cannot be read; the others can."""


class ShardError(DetectorError):
    """One shard of a corpus run failed; running it again may help."""


class ModelFormatError(DetectorError):
    """A model, profile or index file is damaged, foreign, or of an unknown format number."""


class SettingsError(DetectorError):
    """A setting, a settings file or a command line option is wrong."""


class MissingExtraError(DetectorError):
    """An optional dependency is not installed."""


class KernelError(DetectorError):
    """A compiled kernel met something that it should never meet: a fault of this package."""
