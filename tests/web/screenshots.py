"""Take the pictures in docs/images again: python -m tests.web.screenshots [FOLDER]."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.browser import CHROMIUM, serving
from tests.web.sites import write_run, write_site

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"


def score(page: Page, base: str) -> None:
    page.goto(f"{base}/?open=news.html")
    page.locator("#L18").click()
    page.evaluate("scrollTo(0, 0)")


def label(page: Page, base: str) -> None:
    page.goto(f"{base}/label")
    page.locator("#asked").wait_for()


def report(page: Page, base: str) -> None:
    page.goto(f"{base}/report")
    page.locator("#sites tr").first.wait_for()


def compare(page: Page, base: str) -> None:
    page.goto(f"{base}/compare")
    page.locator("#page").fill((ROOT / "examples" / "headline.txt").read_text())
    page.get_by_role("button", name="Compare").click()
    page.locator(".differences").wait_for()


def taken(folder: Path) -> None:
    """Take the main views in light, and the first in dark and on a phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        places = Path(name)
        write_site(places / "messenger")
        write_run(places / "work")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shots = (
            (score, ROOT / "examples", "serve-score", 1280, "light"),
            (score, ROOT / "examples", "serve-score-dark", 1280, "dark"),
            (score, ROOT / "examples", "serve-score-phone", 390, "light"),
            (compare, ROOT / "examples", "serve-compare", 1280, "light"),
            (label, places / "messenger", "serve-label", 1280, "light"),
            (report, places / "work", "serve-report", 1280, "light"),
        )
        for shown, opened, name, width, scheme in shots:
            with serving(opened) as address:
                page = browser.new_page(viewport={"width": width, "height": 820}, color_scheme=scheme)
                page.set_default_timeout(60_000)
                page.goto(address)
                shown(page, address.split("/?")[0])
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{name}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    taken(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
