"""Whether a text is the address of a page. Imports nothing: the command line asks first of all."""

from typing import Final

_SCHEMES: Final = ("http://", "https://")


def is_address(text: str) -> bool:
    """Return whether a text is an http or https address."""
    return text.lower().startswith(_SCHEMES)
