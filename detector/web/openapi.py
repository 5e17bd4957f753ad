"""The OpenAPI description, made from the records that requests are checked against."""

from typing import Any, Final, NamedTuple

import msgspec

from detector.version import __version__
from detector.web import requests, responses
from detector.web.problems import MEDIA_TYPE, TITLES

_REF: Final = "#/components/schemas/{name}"
_REFUSALS: Final = (400, 403, 408, 413, 415, 421, 422, 503)


class _Call(NamedTuple):
    """One POST call: its summary, its input, and the schema of its output."""

    summary: str
    takes: type
    answers: dict[str, Any]
    by_line: bool = False


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _pages(kind: type) -> dict[str, Any]:
    either = {"anyOf": [_ref(kind), _ref(responses.FailedOut)]}
    return {
        "type": "object",
        "required": ["pages"],
        "properties": {"pages": {"type": "array", "items": either}},
    }


def _calls() -> dict[str, _Call]:
    return {
        "/v1/score": _Call(
            "Score the lines of pages", requests.PagesIn, _pages(responses.PageOut), by_line=True
        ),
        "/v1/clean": _Call("Clean pages", requests.CleanIn, _pages(responses.CleanOut), by_line=True),
        "/v1/duplicates": _Call("Find near-duplicates", requests.TextsIn, _ref(responses.DuplicatesOut)),
        "/v1/profile": _Call(
            "Learn the recurring lines of a site", requests.ProfileIn, _ref(responses.ProfileOut)
        ),
    }


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _refusals() -> dict[str, Any]:
    problem = _content(MEDIA_TYPE, _ref(responses.ProblemOut))
    return {str(status): {"description": TITLES[status], "content": problem} for status in _REFUSALS}


def _post(call: _Call) -> dict[str, Any]:
    takes = _content(requests.JSON, _ref(call.takes))
    answers = _content(requests.JSON, call.answers)
    if call.by_line:
        lines = {"type": "string", "description": "one page (`PageIn`) per line; one answer per line"}
        takes |= _content(requests.NDJSON, lines)
        answers |= _content(requests.NDJSON, {"type": "string"})
    return {
        "post": {
            "summary": call.summary,
            "requestBody": {"required": True, "content": takes},
            "responses": {"200": {"description": "done", "content": answers}, **_refusals()},
        }
    }


def _get(summary: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    done = {"description": "done", "content": _content(media_type, schema)}
    refused = {"421": _refusals()["421"]}
    return {"get": {"summary": summary, "responses": {"200": done, **refused}}}


def description() -> dict[str, Any]:
    """Return the description."""
    calls = _calls()
    named = [
        requests.PageIn, responses.PageOut, responses.CleanOut, responses.FailedOut, responses.ProblemOut,
        responses.DuplicatesOut, responses.ProfileOut,
    ]  # fmt: skip
    kinds = [*(call.takes for call in calls.values()), *named]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    words = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "detector",
            "version": __version__,
            "description": "Finds boilerplate and near-duplicates in scraped pages.",
        },
        "paths": {path: _post(call) for path, call in calls.items()}
        | {
            "/health": _get("Check whether the server is running", requests.JSON, words),
            "/version": _get("Return the version and the model", requests.JSON, words),
            "/metrics": _get("Counters for Prometheus", "text/plain", {"type": "string"}),
        },
        "components": {"schemas": schemas},
    }
