"""A corpus in S3, read by the command line from a real S3 server on this machine."""

import gzip
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.corpus.made import everything, page
from tests.corpus.test_formats import parquet_of, warc_of

# The server must answer within this many seconds.
PATIENCE = 60
KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    """The address of an S3 server."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs a real S3 server: it needs moto[server]"
        pytest.skip("needs moto[server]")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5).close()
            break
        except URLError:
            assert running.poll() is None
            assert time.monotonic() < end, "the S3 server does not answer"
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    running.kill()
    running.wait()


def environment(**more):
    """The environment of a user with no AWS settings but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FSSPEC_"))}
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent"}
    return {**kept, **nowhere, "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", **more}


UPLOAD = """
import sys, s3fs
system = s3fs.S3FileSystem()
system.mkdir(sys.argv[2].partition("/")[0])
system.put(sys.argv[1] + "/", sys.argv[2] + "/", recursive=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pages in three formats."""
    from tests.corpus.made import records

    pages, folder = records(), tmp_path_factory.mktemp("in")
    (folder / "deep").mkdir()
    rows = b"".join(json.dumps(row).encode() + b"\n" for row in pages[:20])
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(rows))
    parquet_of(folder / "deep" / "b.parquet", pages[20:], row_group_size=5)
    others = {"news.php": 60, "deep/about": 61, "deep/view.shtml": 62}
    for name, number in others.items():
        lines = "".join(f"<p>{line}</p>" for line in page(number).split("\n"))
        (folder / name).write_text(f"<!doctype html><html><body>{lines}</body></html>")
    (folder / "empty").touch()
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    warc_of(folder / "deep" / "c.warc.gz", [page(number, number % 2) for number in range(50, 60)])
    return folder


@pytest.fixture(scope="module")
def bucket(server, folder):
    """A bucket with these pages."""
    environ = environment(**KEYS, AWS_ENDPOINT_URL=server)
    upload = [sys.executable, "-c", UPLOAD, str(folder), "crawl"]
    subprocess.run(upload, env=environ, check=True, capture_output=True)
    return "s3://crawl"


def clean(environ, *arguments):
    command = [sys.executable, "-m", "detector", "clean", *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "FSSPEC_S3_ENDPOINT_URL"])
def test_a_bucket_is_cleaned_as_a_folder_is(server, bucket, folder, tmp_path, name):
    rules = tmp_path / "rules.toml"
    rules.write_text("shard_bytes = 20000\n")
    environ = environment(**KEYS, **{name: server})
    done = clean(environ, bucket, "--output", tmp_path / "out", "--rules", rules, "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert "52 of 52 documents kept" in done.stderr
    assert "no page, a file of another kind (.png)" in done.stderr
    assert len(list((tmp_path / "out" / "data" / "deep").glob("b-*-of-*.parquet"))) > 1
    here = clean(environ, folder, "--output", tmp_path / "here", "--rules", rules, "--engine", "process")
    assert here.returncode == 0, here.stderr
    assert everything(tmp_path / "out") == everything(tmp_path / "here")


@pytest.mark.parametrize(
    ("keys", "place", "said"),
    [
        (KEYS, "s3://crawl/nothing.jsonl", "s3://crawl/nothing.jsonl does not exist"),
        (KEYS, "s3://nobucket", "s3://nobucket does not exist"),
        ({}, "s3://crawl", "redentials"),
    ],
)
def test_what_is_not_there_is_reported(server, bucket, tmp_path, keys, place, said):
    done = clean(environment(**keys, AWS_ENDPOINT_URL=server), place, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_server_that_is_not_there_is_reported(tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}"
    environ = environment(**KEYS, AWS_ENDPOINT_URL=nobody, AWS_MAX_ATTEMPTS="1")
    done = clean(environ, "s3://crawl", "--output", tmp_path / "out")
    assert done.returncode == 2
    assert "connect" in done.stderr
    assert "Traceback" not in done.stderr
