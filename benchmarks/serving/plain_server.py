"""A system behind a plain HTTP server: a page in, its text out, a thread for each connection.

The standard library only, as it runs in the peers' environments. Started by `run serve`.
"""

import importlib
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final

RECURSION: Final = 20_000


class Server(ThreadingHTTPServer):
    """Takes as many connections at a time as come."""

    request_queue_size = 1024
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    """Answers POST with the text of the page in its body."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    extract: ClassVar[Callable[..., Any]]

    def do_POST(self) -> None:
        """Answer one page."""
        page = self.rfile.read(int(self.headers["content-length"]))
        status = 200
        try:
            text = type(self).extract(page, None).encode("utf-8", "replace")
        except Exception as error:  # the peer's edge: counted by the client
            status, text = 500, repr(error).encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:
        """Write no line a request."""


def main(module: str, function: str) -> None:
    """Listen, say where, and answer until the process is ended."""
    sys.setrecursionlimit(RECURSION)
    Handler.extract = staticmethod(getattr(importlib.import_module(module), function))
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
