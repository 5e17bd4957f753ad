"""Pages by URL: a local server answers correctly, wrongly, slowly, endlessly and with redirects."""

import gzip
import ipaddress
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

import detector
from detector.cli.main import run
from detector.errors import PageError
from detector.text.page import Page

pytest.importorskip("httpcore2")

from detector.text import connections
from detector.text.connections import is_public

PAGE = "<html><head><title>Mühle</title></head><body><p>Die Mühle stand viele Jahre leer.</p></body></html>"


class Answers(BaseHTTPRequestHandler):
    """Answers by path."""

    seen: ClassVar[list] = []

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        getattr(self, self.path.strip("/").partition("?")[0] or "page", self.missing)()

    def missing(self):
        self.answer(b"no", 404, Content_Type="text/html")

    def page(self):
        self.answer(PAGE.encode(), Content_Type="text/html; charset=utf-8")

    def latin(self):
        self.answer(PAGE.encode("iso-8859-5", "replace"), Content_Type="text/html; charset=iso-8859-5")

    def cyrillic(self):
        self.answer(
            "<p>Мельница стояла пустой</p>".encode("koi8-r"), Content_Type="text/html; charset=KOI8-R"
        )

    def packed(self):
        self.answer(gzip.compress(PAGE.encode()), Content_Type="text/html", Content_Encoding="gzip")

    def bomb(self):
        self.answer(gzip.compress(bytes(1 << 22)), Content_Type="text/html", Content_Encoding="gzip")

    def pdf(self):
        self.answer(b"%PDF-1.7 x", Content_Type="application/pdf")

    def untold(self):
        self.answer(b"%PDF-1.7 x", Content_Type="application/octet-stream")

    def silent(self):
        self.answer(PAGE.encode())

    def large(self):
        self.answer(b"x" * 300_000, Content_Type="text/plain")

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        try:
            for _ in range(100_000):
                self.wfile.write(b"x" * 10_000)
        except OSError:
            return

    def slow(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        try:
            for _ in range(600):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return

    def there(self):
        self.answer(b"", 302, Location="/page")

    def around(self):
        self.answer(b"", 301, Location="/around")

    def file(self):
        self.answer(b"", 302, Location="file:///etc/passwd")

    def metadata(self):
        self.answer(b"", 302, Location="http://169.254.169.254/latest/")


@pytest.fixture(scope="module")
def server():
    Answers.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def fetch(url, **options):
    return Page.fetch(url, allow_private=True, **options)


def test_a_page(server):
    page = fetch(f"{server}/page")
    assert (page.text, page.format, page.url, page.encoding) == (PAGE, "html", f"{server}/page", "utf-8")
    path, headers = Answers.seen[-1]
    assert path == "/page"
    assert headers["User-Agent"].startswith("boilerplate-detector/")
    assert detector.Detector().score_batch([page])[0].url == f"{server}/page"


@pytest.mark.parametrize("path", ["packed", "silent", "there"])
def test_pages_in_other_ways(server, path):
    assert fetch(f"{server}/{path}").text == PAGE


def test_the_address_is_where_it_was_in_the_end(server):
    assert fetch(f"{server}/there#part").url == f"{server}/page"


def test_the_encoding_that_the_server_names(server):
    assert fetch(f"{server}/cyrillic").text == "<p>Мельница стояла пустой</p>"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone", "answers 404"),
        ("pdf", "this is application/pdf, not a page"),
        ("untold", "this is a PDF, not a page"),
        ("around", "more than 10 redirects"),
        ("file", "only http:// and https:// addresses"),
    ],
)
def test_what_is_no_page(server, path, message):
    with pytest.raises(PageError, match=message):
        fetch(f"{server}/{path}")


@pytest.mark.parametrize("path", ["large", "endless", "bomb"])
def test_pages_that_are_too_large(server, path):
    with pytest.raises(PageError, match="more than 100,000 bytes"):
        fetch(f"{server}/{path}", most_bytes=100_000)


def test_an_answer_in_drops_ends_at_the_time_limit(server):
    start = time.monotonic()
    with pytest.raises(PageError, match=r"no answer"):
        fetch(f"{server}/slow", timeout=0.5)
    assert time.monotonic() - start < 30  # of 60


def test_this_machine_is_not_asked_by_default(server):
    before = len(Answers.seen)
    with pytest.raises(PageError, match=r"127\.0\.0\.1 is an address of this machine or a private network"):
        Page.fetch(f"{server}/page")
    assert len(Answers.seen) == before


def test_redirects_are_checked_too(server, monkeypatch):
    """The first host counts as public; the target of its redirect does not."""
    private = {"169.254.169.254"}
    monkeypatch.setattr(connections, "is_public", lambda address: str(address) not in private)
    with pytest.raises(PageError, match=r"169\.254\.169\.254 is an address of this machine"):
        Page.fetch(f"{server}/metadata", timeout=5)


def test_one_private_address_among_several_is_enough(monkeypatch):
    entries = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(connections.socket, "getaddrinfo", lambda *_, **__: entries)
    with pytest.raises(PageError, match=r"example\.org is 10\.0\.0\.1"):
        Page.fetch("http://example.org/")


def test_the_connection_goes_to_the_address_that_was_checked(server, monkeypatch):
    """A name is looked up once: what it resolves to a moment later does not matter."""
    port = int(server.rpartition(":")[2])
    asked = []

    def look_up(host, *_, **__):
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(connections.socket, "getaddrinfo", look_up)
    assert fetch(f"http://rebinding.example:{port}/page").text == PAGE
    assert [host for host in asked if host != "127.0.0.1"] == ["rebinding.example"]
    assert Answers.seen[-1][1]["Host"] == f"rebinding.example:{port}"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "ff02::1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "http://", "http://[::1", "https://exa mple:x/", "http://127.1:99999/"]
)
def test_what_is_no_address(url):
    with pytest.raises(PageError):
        Page.fetch(url)


def test_a_host_without_an_address():
    with pytest.raises(PageError, match=r"no address of no-such-host\.invalid is known"):
        Page.fetch("http://no-such-host.invalid/")


def test_nobody_answers():
    with pytest.raises(PageError, match="no answer"):
        fetch("http://127.0.0.1:9/", timeout=5)


def test_the_command_line_fetches(server, capsys):
    assert run(["clean", f"{server}/page"]) == 1
    assert "--allow-private" in capsys.readouterr().err
    assert run(["clean", f"{server}/page", "--allow-private", "--threshold", "1"]) == 0
    assert capsys.readouterr().out == "Die Mühle stand viele Jahre leer.\n"
    assert run(["score", f"{server}/page", "--allow-private"]) == 0


def test_a_fetched_page_goes_to_a_file_with_its_address_in_the_name(server, tmp_path):
    assert (
        run(
            ["clean", f"{server}/page", f"{server}/there?a=b/c", "--allow-private", "--output", str(tmp_path)]
        )
        == 0
    )
    place = server.removeprefix("http://").replace(":", "-")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{place}-page.txt",
        f"{place}-there-a-b-c.txt",
    ]
