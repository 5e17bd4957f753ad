"""Scrapy: a real crawl of a site on this machine."""

import http.server
import json
import subprocess
import sys
import threading

import pytest

import detector

pytest.importorskip("scrapy")

SPIDER = """
import scrapy


class Page(scrapy.Item):
    url, html, text, detector_verdict, detector_content_share = (scrapy.Field() for _ in range(5))


class Spider(scrapy.Spider):
    name = "courier"
    custom_settings = {"ITEM_PIPELINES": {"detector.integrations.scrapy.PageCleaner": 300}}

    async def start(self):
        yield scrapy.Request(self.site)

    def parse(self, response):
        yield Page(url=response.url, html=response.text)
        yield from response.follow_all(css="nav a", callback=self.parse)
"""


@pytest.fixture
def site(pages):
    """The address of a site whose front page links to an article and to a missing page."""
    menu = '<nav><a href="/">Home</a> <a href="/news">News</a></nav><footer>© 2026 The Courier</footer>'
    texts = {"/": menu, "/news": pages[0]}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = texts.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "not found").encode())

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_crawl(site, tmp_path, pages, clean):
    (tmp_path / "spider.py").write_text(SPIDER)
    command = [
        sys.executable, "-m", "scrapy", "runspider", "spider.py", "-O", "pages.json", "-a", f"site={site}",
        "-s", "LOG_LEVEL=WARNING",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads((tmp_path / "pages.json").read_text())
    assert found["url"] == f"{site}news"
    assert found["text"] == clean[0]
    assert found["detector_content_share"] == detector.score(pages[0]).content_share
    assert "nothing on the page is content" in done.stderr


def test_settings_of_a_crawler(tmp_path, pages):
    from scrapy.exceptions import DropItem
    from scrapy.utils.test import get_crawler

    from detector.integrations.scrapy import PageCleaner

    (tmp_path / "all.toml").write_text("threshold = 1.0")
    settings = {
        "DETECTOR_FIELD": "page",
        "DETECTOR_SETTINGS": str(tmp_path / "all.toml"),
        "DETECTOR_DROP": ["error"],
    }
    cleaner = PageCleaner.from_crawler(get_crawler(settings_dict=settings))
    assert "Leave a Reply" in cleaner.process_item({"page": pages[0]})["text"]
    with pytest.raises(DropItem, match="error"):
        cleaner.process_item(
            {"page": "404 Not Found\nThe page you are looking for does not exist.\nBack to home"}
        )
    with pytest.raises(DropItem, match="not a page"):
        cleaner.process_item({"page": 3})
