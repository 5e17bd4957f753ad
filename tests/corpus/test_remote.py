"""Files behind URLs: no record is lost when the network fails in the middle."""

import csv
import gzip
import http.server
import io
import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import fsspec
import pytest
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from detector.corpus.formats import remote
from detector.corpus.formats.files import listed
from detector.corpus.formats.remote import RemoteFile, heads_there
from detector.corpus.inputs import inputs_of
from detector.errors import SettingsError, ShardError
from tests.corpus.made import everything
from tests.corpus.test_formats import parquet_of, warc_of


class BreakingFile(AbstractBufferedFile):
    """Fetches bytes up to the point where the network fails."""

    def _fetch_range(self, start, end):
        data, network = self.fs.files[self.path], self.fs.network
        if start <= network["at"] < end and network["times"]:
            network["times"] -= 1
            if network["raises"]:
                raise network["raises"]
            return data[start : network["at"]]
        return data[start:end]


class BreakingFiles(AbstractFileSystem):
    """Files in memory behind a failing network: at which byte, how often and how it fails."""

    protocol = "breaking"
    files: ClassVar = {}
    network: ClassVar = {}

    def ls(self, path, detail=True, **options):
        path = self._strip_protocol(path)
        folder, rows = f"{path}/" if path else "", {}
        for name, data in self.files.items():
            if name == path:
                rows[name] = {"name": name, "size": len(data), "type": "file"}
            elif name.startswith(folder):
                child, deeper, _ = name.removeprefix(folder).partition("/")
                kind = {"size": 0, "type": "directory"} if deeper else {"size": len(data), "type": "file"}
                rows[child] = {"name": f"{folder}{child}", **kind}
        if not rows:
            raise FileNotFoundError(path)
        return list(rows.values()) if detail else [row["name"] for row in rows.values()]

    def _open(self, path, mode="rb", block_size=None, **options):
        return BreakingFile(self, path, mode, block_size, cache_type="readahead")


def test_files_without_a_known_ending_are_told_apart_by_their_first_bytes(monkeypatch):
    """Pages in a bucket called `about` or `news.php` were listed as no pages."""
    html = b"<!doctype html><html><p>A page.</p></html>"
    files = {"in/about": html, "in/x.php": b" " + html, "in/x.json": html, "in/a": b"a", "in/b": b""}
    system = fsspec.filesystem("memory")
    for name, data in files.items():
        system.pipe_file(f"/{name}", data)
    try:
        found = inputs_of(["memory://in"], Path("out"))
        assert {input.name: input.fault for input in found} == {
            "about": "",
            "x.php": "",
            "x.json": "no page, a file of another kind (.json)",
            "a": "no page, a file without an extension",
            "b": "no page, a file without an extension",
        }
        # A file that must not be read is passed over; another error stops the run.
        read = type(system).cat_file

        def failing(error):
            def cat_file(here, path, *arguments, **options):
                if path.endswith("about"):
                    raise error
                return read(here, path, *arguments, **options)

            return cat_file

        monkeypatch.setattr(type(system), "cat_file", failing(PermissionError("no")))
        assert [input.name for input in inputs_of(["memory://in"], Path("out")) if not input.fault] == [
            "x.php"
        ]
        monkeypatch.setattr(type(system), "cat_file", failing(OSError("the network failed")))
        with pytest.raises(SettingsError, match="in/about cannot be read: the network failed"):
            inputs_of(["memory://in"], Path("out"))
    finally:
        system.rm("/in", recursive=True)


@pytest.fixture
def web():
    """A web server without ranges: its files, its address, and the number of bytes that it sent."""
    files, sent = {}, []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            data = files.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.send_header("Content-Type", "application/octet-stream")  # or fsspec looks for links in it
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            data = memoryview(files.get(self.path, b""))
            with suppress(ConnectionError):
                for at in range(0, len(data), 1 << 16):
                    self.wfile.write(data[at : at + (1 << 16)])
                    sent.append(len(data[at : at + (1 << 16)]))

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield files, f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()


def test_no_file_is_downloaded_to_see_its_kind(web):
    """A server without ranges sent files of unknown kinds whole, into memory."""
    files, address, sent = web
    size = 100_000_000
    html = b"<!doctype html><html><p>A page.</p></html>"
    files |= {"/about": html + bytes(9000), "/disk.iso": bytes(size), "/none": b""}
    given = [f"{address}{name}" for name in files]
    found = inputs_of(given, Path("out"))
    assert {input.name: input.fault for input in found} == {
        "about": "",
        "disk.iso": "no page, a file of another kind (.iso)",
        "none": "no page, a file without an extension",
    }
    heads = heads_there(given, 4096)
    assert [len(head) for head in heads.values()] == [4096, 4096, 0]
    assert heads[given[0]].startswith(html)
    # What the server sent before the connection was closed is in buffers of the system.
    assert 0 < sum(sent) < size / 4


