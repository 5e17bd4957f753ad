"""resiliparse: its main content, and its plain text of the whole page."""

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    return extract_plain_text(bytes_to_str(html, detect_encoding(html)), main_content=True)


def extract_everything(html: bytes, language: str | None) -> str:
    """Return all visible text, one block per line."""
    return extract_plain_text(bytes_to_str(html, detect_encoding(html)))
