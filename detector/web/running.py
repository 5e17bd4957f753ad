"""Listening and serving until Ctrl-C."""

import socket
from typing import Final

import uvicorn
from starlette.applications import Starlette

from detector.errors import SettingsError, in_words
from detector.web.server import Access

# The most connections that wait to be accepted.
BACKLOG: Final = 2048
ANY: Final = ("0.0.0.0", "::")


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises `SettingsError` if the address cannot be used."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, UnicodeError) as error:
        reason = in_words(error) if isinstance(error, OSError) else "no such host"
        raise SettingsError(
            f"{host}:{port} cannot be used ({reason}): choose another --host or --port"
        ) from None


def address_of(listening: socket.socket, access: Access) -> str:
    """Return the address to open, including the token."""
    host, port = listening.getsockname()[:2]
    name = "127.0.0.1" if host in ANY else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/?token={access.token}"


def serve(app: Starlette, listening: socket.socket, colours: bool | None = None) -> None:
    """Serve until the process is told to stop.

    colours: whether messages are coloured; None lets the terminal decide.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        use_colors=colours,
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
        backlog=BACKLOG,
    )
    uvicorn.Server(config).run(sockets=[listening])
