"""This project on plain text, with the model that ships, through its public interface.

Runs in the environment of version 0.1, too.
"""

from detector import Detector, Page

DETECTOR = Detector()


def extract(text: str, language: str | None) -> str:
    """Return the clean text of plain text."""
    return DETECTOR.score(text, "text").clean_text


def extract_batch(pages: list[str]) -> list[str]:
    """Return the clean text of many plain texts, in batches of its own choice."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "text") for page in pages)]
