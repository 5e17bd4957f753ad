"""This project on HTML, with the model that ships, through its public interface.

Runs in the environment of version 0.1, too.
"""

from detector import Detector, Page

DETECTOR = Detector()


def extract(html: bytes, language: str | None) -> str:
    """Return a page's clean text."""
    return DETECTOR.score(html, "html").clean_text


def extract_batch(pages: list[bytes]) -> list[str]:
    """Return the clean text of many pages, in batches of its own choice."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "html") for page in pages)]


def score_batch(pages: list[bytes]) -> int:
    """Score many pages, and look at no line; return how many pages there are."""
    return len(list(DETECTOR.score_pages(Page.read(page, "html") for page in pages)))


def lines_batch(pages: list[bytes]) -> int:
    """Score many pages, and read the lines of each; return how many lines there are."""
    scored = list(DETECTOR.score_pages(Page.read(page, "html") for page in pages))
    return sum(len(page.lines) for page in scored)
