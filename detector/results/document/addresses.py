"""Addresses in links and pictures: absolute ones, and only those that are safe to follow."""

from typing import Final
from urllib.parse import urljoin, urlsplit

from detector.results.document.elements import SAFE_SCHEMES

# The HTML standard drops these from addresses, at any position.
_DROPPED: Final = dict.fromkeys(map(ord, "\t\n\r"))


def safe_address(address: str, base: str | None) -> str | None:
    """Return an absolute address, or None for one that must not be followed.

    base: the address that relative addresses are relative to, if known
    """
    cleaned = address.translate(_DROPPED).strip("".join(map(chr, range(33))) + "\u00a0")
    if not cleaned:
        return None
    try:
        # A fragment stays as it is: it is looked up in the output.
        whole = urljoin(base, cleaned) if base and not cleaned.startswith("#") else cleaned
        scheme = urlsplit(whole).scheme.lower()
    except ValueError:  # an invalid address, such as "http://["
        return None
    return whole if whole and scheme in SAFE_SCHEMES else None
