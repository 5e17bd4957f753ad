"""Shortcuts for one page with the default model and settings, and models from anywhere."""

from pathlib import Path

from detector.detector import Detector
from detector.model.files import Model, model_of
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


def load(model: str | Path = "default") -> Model:
    """Load a model, to use it in `Detector(model)`, to look at its card, or to save or push it.

    Parameters
    ----------
    model : str or Path
        A folder, an address on the Hugging Face Hub (hf://org/name, hf://org/name@revision), or "default".

    Returns
    -------
    Model
        The model; `info` is its card, data manifest, measures and license.

    Raises
    ------
    ModelFormatError
        If it is damaged, has an unknown format, or cannot be downloaded.
    SettingsError
        If the address is wrong.
    MissingExtraError
        If huggingface_hub is not installed.
    """
    return model_of(model)
