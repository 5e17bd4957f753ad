"""Calls of the Compare and Site views: one page cleaned in two ways, and the profile of a folder."""

import asyncio
import base64
import binascii

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from detector.records import Format
from detector.settings import Settings
from detector.web.api import read_json
from detector.web.comparing import Side, compare, refuse_same
from detector.web.problems import Problem
from detector.web.requests import JSON, SettingsIn
from detector.web.server import Server, server_of
from detector.web.tasks import PageJob, learn_profile
from detector.web.views.score import folder_of, page_bytes


class SideIn(msgspec.Struct, forbid_unknown_fields=True):
    """A way to clean a page: another program's text, or a policy, a model of the folder and a profile."""

    text: str | None = None
    settings: SettingsIn = msgspec.field(default_factory=SettingsIn)
    model: str | None = None
    profile: str | None = None


class CompareIn(msgspec.Struct, forbid_unknown_fields=True):
    """A page, as text or from the folder, and two ways to clean it."""

    one: SideIn
    other: SideIn
    page: str | None = None
    name: str | None = None
    format: Format | None = None


class LearnIn(msgspec.Struct, forbid_unknown_fields=True):
    """The pages of one site in the folder: those whose names begin with this prefix."""

    begins: str = ""


def _side(request: Request, given: SideIn) -> Side:
    try:
        profile = base64.b64decode(given.profile or "", validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, "the profile is not base64") from None
    model = str(folder_of(request).model(given.model)) if given.model else ""
    return Side(given.text, given.settings.settings(), model, profile)


def _job(page: str | bytes, format: Format | None, server: Server) -> PageJob:
    return PageJob("clean", page, format, None, None, Settings(), server.limits.most_lines)


async def compare_ways(request: Request) -> Response:
    """Answer POST /ui/compare."""
    server = server_of(request)
    given = await read_json(request, server, CompareIn)
    one, other = _side(request, given.one), _side(request, given.other)
    refuse_same(one, other)
    page: str | bytes
    if given.name is not None:
        page = await asyncio.to_thread(page_bytes, folder_of(request), given.name, server)
    else:
        page = given.page or ""
    found = await server.pool.call(compare, _job(page, given.format, server), one, other)
    return Response(found, media_type=JSON)


async def learn(request: Request) -> Response:
    """Answer POST /ui/site/learn."""
    server, folder = server_of(request), folder_of(request)
    given = await read_json(request, server, LearnIn)
    names = [name for name in await asyncio.to_thread(folder.pages) if name.startswith(given.begins)]
    if len(names) > server.limits.most_pages:
        raise Problem(413, f"{len(names):,} pages: for so many use `detector profile`")
    jobs = [_job(await asyncio.to_thread(page_bytes, folder, name, server), None, server) for name in names]
    if sum(len(job.page) for job in jobs) > server.limits.most_held:
        raise Problem(413, "the pages are too large to be sent at once: use `detector profile`")
    return Response(await server.pool.call(learn_profile, jobs, folder.name), media_type=JSON)


def routes() -> list[BaseRoute]:
    """Return the paths of these calls."""
    return [
        Route("/ui/compare", compare_ways, methods=["POST"]),
        Route("/ui/site/learn", learn, methods=["POST"]),
    ]
