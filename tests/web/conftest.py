"""A server for the tests, and a browser that looks at it."""

import json

import pytest

pytest.importorskip("starlette", reason="no starlette: pip install 'boilerplate-detector[web]'")

from starlette.testclient import TestClient

from detector.settings import ServeSettings
from detector.web.app import create_app

HERE = "http://127.0.0.1:8765"
# Small, so that the tests reach them.
LIMITS = ServeSettings(most_body=200_000, most_pages=20, most_lines=3_000, most_seconds=5.0)


@pytest.fixture(scope="session")
def app():
    return create_app(limits=LIMITS)


@pytest.fixture(scope="session")
def client(app):
    """Calls the server as a program on the same machine would."""
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as found:
        yield found


@pytest.fixture
def post(client):
    """A function that posts JSON and returns status and content."""

    def posted(path, value, **headers):
        found = client.post(
            path, content=json.dumps(value), headers={"content-type": "application/json", **headers}
        )
        return found.status_code, found.json()

    return posted
