"""A server under the load of many clients: ours, and two peers behind a plain HTTP server."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Final, NamedTuple

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, write_json
from benchmarks.measures.process_tree import used_now
from benchmarks.peers.environments import calling, identity_of, python_of
from benchmarks.peers.systems import HTML, OURS, Peer
from benchmarks.run.timing.speed_samples import pages_of

WARM_UP: Final = 3.0
LOOKED_AT: Final = 0.5
OURS_SERVED: Final = Peer("detector serve", f"{HTML}.detector_html", OURS, note="/v1/clean", ours=True)
PLAIN: Final = (
    Peer("detector, plain server", f"{HTML}.detector_html", OURS, ours=True),
    Peer("resiliparse, plain server", f"{HTML}.resiliparse", "resiliparse"),
    Peer("trafilatura, plain server", f"{HTML}.trafilatura", "trafilatura"),
)


class Target(NamedTuple):
    """A server: its port, its process, and how a page is sent to it."""

    port: int
    process: int
    path: str
    body: Callable[[bytes], bytes]
    type: str


@dataclass
class Seen:
    """The results of the clients.

    seconds: of each answer in the measured time; failed: number of failures among them
    answered: all answers, including those before and after that time; cpu: seconds of the server for them
    memory: bytes at each measurement
    """

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    answered: int = 0
    cpu: float = 0.0
    memory: list[int] = field(default_factory=list)


def _as_json(page: bytes) -> bytes:
    return json.dumps({"pages": [{"page": page.decode("utf-8", "replace"), "format": "html"}]}).encode()


@contextmanager
def _started(command: Sequence[str], where: str) -> Iterator[tuple[int, int]]:
    """Start a server and give its port, read from a line of its output, and its process."""
    pipes = {where: subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            line = getattr(process, where).readline()
            found = re.search(r"(?:127\.0\.0\.1:|^)(\d+)", line)
            if not found:
                raise BenchmarkError(f"{' '.join(command[:4])} did not start: {line.strip()}")
            yield int(found[1]), process.pid
        finally:
            process.kill()


@contextmanager
def served(peer: Peer, workers: int) -> Iterator[Target]:
    """Start a system's server."""
    if peer is OURS_SERVED:
        options = ["--port", "0", "--no-browser", "--workers", str(workers)]
        command = [sys.executable, "-m", "detector", "serve", *options]
        with _started(command, "stderr") as (port, process):
            yield Target(port, process, "/v1/clean", _as_json, "application/json")
        return
    command = calling(peer.environment, "benchmarks.serving.plain_server:main", peer.module, peer.function)
    with _started(command, "stdout") as (port, process):
        yield Target(port, process, "/", lambda page: page, "application/octet-stream")


def _requests(target: Target, pages: Sequence[bytes]) -> list[bytes]:
    found = []
    for page in pages:
        body = target.body(page)
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nContent-Type: {target.type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read an answer whole, and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"content-length: *(\d+)", head)
    if length is None:
        raise BenchmarkError("the server gives no length")
    await reader.readexactly(int(length[1]))
    return int(head.split(b" ", 2)[1])


async def _client(
    target: Target, requests: Sequence[bytes], number: int, span: tuple[float, float], seen: Seen
) -> None:
    """Ask again and again; what is answered in the span of time counts."""
    first, last = span
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, limit=1 << 24)
    at = number
    while (began := time.perf_counter()) < last:
        writer.write(requests[at % len(requests)])
        status = await _answer(reader)
        at += 1
        seen.answered += 1
        if first <= (ended := time.perf_counter()) < last:
            seen.seconds.append(ended - began)
            seen.failed += status != 200
    writer.close()


async def _watch(target: Target, span: tuple[float, float], seen: Seen) -> None:
    while (now := time.perf_counter()) < span[1]:
        if now >= span[0]:
            seen.memory.append((await asyncio.to_thread(used_now, target.process))[1])
        await asyncio.sleep(LOOKED_AT)


async def load(target: Target, pages: Sequence[bytes], clients: int, seconds: float) -> Seen:
    """Return what so many clients see in so many seconds, after a time that does not count."""
    seen, requests = Seen(), _requests(target, pages)
    first = time.perf_counter() + WARM_UP
    span = first, first + seconds
    asking = (_client(target, requests, number, span, seen) for number in range(clients))
    before, _ = used_now(target.process)
    await asyncio.gather(_watch(target, span, seen), *asking)
    seen.cpu = used_now(target.process)[0] - before
    return seen


def _row(peer: Peer, clients: int, seconds: float, seen: Seen) -> dict[str, Any]:
    cuts = quantiles(seen.seconds, n=100)
    return {
        "system": peer.name,
        **identity_of(peer),
        "clients": clients,
        "requests": len(seen.seconds),
        "failed": seen.failed,
        "requests_per_s": round(len(seen.seconds) / seconds, 1),
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
        "cpu_ms_per_request": round(1000 * seen.cpu / seen.answered, 1),
        "load_average": round(os.getloadavg()[0], 1),
        "memory_mb": [round(found / 1e6) for found in (seen.memory[0], max(seen.memory), seen.memory[-1])],
    }


@click.command("serve")
@click.option("--clients", default=200, show_default=True, help="Connections at a time.")
@click.option("--seconds", default=20.0, show_default=True, help="For each system, after a warm-up.")
@click.option("--pages", "count", default=200, show_default=True, help="Different pages, of WCXB.")
@click.option("--workers", default=1, show_default=True, help="Processes of detector serve.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=RESULTS / "serve.json", help="Where the result goes."
)
def command(clients: int, seconds: float, count: int, workers: int, output: Path) -> None:
    """Let many clients ask at a time, and write requests a second, waiting times and memory.

    \b
    Examples:
      python -m benchmarks run serve
      python -m benchmarks run serve --clients 20 --seconds 5
    """
    pages = [page.html or b"" for page in pages_of("html", count)]
    rows = []
    for peer in (OURS_SERVED, *PLAIN):
        if not python_of(peer.environment).is_file():
            click.echo(f"{peer.name} is not installed: python -m benchmarks setup {peer.environment}")
            continue
        with served(peer, workers) as target:
            seen = asyncio.run(load(target, pages, clients, seconds))
        rows.append(_row(peer, clients, seconds, seen))
        click.echo(json.dumps(rows[-1]))
    size = sum(map(len, pages)) // max(len(pages), 1)
    write_json(
        output,
        {"made": made(), "pages": len(pages), "bytes_per_page": size, "workers": workers, "rows": rows},
    )