@pytest.fixture
def network(monkeypatch):
    """A working network, for tests to break."""
    monkeypatch.setattr(remote, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(remote, "BLOCK", 2000)
    fsspec.register_implementation("breaking", BreakingFiles, clobber=True)
    BreakingFiles.files, BreakingFiles.network = {}, {"at": 3000, "times": 0, "raises": None}
    return BreakingFiles.network


def put(name, data):
    BreakingFiles.files[f"crawl/{name}"] = data


def packed(pages):
    return gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in pages), 1)


def csv_of(pages):
    rows = io.StringIO(newline="")
    writer = csv.DictWriter(rows, list(pages[0]))
    writer.writeheader()
    writer.writerows(pages)
    return rows.getvalue().encode()


@pytest.fixture
def crawl(network, pages, tmp_path):
    """A file of every kind, each longer than the point where the network fails."""
    put("a.jsonl.gz", packed(pages))
    put("b.jsonl", b"".join(json.dumps({**row, "id": f"b{row['id']}"}).encode() + b"\n" for row in pages))
    put("c.csv", csv_of([{**row, "id": f"c{row['id']}"} for row in pages]))
    rows = [{**row, "id": f"d{row['id']}"} for row in pages]
    put("d.parquet", parquet_of(tmp_path / "d.parquet", rows, row_group_size=5).read_bytes())
    put("e.warc.gz", warc_of(tmp_path / "e.warc.gz", [row["text"] for row in pages]).read_bytes())
    assert all(len(data) > 3000 for data in BreakingFiles.files.values())
    return "breaking://crawl"


@pytest.mark.parametrize("raises", [RuntimeError("connection reset"), OSError("reset"), None])
def test_what_breaks_is_read_on(clean, network, crawl, raises):
    whole, outcome = clean(crawl, name="whole", duplicates=0)
    assert outcome.report["rejected"] == {"no page, of type image/png": 1}
    for times in (1, 3):
        network |= {"times": times, "raises": raises}
        out, _ = clean(crawl, name=f"out-{times}", duplicates=0)
        assert network["times"] == 0
        assert everything(out) == everything(whole)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "b.jsonl", "c.csv", "d.parquet", "e.warc.gz"])
@pytest.mark.parametrize("raises", [RuntimeError("connection reset"), None])
def test_what_stays_broken_stops_the_run_and_nothing_is_set_aside(clean, network, crawl, name, raises):
    BreakingFiles.files = {f"crawl/{name}": BreakingFiles.files[f"crawl/{name}"]}
    whole, _ = clean(crawl, name="whole")

    class BreaksLater:
        """An engine under which the network fails after the files were surveyed."""

        def run(self, task, items):
            for item in items:
                yield task(item)
            network.update(times=10**9, raises=raises)

        def close(self):
            pass

    with pytest.raises(ShardError, match="run the same command again"):
        clean(crawl, engine=BreaksLater())
    network["times"] = 0
    out, outcome = clean(crawl)
    assert all(reason.startswith("no page, ") for reason in outcome.report["rejected"])
    assert everything(out) == everything(whole)


def test_what_is_forbidden_is_not_asked_for_again(network, crawl):
    network |= {"times": 5, "raises": PermissionError("the token has expired")}
    with pytest.raises(ShardError, match=r"a\.jsonl\.gz cannot be read at byte .*token has expired"):
        RemoteFile("breaking://crawl/a.jsonl.gz").readall()
    assert network["times"] == 4


def test_a_file_that_changes_is_not_mixed(network, crawl):
    file = RemoteFile("breaking://crawl/b.jsonl")
    file.read(100)
    put("b.jsonl", b"x" * 5000)
    network |= {"times": 1, "raises": OSError("reset")}
    with pytest.raises(ShardError, match="has changed"):
        file.readall()


def test_places(network, crawl):
    file = RemoteFile("breaking://crawl/b.jsonl")
    data = BreakingFiles.files["crawl/b.jsonl"]
    assert file.seek(-7, io.SEEK_END) == len(data) - 7
    assert file.read() == data[-7:]
    assert file.seek(5) == 5
    assert file.read(3) + file.read(2) == data[5:10]
    assert file.seek(2, io.SEEK_CUR) == file.tell() == 12
    file.close()


def test_listing(network, crawl):
    put("deep/.hidden.jsonl", b"")
    put("deep/f.jsonl", b"{}")
    names = [name for _, name in listed(crawl)]
    assert "deep/f.jsonl" in names
    assert not any("hidden" in name for name in names)
    assert listed("breaking://crawl/b.jsonl") == [("breaking://crawl/b.jsonl", "b.jsonl")]
    for place in ("breaking://crawl/nothing.jsonl", "breaking://nowhere"):
        with pytest.raises(SettingsError, match="does not exist"):
            listed(place)


@pytest.mark.parametrize(("protocol", "system"), [("s3", "S3FileSystem"), ("hf", "HfFileSystem")])
def test_the_extra_brings_the_systems_that_the_docs_name(protocol, system):
    found = fsspec.get_filesystem_class(protocol)
    assert found.__name__ == system
    assert found.__module__.split(".")[0] in ("s3fs", "huggingface_hub")
