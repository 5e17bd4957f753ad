"""Addresses in links and pictures: whole ones, and only those that are safe to follow."""

from typing import Final
from urllib.parse import urljoin, urlsplit

from detector.results.document.elements import SAFE_SCHEMES

# The HTML standard drops these from addresses, wherever they stand.
_DROPPED: Final = dict.fromkeys(map(ord, "\t\n\r"))


def safe_address(address: str, base: str | None) -> str | None:
    """Return an address, made whole by that of the page, or None for one that is not to be followed.

    base: the address that relative ones are relative to, if it is known
    """
    cleaned = address.translate(_DROPPED).strip("".join(map(chr, range(33))) + "\u00a0")
    if not cleaned:
        return None
    try:
        # A part of the page stays one: it is looked for in what is written.
        whole = urljoin(base, cleaned) if base and not cleaned.startswith("#") else cleaned
        scheme = urlsplit(whole).scheme.lower()
    except ValueError:  # an address that is none, as "http://["
        return None
    return whole if whole and scheme in SAFE_SCHEMES else None
