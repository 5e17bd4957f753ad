"""This project on plain text, with the default model, through its public interface.

Also runs in the environment of version 0.1.
"""

from detector import Detector, Page

DETECTOR = Detector()


def extract(text: str, language: str | None) -> str:
    """Return the clean text of plain text."""
    return DETECTOR.score(text, "text").clean_text


def extract_batch(pages: list[str]) -> list[str]:
    """Return the clean text of many plain texts, in batches of its own size."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "text") for page in pages)]
