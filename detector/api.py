"""Shorthands for one page with the default model and settings."""

from detector.detector import Detector
from detector.lines.formats import Format
from detector.lines.page import Input
from detector.results import ScoredPage


def score(page: Input, format: Format | None = None, url: str | None = None) -> ScoredPage:
    """Score one page; see `Detector.score`."""
    return Detector().score(page, format, url)


def clean(page: Input, format: Format | None = None, url: str | None = None) -> str:
    """Return the clean text of one page; see `Detector.clean`."""
    return Detector().clean(page, format, url)
