"""Faults: a network that fails, and clients of `detector serve` that do."""

import json
import os
import random
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final, NoReturn

import httpx2

from benchmarks.reliability.faults.attempt import NAMED, Attempt
from benchmarks.reliability.faults.processes import Start
from benchmarks.reliability.faults.scenarios import Scenario

BACKLOG: Final = 16
WAITS: Final = 20.0
CUTS: Final = ("closed", "reset", "garbage", "no length", "nothing", "status")


class _Cutting(BaseHTTPRequestHandler):
    """Sends a part of a page. how: the way in which it fails, or "whole"."""

    how, page, share = "whole", b"", 1.0

    def log_message(self, format: str, *arguments: object) -> None:
        """Send nothing."""

    def do_GET(self) -> None:
        """Answer with what the fault leaves of the page."""
        if self.how == "nothing":
            return
        if self.how == "garbage":
            self.wfile.write(self.page[: int(len(self.page) * self.share)])
            return
        self.send_response(503 if self.how == "status" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.how != "no length":
            self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page if self.how == "whole" else self.page[: int(len(self.page) * self.share)])
        if self.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True


def _serve(listening: socket.socket, how: str, page: bytes, share: float) -> NoReturn:
    """Run a failing server in a forked process."""
    try:
        handler = type("Handler", (_Cutting,), {"how": how, "page": page, "share": share})
        server = HTTPServer(listening.getsockname(), handler, bind_and_activate=False)
        server.socket.close()
        server.socket = listening
        with open(os.devnull, "w") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 2)
        while True:
            with suppress(OSError):
                server.handle_request()
    finally:
        os._exit(0)


@contextmanager
def _server(how: str, page: bytes, share: float) -> Iterator[int]:
    """Give the port of a server with one page."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listening:
        pid = os.fork()
        if pid == 0:
            _serve(listening, how, page, share)
        try:
            yield int(listening.getsockname()[1])
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _fetching(port: int) -> Scenario:
    return Scenario(
        "clean a page of a server", ("clean", "-q", f"http://127.0.0.1:{port}/page.html", "--allow-private")
    )


def broken_network(attempt: Attempt) -> None:
    """A server that truncates its responses; then it works again."""
    page = (attempt.place.folder / "site" / "1.html").read_bytes()
    how, share = attempt.chance.choice(CUTS), attempt.chance.random()
    with _server(how, page, share) as port:
        # A response without a length that ends too early cannot be distinguished from a shorter page.
        attempt.check(attempt.start(scenario=_fetching(port)))
        if attempt.disturbed == "finished" and how != "no length":
            attempt.problems.append(f"a page that was cut ({how}) is taken for a whole one")
    with _server("whole", page, 1.0) as port:
        ended = attempt.start(scenario=_fetching(port)).ended()
    if ended.code:
        attempt.problem("the next call", ended)
    else:
        attempt.check_result(ended)
        attempt.again = "the same"


def _break(port: int, request: bytes, chance: random.Random) -> None:
    """Begin a request and disconnect without waiting for the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAITS) as client, suppress(OSError):
        client.sendall(request[: chance.randrange(len(request))])
        if chance.random() < 0.5:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _port(attempt: Attempt) -> int:
    """Return the port that a server reports."""
    said = (attempt.logs / "stderr").read_text() + (attempt.logs / "stdout").read_text()
    _, _, after = said.partition("127.0.0.1:")
    digits = "".join(letter if letter.isdigit() else " " for letter in after).split()
    return int(digits[0]) if after and "\n" in after else 0


def broken_clients(attempt: Attempt) -> None:
    """Clients of `detector serve` disconnect during requests; others must get the same answer as before."""
    text = (attempt.place.folder / "site" / "1.html").read_text(encoding="utf-8")
    body = json.dumps({"pages": [{"page": text, "format": "html"}]}).encode()
    serve = Scenario("serve", ("serve", "--port", "0", "--no-browser", "-q"), fresh=True)
    running = attempt.start(Start(fresh=True), serve)
    while running.sleep(0.05) and not (port := _port(attempt)):
        pass
    head = f"POST /v1/clean HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    headers = {"Content-Type": "application/json"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=WAITS, headers=headers) as client:
        before = client.post("/v1/clean", content=body)
        for _ in range(attempt.chance.randint(5, 40)):
            _break(port, request, attempt.chance)
        after = client.post("/v1/clean", content=body)
    if (before.status_code, before.content) != (
        after.status_code,
        after.content,
    ) or before.status_code != 200:
        attempt.problems.append(f"answers {before.status_code}, then {after.status_code}: {after.text[:200]}")
    else:
        attempt.again = "the same"
    running.send(signal.SIGTERM)
    attempt.check(running, (0, 143, *NAMED))
    attempt.disturbed = "finished"
