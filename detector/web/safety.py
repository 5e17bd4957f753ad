"""The first checks of every request: the right Host and Origin, and headers that keep pages inert.

A page of another site, open in the same browser, can send requests here. It cannot set `Host` to our host
unless its own name resolves to this address (DNS rebinding), and its `Origin` names its site.
"""

import hmac
import time
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detector.web.problems import Problem, problem_response
from detector.web.server import Server

COOKIE: Final = "detector_token"
READING: Final = ("GET", "HEAD")
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def _name_of(host: str) -> str:
    """Return a Host without its port; empty if it is invalid."""
    try:
        found = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return f"[{found}]" if ":" in found else found


def refusal(method: str, headers: Headers, hosts: Iterable[str]) -> Problem | None:
    """Return why a request is refused because of its headers, or None."""
    host = headers.get("host", "")
    if _name_of(host) not in hosts:
        return Problem(421, f"this server does not respond to {host[:100]!r}: start it with --host-name")
    if method in READING:
        return None
    origin = headers.get("origin")
    if origin is not None and urlsplit_netloc(origin) != host.lower():
        return Problem(403, f"requests from pages of {origin[:100]} are not allowed")
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return Problem(403, "requests from other sites' pages are not allowed")
    return None


def urlsplit_netloc(origin: str) -> str:
    """Return the host and port of an Origin; empty if it is invalid."""
    try:
        found = urlsplit(origin)
    except ValueError:
        return ""
    return found.netloc.lower() if found.scheme in ("http", "https") else ""


def has_token(request: Request, token: str) -> bool:
    """Tell whether a caller has the token, in its cookie or as `Authorization: Bearer`."""
    given = request.headers.get("authorization", "")
    scheme, _, bearer = given.partition(" ")
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(request.headers.get("cookie", ""))
    except CookieError:
        return False
    cookie = cookies[COOKIE].value if COOKIE in cookies else ""
    found = bearer.strip() if scheme.lower() == "bearer" else cookie
    return hmac.compare_digest(found.encode(), token.encode())


def need_token(request: Request, server: Server) -> None:
    """Raise `Problem` for a caller without the token, or a request that writes without an Origin."""
    if not has_token(request, server.access.token):
        raise Problem(401, "open the address that `detector serve` printed: it has the token")
    is_bearer = "authorization" in request.headers
    if request.method not in READING and not is_bearer and "origin" not in request.headers:
        raise Problem(403, "a request that writes must have an Origin, or the token as Bearer")


class Guard:
    """Refuses requests that are not meant for this server, counts requests, and sets headers."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app, self._server = app, server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, statuses = time.perf_counter(), [500]

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses[0] = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refused = refusal(scope["method"], Headers(scope=scope), self._server.access.hosts)
        try:
            if refused is not None:
                await problem_response(refused.status, str(refused))(scope, receive, sent)
            else:
                await self._app(scope, receive, sent)
        finally:
            route = scope.get("route")
            path = getattr(route, "path", "other")
            metrics = self._server.metrics
            metrics.requests.labels(path, str(statuses[0])).inc()
            metrics.seconds.labels(path).observe(time.perf_counter() - began)
