"""What is refused: other hosts and origins, paths outside the folder, callers without the token."""

import pytest

from detector.web.folder import Folder
from detector.web.problems import Problem

BODY = {"pages": [{"page": "a"}]}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8765", "["]
)
def test_another_host_is_refused(client, host):
    found = client.get("/health", headers={"host": host})
    assert found.status_code == 421
    assert "does not respond to" in found.json()["detail"]


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST:1"])
def test_its_own_names_are_answered(client, host):
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "file://127.0.0.1:8765"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_calls_from_other_sites_are_refused(client, headers):
    assert client.post("/v1/score", json=BODY, headers=headers).status_code == 403


def test_calls_of_programs_and_of_its_own_pages_are_answered(client):
    assert client.post("/v1/score", json=BODY).status_code == 200
    own = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert client.post("/v1/score", json=BODY, headers=own).status_code == 200


def test_no_page_of_another_site_may_read_answers(client):
    for found in (
        client.get("/health"),
        client.options("/v1/score", headers={"origin": "https://evil.example"}),
    ):
        assert not [name for name in found.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/health", "/nothing", "/v1/score"])
def test_every_answer_has_the_headers(client, path):
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a page")
    (folder / "deep" / "b.html").write_text("<p>a page")
    (folder / "keys.env").write_text("secret")
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "away").symlink_to(tmp_path)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    return folder


def test_pages_of_the_folder_are_listed(site):
    assert Folder(site).pages() == ["a.txt", "deep/b.html"]
    assert Folder(site).page("deep/b.html").read_text() == "<p>a page"


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "/etc/passwd",
        "deep/../../outside.txt",
        "link.txt",
        "away/outside.txt",
        "loop.txt",
        "keys.env",
        "deep",
        "a.txt\0",
        "..\\outside.txt",
        "",
        "x" * 5000 + ".txt",
    ],
)
def test_nothing_else_can_be_read(site, name):
    with pytest.raises(Problem) as found:
        Folder(site).page(name)
    assert found.value.status == 404


def test_a_single_page_opens_nothing_beside_it(site):
    folder = Folder(site / "a.txt")
    assert folder.pages() == ["a.txt"]
    assert not folder.is_writable
    with pytest.raises(Problem):
        folder.page("deep/b.html")
