"""The calls under /v1: score, clean, duplicates, profile. JSON in and out, or one page per line (NDJSON)."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from detector.files.json_lines import json_bytes
from detector.version import __version__
from detector.web.metrics import CONTENT_TYPE
from detector.web.openapi import description
from detector.web.pool import Answer, Pool
from detector.web.problems import Failure, Problem, problem, problem_response
from detector.web.requests import (
    JSON,
    NDJSON,
    CleanIn,
    PageIn,
    PagesIn,
    ProfileIn,
    SettingsIn,
    TextsIn,
    media_type,
    parsed,
)
from detector.web.server import Server, server_of
from detector.web.settings import ServeSettings
from detector.web.tasks import PageJob, Wish, duplicates, learn_profile

T = TypeVar("T")

# Pages of a request that are scored or wait at the same time. This limits the memory that a long request
# takes.
AHEAD: Final = 64


def _failed(failure: Failure, id: str | None) -> bytes:
    return json_bytes({"id": id, "error": problem(failure.status, failure.detail)})


def jobs_of(
    pages: Sequence[PageIn], want: Wish, settings: SettingsIn, limits: ServeSettings, profile: str | None
) -> list[PageJob]:
    """Return the pages of a request as jobs; raises `Problem` if there are too many."""
    if len(pages) > limits.most_pages:
        raise Problem(
            413, f"{len(pages):,} pages, but the limit is {limits.most_pages:,}: send fewer at a time"
        )
    try:
        data = base64.b64decode(profile or "", validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, 'the request: "profile" is not base64: send what /v1/profile returned') from None
    rest = (settings.settings(), limits.most_lines, data)
    return [PageJob(want, one.page, one.format, one.url, one.id, *rest) for one in pages]


async def in_order(pool: Pool, jobs: Iterable[PageJob | Failure]) -> AsyncIterator[tuple[str | None, Answer]]:
    """Yield ids and answers in the order of the jobs.

    Few enough run at a time that other requests do not wait long.
    """
    window: list[tuple[str | None, asyncio.Future[Answer]]] = []
    try:
        for job in jobs:
            if isinstance(job, Failure):
                future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
                future.set_result(job)
                window.append((None, future))
            else:
                window.append((job.id, asyncio.ensure_future(pool.score(job))))
            if len(window) >= AHEAD:
                id, first = window.pop(0)
                yield id, await first
        while window:
            id, first = window.pop(0)
            yield id, await first
    finally:
        for _, future in window:
            future.cancel()


async def _listed(answers: AsyncIterator[tuple[str | None, Answer]]) -> AsyncIterator[bytes]:
    separator = b'{"pages":['
    async for id, answer in answers:
        yield separator + (_failed(answer, id) if isinstance(answer, Failure) else answer)
        separator = b",\n"
    yield b"]}\n"


async def _lined(answers: AsyncIterator[tuple[str | None, Answer]]) -> AsyncIterator[bytes]:
    async for id, answer in answers:
        yield (_failed(answer, id) if isinstance(answer, Failure) else answer) + b"\n"


def _line_jobs(body: bytes, want: Wish, limits: ServeSettings) -> Iterator[PageJob | Failure]:
    """Yield the pages of NDJSON. An invalid line fails alone."""
    for number, line in enumerate(body.split(b"\n")):
        if line.strip():
            try:
                page = parsed(line, PageIn, f"line {number + 1}")
                yield jobs_of([page], want, SettingsIn(), limits, None)[0]
            except Problem as error:
                yield Failure(error.status, str(error))


async def _pages(request: Request, want: Wish) -> Response:
    """Answer a request for pages, streamed in order.

    If a request for a single page fails, the failure is the answer.
    """
    server = server_of(request)
    is_lines = media_type(request) == NDJSON
    if not is_lines and media_type(request) != JSON:
        raise Problem(415, f"send {JSON} (a list of pages) or {NDJSON} (one page per line)")
    stack = AsyncExitStack()
    try:
        body = await stack.enter_async_context(server.reader.body(request))
        jobs: Iterable[PageJob | Failure]
        if is_lines:
            if not body.strip():
                raise Problem(422, "the request has no page: send one per line")
            jobs = _line_jobs(body, want, server.limits)
        else:
            kind = PagesIn if want == "score" else CleanIn
            given = parsed(body, kind)
            if isinstance(given, CleanIn) and given.to == "markdown":
                want = "markdown"
            jobs = jobs_of(given.pages, want, given.settings, server.limits, given.profile)
        answers = in_order(server.pool, jobs)
        if not is_lines and len(given.pages) == 1:
            async with stack:
                return await _single(answers)
    except BaseException:
        await stack.aclose()
        raise
    written = _lined(answers) if is_lines else _listed(answers)
    return StreamingResponse(_closing(written, stack), media_type=NDJSON if is_lines else JSON)


async def _single(answers: AsyncIterator[tuple[str | None, Answer]]) -> Response:
    _, answer = await anext(answers)
    if isinstance(answer, Failure):
        return problem_response(*answer)
    return Response(b'{"pages":[' + answer + b"]}\n", media_type=JSON)


async def _closing(parts: AsyncIterator[bytes], stack: AsyncExitStack) -> AsyncIterator[bytes]:
    """Yield the parts of an answer; the request counts as held until the last part is written."""
    async with stack:
        async for part in parts:
            yield part


async def score(request: Request) -> Response:
    """Answer POST /v1/score."""
    return await _pages(request, "score")


async def clean(request: Request) -> Response:
    """Answer POST /v1/clean."""
    return await _pages(request, "clean")


async def read_json(request: Request, server: Server, kind: type[T]) -> T:
    """Return a JSON request as a checked record."""
    if media_type(request) != JSON:
        raise Problem(415, f"send {JSON}")
    async with server.reader.body(request) as body:
        return parsed(body, kind)


async def find(request: Request) -> Response:
    """Answer POST /v1/duplicates."""
    server = server_of(request)
    given = await read_json(request, server, TextsIn)
    if len(given.texts) > server.limits.most_pages:
        raise Problem(413, f"{len(given.texts):,} texts, but the limit is {server.limits.most_pages:,}")
    ids = [str(number) if one.id is None else one.id for number, one in enumerate(given.texts)]
    if len(set(ids)) < len(ids):
        raise Problem(422, "two texts have the same id: give each its own id, or none")
    texts = [one.text for one in given.texts]
    found = await server.pool.call(duplicates, ids, texts, given.threshold, given.keep, given.mask)
    return Response(found, media_type=JSON)


async def profile(request: Request) -> Response:
    """Answer POST /v1/profile."""
    server = server_of(request)
    given = await read_json(request, server, ProfileIn)
    jobs = jobs_of(given.pages, "score", SettingsIn(), server.limits, None)
    return Response(await server.pool.call(learn_profile, jobs, given.name), media_type=JSON)


async def health(request: Request) -> Response:
    """Answer GET /health."""
    return JSONResponse({"status": "ok"})


async def version(request: Request) -> Response:
    """Answer GET /version."""
    return JSONResponse({"version": __version__, "model_id": server_of(request).model_id})


async def metrics(request: Request) -> Response:
    """Answer GET /metrics."""
    return Response(server_of(request).metrics.text(), media_type=CONTENT_TYPE)


async def openapi(request: Request) -> Response:
    """Answer GET /openapi.json."""
    found: dict[str, Any] = description()
    return JSONResponse(found)
