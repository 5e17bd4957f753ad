"""This project on HTML, with the default model, through its public interface.

Also runs in the environment of version 0.1.
"""

from detector import Detector, Page

DETECTOR = Detector()


def extract(html: bytes, language: str | None) -> str:
    """Return a page's clean text."""
    return DETECTOR.score(html, "html").clean_text


def extract_batch(pages: list[bytes]) -> list[str]:
    """Return the clean text of many pages, in batches of its own size."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "html") for page in pages)]


def score_batch(pages: list[bytes]) -> int:
    """Score many pages without accessing their lines; return the number of pages."""
    return len(list(DETECTOR.score_pages(Page.read(page, "html") for page in pages)))


def lines_batch(pages: list[bytes]) -> int:
    """Score many pages, and read the lines of each; return the number of lines."""
    scored = list(DETECTOR.score_pages(Page.read(page, "html") for page in pages))
    return sum(len(page.lines) for page in scored)
