"""The parts of a server, and how requests reach them."""

import secrets
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request

from detector.web.folder import Folder
from detector.web.metrics import Metrics
from detector.web.pool import Pool
from detector.web.requests import Reader
from detector.web.settings import ServeSettings
from detector.web.worker import ModelChoice

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Access:
    """Who may call the server.

    hosts: names that the server answers to, without the port
    token: needed to read the folder and to write
    """

    hosts: tuple[str, ...] = LOOPBACK
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


@dataclass(frozen=True)
class Server:
    """The parts that requests use."""

    limits: ServeSettings
    access: Access
    choice: ModelChoice
    model_id: str
    folder: Folder | None
    metrics: Metrics
    pool: Pool
    reader: Reader


def server_of(request: Request) -> Server:
    """Return the server that received a request."""
    found = request.app.state.server
    assert isinstance(found, Server)
    return found
