"""The HTML of the views. jinja2 escapes everything in it; the views load their data by calls."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from detector.web.safety import COOKIE, has_token
from detector.web.server import server_of

VIEWS: Final = (
    ("/", "Score"),
    ("/compare", "Compare"),
    ("/label", "Label"),
    ("/site", "Site"),
    ("/report", "Report"),
)
TEMPLATES: Final = {
    "/": "score.html",
    "/compare": "compare.html",
    "/label": "label.html",
    "/site": "site.html",
    "/report": "report.html",
}


def _with_cookie(request: Request, token: str) -> Response:
    """Move the token from the address to a cookie."""
    response = RedirectResponse(request.url.path, status_code=303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
    return response


def _view(environment: Environment, path: str) -> Callable[[Request], Awaitable[Response]]:
    template = environment.get_template(TEMPLATES[path])

    async def view(request: Request) -> Response:
        server = server_of(request)
        given = request.query_params.get("token", "").encode()
        if hmac.compare_digest(given, server.access.token.encode()):
            return _with_cookie(request, server.access.token)
        folder = (
            server.folder.name
            if server.folder is not None and has_token(request, server.access.token)
            else ""
        )
        return HTMLResponse(template.render(views=VIEWS, here=path, folder=folder))

    return view


def routes() -> list[BaseRoute]:
    """Return the paths of all views."""
    environment = Environment(
        loader=PackageLoader("detector.web"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return [Route(path, _view(environment, path)) for path, _ in VIEWS]
