"""Our own scorer, with the shipped model, through the public interface."""

from detector import Detector, Page

DETECTOR = Detector()


def extract(html: bytes, language: str | None) -> str:
    """Return a page's clean text."""
    return DETECTOR.score(html, format="html").clean_text


def extract_batch(pages: list[bytes]) -> list[str]:
    """Return the clean text of many pages, in batches of its own choice."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "html") for page in pages)]


def extract_text(text: str, language: str | None) -> str:
    """Return the clean text of plain text."""
    return DETECTOR.score(text, format="text").clean_text


def extract_text_batch(pages: list[str]) -> list[str]:
    """Return the clean text of many plain texts."""
    return [page.clean_text for page in DETECTOR.score_pages(Page.read(page, "text") for page in pages)]
