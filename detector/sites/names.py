"""The name of a page's site: the registrable domain, a column, or the folder."""

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

    Each host of a hosting service (github.io, blogspot.com) is a site of its own, by the private part of the
    public suffix list. So are IP addresses and unknown names.
    """
    host = host.rstrip(".").lower()
    if host.replace(".", "").isdigit() or ":" in host:
        return host
    return _suffixes().privatesuffix(host) or host


@lru_cache(maxsize=1)
def _known_suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@lru_cache(maxsize=65_536)
def _is_host(name: str) -> bool:
    """Tell whether a folder is named like a host, such as www.bbc.co.uk or 192.168.0.1."""
    is_address = name.count(".") == 3 and name.replace(".", "").isdigit()
    return is_address or _known_suffixes().privatesuffix(name.lower()) is not None


def site_of_folders(path: str) -> str | None:
    """Return the site of a file in a mirror, by its first folder that is named like a host, or None."""
    hosts = (folder for folder in path.split("/")[:-1] if "." in folder and _is_host(folder))
    host = next(hosts, None)
    return None if host is None else site_of_host(host)


def site_of_url(url: str) -> str | None:
    """Return the site of a URL, or None if it has no host."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return None
    # "unknown" and "not a URL" are no hosts, and pages with such a text are not of one site.
    is_host = not any(char.isspace() for char in host) and ("//" in url or "." in host)
    return site_of_host(host) if host and is_host else None


def site_name(given: object, url: str | None, folder: str, id: str) -> str:
    """Return the site of a document: as given, by URL, or by folder. Otherwise it has a site of its own."""
    if isinstance(given, str) and given.strip():
        return given.strip()
    return (site_of_url(url) if url else None) or folder or f"{LONE}{id}"
