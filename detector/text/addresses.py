"""Whether a text is the URL of a page. Imports nothing, because the command line checks this first."""

from typing import Final

_SCHEMES: Final = ("http://", "https://")


def is_address(text: str) -> bool:
    """Return whether a text is an http or https URL."""
    return text.lower().startswith(_SCHEMES)
