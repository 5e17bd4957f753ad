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


class DetectorError(Exception):
    """Base class of all errors that this package raises on purpose."""


class PageError(DetectorError):
    """One page cannot be read; others can."""


class ShardError(DetectorError):
    """One shard of a corpus run failed; running it again may help."""


class ModelFormatError(DetectorError):
    """A model, profile or index file is damaged, foreign, or of an unknown format number."""


class SettingsError(DetectorError):
    """A setting, a settings file or a command line option is wrong."""


class MissingExtraError(DetectorError):
    """An optional dependency is not installed."""


class KernelError(DetectorError):
    """A compiled kernel met a wrong index or offset: a bug in this package."""
