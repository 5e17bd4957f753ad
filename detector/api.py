"""Shortcuts for one page with the default model and settings."""

from detector.detector import Detector
from detector.records import Format, OutputFormat
from detector.results.page import ScoredPage
from detector.text.page import Input, Page


def score(page: Input | Page, format: Format | None = None, url: str | None = None) -> ScoredPage:
    """Score one page with the default model and settings.

    Parameters and errors are those of `Detector.score`.
    """
    return Detector().score(page, format, url)


def clean(
    page: Input | Page,
    format: OutputFormat = "text",
    *,
    input_format: Format | None = None,
    url: str | None = None,
) -> str:
    """Return what is kept of one page as text, or in another format, with the default model and settings.

    Parameters and errors are those of `Detector.clean`.
    """
    return Detector().clean(page, format, input_format=input_format, url=url)
