"""Shortcuts for one page with the default model and settings."""

from detector.detector import Detector
from detector.records import Format
from detector.results.page import ScoredPage
from detector.text.page import Input


def score(page: Input, format: Format | None = None, url: str | None = None) -> ScoredPage:
    """Score one page with the default model and settings.

    Parameters and errors are those of `Detector.score`.
    """
    return Detector().score(page, format, url)


def clean(page: Input, format: Format | None = None, url: str | None = None) -> str:
    """Return the clean text of one page, with the default model and settings.

    Parameters and errors are those of `Detector.score`.
    """
    return Detector().clean(page, format, url)
