"""Errors as problem+json (RFC 9457): a status, a title, and a sentence that says what to do."""

from typing import Any, Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from detector.errors import DetectorError, MissingExtraError, ModelFormatError, PageError, SettingsError
from detector.files.json_lines import json_bytes

MEDIA_TYPE: Final = "application/problem+json"
TITLES: Final = {
    400: "The request cannot be read",
    401: "A token is required",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "The request took too long to arrive",
    409: "Already in progress",
    413: "The request is too large",
    415: "Unsupported media type",
    421: "The request is for another host",
    422: "The request cannot be processed",
    500: "Internal server error",
    503: "The server is busy",
}


class Problem(DetectorError):
    """A request that is refused."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Failure(NamedTuple):
    """The error of one page of a request, as it is passed between processes."""

    status: int
    detail: str


def problem(status: int, detail: str) -> dict[str, Any]:
    """Return a problem as plain values."""
    return {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}


def problem_response(status: int, detail: str) -> Response:
    """Return a problem as a response."""
    headers = {"Retry-After": "1"} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json_bytes(problem(status, detail)), status, headers, MEDIA_TYPE)


def status_of(error: DetectorError) -> int:
    """Return the HTTP status for an error of this package."""
    if isinstance(error, Problem):
        return error.status
    if isinstance(error, PageError | SettingsError | ModelFormatError):
        return 422
    return 422 if isinstance(error, MissingExtraError) else 500


async def on_error(request: Request, error: Exception) -> Response:
    """Answer an error of this package."""
    assert isinstance(error, DetectorError)
    return problem_response(status_of(error), str(error))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer an error of the framework, such as an unknown path or a wrong method."""
    assert isinstance(error, HTTPException)
    response = problem_response(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    response.headers.update(error.headers or {})
    return response


async def on_fault(request: Request, error: Exception) -> Response:
    """Answer an internal error; the traceback goes to the server's standard error."""
    return problem_response(500, "an error in the server, not in the request; see the server's log")
