"""Calls of the Corpus report view."""

import asyncio
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from detector.files.json_lines import json_bytes
from detector.web import reports
from detector.web.api import read_json
from detector.web.requests import JSON
from detector.web.server import server_of
from detector.web.views.score import folder_of


class RuleIn(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a run that a person makes a rule for."""

    run: str
    rule: Literal["protect", "template"]
    line: str


class PairIn(msgspec.Struct, forbid_unknown_fields=True):
    """Two documents of a run."""

    run: str
    one: str
    other: str


def _json(value: object) -> Response:
    return Response(json_bytes(value), media_type=JSON)  # type: ignore[arg-type]


async def runs(request: Request) -> Response:
    """Answer GET /ui/report/runs."""
    folder = folder_of(request)
    return JSONResponse({"runs": await asyncio.to_thread(folder.runs)})


async def report(request: Request) -> Response:
    """Answer GET /ui/report?run=NAME."""
    folder = folder_of(request)
    run = folder.run(request.query_params.get("run", "."))
    found = await asyncio.to_thread(reports.report, run)
    return _json({**found, "rules": await asyncio.to_thread(reports.rules, folder.root)})


async def effect(request: Request) -> Response:
    """Answer POST /ui/report/effect."""
    folder = folder_of(request)
    given = await read_json(request, server_of(request), RuleIn)
    found = await asyncio.to_thread(reports.effect, folder.run(given.run), given.rule, given.line)
    return _json(found._asdict())


async def rule(request: Request) -> Response:
    """Answer POST /ui/report/rule."""
    folder = folder_of(request)
    given = await read_json(request, server_of(request), RuleIn)
    folder.run(given.run)
    return _json(await asyncio.to_thread(reports.add_rule, folder.root, given.rule, given.line))


async def pair(request: Request) -> Response:
    """Answer POST /ui/report/pair."""
    folder = folder_of(request)
    given = await read_json(request, server_of(request), PairIn)
    return _json(await asyncio.to_thread(reports.compared, folder.run(given.run), given.one, given.other))


def routes() -> list[BaseRoute]:
    """Return the paths of these calls."""
    return [
        Route("/ui/report/runs", runs),
        Route("/ui/report", report),
        Route("/ui/report/effect", effect, methods=["POST"]),
        Route("/ui/report/rule", rule, methods=["POST"]),
        Route("/ui/report/pair", pair, methods=["POST"]),
    ]
