"""turbohtml: its own main text."""

import turbohtml


def extract(html: bytes, language: str | None) -> str:
    """Extract the main content as text."""
    return turbohtml.parse(html).main_text()
