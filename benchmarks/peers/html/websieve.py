"""websieve: the first step of its pipeline, from HTML to the best run of blocks."""

from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from websieve.clean.boilerplate import extract as best_blocks


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content."""
    text, _ = best_blocks(bytes_to_str(html, detect_encoding(html)))
    return text
