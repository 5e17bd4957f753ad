"""Pages at URLs, fetched with limits on time and size. Every redirect is checked."""

import re
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from detector.errors import PageError
from detector.extras import need
from detector.text.compressed import GZIP, unpacked, unpacked_brotli, unpacked_zstd
from detector.version import __version__

USER_AGENT: Final = f"boilerplate-detector/{__version__} (fetches single pages that its user names)"
MOST_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# The content types of pages; empty if the server does not say.
_PAGES: Final = re.compile(r"^(?:text/.*|application/(?:xhtml\+xml|xml)|)$", re.IGNORECASE)
# Content types that servers use for anything: the first bytes tell more.
_UNTOLD: Final = frozenset(("application/octet-stream", "binary/octet-stream", "application/x-unknown"))


class Fetched(NamedTuple):
    """A response: the decompressed bytes, the final URL, and the encoding named by the server."""

    data: bytes
    url: str
    charset: str | None


def fetch(url: str, *, timeout: float, most_bytes: int, allow_private: bool) -> Fetched:
    """Fetch a page.

    Parameters
    ----------
    url
        Its http or https URL.
    timeout
        Seconds for everything: look-ups of names, connecting, redirects, the response.
    most_bytes
        The largest response in bytes, compressed and decompressed.
    allow_private
        Whether it may be on this machine or in a private network.

    Raises
    ------
    PageError
        If there is no such page, it is not text or HTML, or a limit is exceeded.
    MissingExtraError
        If the client is not installed.
    """
    need("httpcore2", "fetch", "fetching a page")
    import httpcore2

    from detector.text.connections import CheckedConnections, Deadline

    deadline = Deadline(timeout)
    now = url
    try:
        with httpcore2.ConnectionPool(network_backend=CheckedConnections(deadline, allow_private)) as pool:
            for _ in range(MOST_REDIRECTS + 1):
                answer = _answer(pool, _checked(now), most_bytes)
                if isinstance(answer, Fetched):
                    return answer
                now = answer
    except PageError as error:
        raise PageError(f"{_named(url, now)}: {error}") from None
    except (httpcore2.TimeoutException, httpcore2.NetworkError) as error:
        raise PageError(f"{_named(url, now)}: no answer ({_reason(error)})") from None
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise PageError(f"{_named(url, now)}: not a response of a web server ({error})") from None
    raise PageError(f"{url}: more than {MOST_REDIRECTS} redirects, the last to {now}")


def _named(url: str, now: str) -> str:
    return url if now == url else f"{url} (led to {now})"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _checked(url: str) -> str:
    """Return a URL as it is requested; raises `PageError` if it cannot be the URL of a page."""
    try:
        parts = urlsplit(urldefrag(url.strip())[0])
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise PageError(f"this is not an address ({error})") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise PageError("only http:// and https:// addresses are fetched")
    place = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    return parts._replace(netloc=place, path=_quoted(parts.path) or "/", query=_quoted(parts.query)).geturl()


def _quoted(text: str) -> str:
    """Quote the characters of a part of a URL that must be quoted, unless they already are."""
    return quote(text, safe="!#$%&'()*+,/:;=?@[]~")


def _answer(pool: Any, url: str, most_bytes: int) -> Fetched | str:  # noqa: ANN401
    """Return the response of a URL, or the URL that it redirects to."""
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": USER_AGENT,
        "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.1",
        "Accept-Encoding": "gzip",
    }
    with pool.stream("GET", url, headers=headers) as response:
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in _REDIRECTS and said.get("location"):
            return str(urljoin(url, said["location"].strip()))
        if not 200 <= response.status < 300:
            raise PageError(f"the server answers {response.status}: no page to read")
        kind = said.get("content-type", "").partition(";")[0].strip().lower()
        if not _PAGES.match(kind) and kind not in _UNTOLD:
            raise PageError(f"this is {kind}, not a page: HTML and text are read")
        if said.get("content-length", "").isdecimal() and int(said["content-length"]) > most_bytes:
            raise PageError(f"the page has more than {most_bytes:,} bytes")
        data = _body(response, most_bytes)
    charset = _CHARSET.search(said.get("content-type", ""))
    data = _unpacked(data, said.get("content-encoding", "").strip().lower(), most_bytes)
    return Fetched(data, url, charset and charset[1])


def _body(response: Any, most_bytes: int) -> bytes:  # noqa: ANN401
    pieces, size = list[bytes](), 0
    for piece in response.iter_stream():
        size += len(piece)
        if size > most_bytes:
            raise PageError(f"the page has more than {most_bytes:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _unpacked(data: bytes, coding: str, most_bytes: int) -> bytes:
    if coding in ("gzip", "x-gzip") and data.startswith(GZIP):
        return unpacked(data, limit=most_bytes)
    if coding == "br":
        return unpacked_brotli(data, most_bytes)
    if coding == "zstd":
        return unpacked_zstd(data, most_bytes)
    if coding in ("", "identity", "gzip", "x-gzip"):
        return data
    raise PageError(f"the page is compressed with {coding}, which was not requested")
