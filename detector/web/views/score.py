"""Calls of the Score view: a pasted page, a dropped file, a page of the folder."""

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from detector.records import Format
from detector.settings import Settings
from detector.web.api import read_json
from detector.web.folder import Folder
from detector.web.problems import Failure, Problem
from detector.web.requests import JSON
from detector.web.safety import need_token
from detector.web.server import Server, server_of
from detector.web.tasks import PageJob


class ShownIn(msgspec.Struct, forbid_unknown_fields=True):
    """A page to show."""

    page: str
    format: Format | None = None


class OpenIn(msgspec.Struct, forbid_unknown_fields=True):
    """A page of the folder."""

    name: str
    format: Format | None = None


def folder_of(request: Request) -> Folder:
    """Return the opened folder; raises `Problem` for a caller without the token, or if there is no folder."""
    server = server_of(request)
    need_token(request, server)
    if server.folder is None:
        raise Problem(404, "no folder was opened: start `detector serve FOLDER`")
    return server.folder


async def shown(server: Server, page: str | bytes, format: Format | None) -> Response:
    """Score a page and return everything that the view shows."""
    job = PageJob("view", page, format, None, None, Settings(), server.limits.most_lines)
    answer = await server.pool.score(job)
    if isinstance(answer, Failure):
        raise Problem(*answer)
    return Response(answer, media_type=JSON)


async def score(request: Request) -> Response:
    """Answer POST /ui/score."""
    server = server_of(request)
    given = await read_json(request, server, ShownIn)
    return await shown(server, given.page, given.format)


async def score_file(request: Request) -> Response:
    """Answer POST /ui/score-file: the bytes of a file, decoded as a file from disk would be."""
    server = server_of(request)
    wish = request.query_params.get("format", "")
    format: Format | None = "html" if wish == "html" else "text" if wish == "text" else None
    async with server.reader.body(request) as body:
        return await shown(server, body, format)


async def open_page(request: Request) -> Response:
    """Answer POST /ui/open."""
    server, folder = server_of(request), folder_of(request)
    given = await read_json(request, server, OpenIn)
    return await shown(server, await asyncio.to_thread(page_bytes, folder, given.name, server), given.format)


def page_bytes(folder: Folder, name: str, server: Server) -> bytes:
    """Return the bytes of a page; raises `Problem` if it is too large or cannot be read."""
    path = folder.page(name)
    try:
        with path.open("rb") as file:
            data = file.read(server.limits.most_body + 1)
    except OSError as error:
        raise Problem(422, f"{name} cannot be read: {error.strerror}") from None
    if len(data) > server.limits.most_body:
        raise Problem(413, f"{name} has more than {server.limits.most_body:,} bytes")
    return data


async def pages(request: Request) -> Response:
    """Answer GET /ui/pages."""
    folder = folder_of(request)
    names, models = await asyncio.to_thread(lambda: (folder.pages(), folder.models()))
    return JSONResponse({"pages": names, "models": models})


def routes() -> list[BaseRoute]:
    """Return the paths of these calls."""
    return [
        Route("/ui/score", score, methods=["POST"]),
        Route("/ui/score-file", score_file, methods=["POST"]),
        Route("/ui/open", open_page, methods=["POST"]),
        Route("/ui/pages", pages),
    ]
