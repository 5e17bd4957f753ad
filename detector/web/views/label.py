"""Calls of the Label view: questions, answers, training, and saving the model."""

import asyncio
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from detector.web.api import read_json
from detector.web.problems import Problem
from detector.web.server import server_of
from detector.web.views.score import folder_of

if TYPE_CHECKING:
    from detector.web.labelling import Labelling

# The number of questions asked together. The next ones are chosen from the remaining lines.
ROUND = 10


class LabelIn(msgspec.Struct, forbid_unknown_fields=True):
    """An answer; without page and line it applies to the line on all pages of the site."""

    text: str
    label: str
    site: str | None = None
    page: str | None = None
    line: int | None = None


class SaveIn(msgspec.Struct, forbid_unknown_fields=True):
    """The name of a new folder beside the pages."""

    name: str


def _labelling(request: Request) -> "Labelling":
    """Return the labelling of the opened folder, created at its first use because it loads scikit-learn."""
    from detector.web.labelling import Labelling

    folder, state = folder_of(request), request.app.state
    if not folder.is_writable:
        raise Problem(422, "labelling takes a folder with several pages: start `detector serve FOLDER`")
    if not hasattr(state, "labelling"):
        state.labelling = Labelling(folder, server_of(request).choice)
    found: Labelling = state.labelling
    return found


async def questions(request: Request) -> Response:
    """Answer GET /ui/label/questions."""
    return JSONResponse(await asyncio.to_thread(_labelling(request).questions, ROUND))


async def _label(request: Request) -> tuple["Labelling", "LabelIn"]:
    labelling = _labelling(request)
    return labelling, await read_json(request, server_of(request), LabelIn)


async def answer(request: Request) -> Response:
    """Answer POST /ui/label/answer."""
    from detector.training.data.line_labels import LineLabel

    labelling, given = await _label(request)
    label = LineLabel(given.text, given.label, given.site, given.page, given.line)
    return JSONResponse({"held": await asyncio.to_thread(labelling.answer, label)})


async def take_back(request: Request) -> Response:
    """Answer POST /ui/label/undo."""
    from detector.training.data.line_labels import LineLabel

    labelling, given = await _label(request)
    label = LineLabel(given.text, given.label, given.site, given.page, given.line)
    return JSONResponse({"held": await asyncio.to_thread(labelling.take_back, label)})


async def train(request: Request) -> Response:
    """Answer POST /ui/label/train: training starts, and goes on if the browser page is closed."""
    labelling = _labelling(request)
    if labelling.progress.state == "running":
        raise Problem(409, "a model is being trained: wait until it is done")
    labelling.begin()
    request.app.state.training = asyncio.create_task(asyncio.to_thread(labelling.train))
    return JSONResponse(labelling.progress.as_dict(), status_code=202)


async def progress(request: Request) -> Response:
    """Answer GET /ui/label/train."""
    labelling = _labelling(request)
    return JSONResponse({**labelling.progress.as_dict(), "result": labelling.result()})


async def save(request: Request) -> Response:
    """Answer POST /ui/label/save."""
    labelling = _labelling(request)
    given = await read_json(request, server_of(request), SaveIn)
    await asyncio.to_thread(labelling.save, given.name)
    return JSONResponse({"saved": given.name})


def routes() -> list[BaseRoute]:
    """Return the paths of these calls."""
    return [
        Route("/ui/label/questions", questions),
        Route("/ui/label/answer", answer, methods=["POST"]),
        Route("/ui/label/undo", take_back, methods=["POST"]),
        Route("/ui/label/train", train, methods=["POST"]),
        Route("/ui/label/train", progress, methods=["GET"]),
        Route("/ui/label/save", save, methods=["POST"]),
    ]
