"""The web application: which function answers which path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from detector.errors import DetectorError
from detector.web import api
from detector.web.folder import Folder
from detector.web.metrics import Metrics
from detector.web.pool import Pool
from detector.web.problems import on_error, on_fault, on_http_error
from detector.web.requests import Reader
from detector.web.safety import Guard
from detector.web.server import Access, Server
from detector.web.settings import ServeSettings
from detector.web.views import compare, label, pages, report, score
from detector.web.worker import ModelChoice

STATIC: Final = Path(__file__).parent / "static"


def _routes() -> list[BaseRoute]:
    return [
        Route("/v1/score", api.score, methods=["POST"]),
        Route("/v1/clean", api.clean, methods=["POST"]),
        Route("/v1/duplicates", api.find, methods=["POST"]),
        Route("/v1/profile", api.profile, methods=["POST"]),
        Route("/health", api.health),
        Route("/version", api.version),
        Route("/metrics", api.metrics),
        Route("/openapi.json", api.openapi),
        *pages.routes(),
        *score.routes(),
        *compare.routes(),
        *label.routes(),
        *report.routes(),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def create_app(
    folder: Path | None = None,
    limits: ServeSettings | None = None,
    access: Access | None = None,
    choice: ModelChoice | None = None,
) -> Starlette:
    """Return the application.

    Parameters
    ----------
    folder : Path, optional
        A folder, or a single page, that the views may open.
    limits : ServeSettings, optional
        The limits for each caller.
    access : Access, optional
        The host names that the server answers to, and the token.
    choice : ModelChoice, optional
        The model and the profile.

    Raises
    ------
    ModelFormatError
        If the model or profile cannot be used.
    """
    limits, access, choice = limits or ServeSettings(), access or Access(), choice or ModelChoice()
    metrics = Metrics()
    server = Server(
        limits=limits,
        access=access,
        choice=choice,
        model_id=choice.detector().model.model_id,
        folder=None if folder is None else Folder(folder),
        metrics=metrics,
        pool=Pool(limits, choice, metrics),
        reader=Reader(limits, metrics),
    )

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await server.pool.start()
        yield
        server.pool.close()

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Guard, server=server)],
        exception_handlers={DetectorError: on_error, HTTPException: on_http_error, Exception: on_fault},
        lifespan=life,
    )
    app.state.server = server
    return app
