"""A server for the tests, and a browser to open it."""

import json

import pytest

pytest.importorskip("starlette", reason="no starlette: pip install 'boilerplate-detector[web]'")

from starlette.testclient import TestClient

from detector.web.app import create_app
from detector.web.settings import ServeSettings
from tests.web.browser import CHROMIUM, need_browser

HERE = "http://127.0.0.1:8765"
# Small limits, so that the tests reach them.
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


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    need_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def faults():
    """What the browser complained about: script errors, and what the policy blocked."""
    return []


@pytest.fixture
def new_page(browser, faults):
    """A function that opens a window; the test fails if the browser complains about anything."""
    contexts = []

    def opened(width=1280, scheme="light", **more):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on(
            "request",
            lambda sent: (
                None
                if sent.url.startswith(("http://127.0.0.1", "data:", "blob:"))
                else faults.append(f"asked for {sent.url}")
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
