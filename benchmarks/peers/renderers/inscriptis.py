"""inscriptis: all text with its layout; the baseline that keeps everything."""

from inscriptis import get_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def extract(html: bytes, language: str | None) -> str:
    """Return all text."""
    return get_text(bytes_to_str(html, detect_encoding(html)))
