"""Whose page is it? The registrable domain, a column, or the folder."""

from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

LONE = "page:"


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=65_536)
def site_of_host(host: str) -> str:
    """Return a host's registrable domain.

    Hosts of services where every user has one (github.io, blogspot.com) are sites of their
    own, as the public suffix list's private part says; so are addresses and unknown names.
    """
    host = host.rstrip(".").lower()
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return _suffixes().privatesuffix(host) or host


def site_of_url(url: str) -> str | None:
    """Return the site of a URL, or None if it has no host."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    return site_of_host(host) if host else None


def site_name(given: object, url: str | None, folder: str, id: str) -> str:
    """Return the site of a document: as given, by URL, by folder; else it stands alone."""
    if isinstance(given, str) and given.strip():
        return given.strip()
    return (site_of_url(url) if url else None) or folder or f"{LONE}{id}"
