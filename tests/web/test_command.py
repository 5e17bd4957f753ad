"""`detector serve` as a command: addresses, what it refuses, and that no process is left when it ends."""

import re
import signal
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import psutil
import pytest

from detector.cli.main import run

COMMAND = [sys.executable, "-m", "detector", "serve", "--port", "0", "--no-browser"]
PATIENCE = 120


def test_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port), "--no-browser"]) == 2
    assert f"127.0.0.1:{port} cannot be used" in capsys.readouterr().err


def test_an_invalid_model(tmp_path, capsys):
    assert run(["serve", "--port", "0", "--no-browser", "--model", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_missing_library_is_named(monkeypatch, capsys):
    monkeypatch.setattr("detector.extras.find_spec", lambda name: None)
    assert run(["serve"]) == 2
    assert "pip install 'boilerplate-detector[web]'" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_all_its_processes(number):
    with subprocess.Popen(COMMAND, stderr=subprocess.PIPE, text=True) as process:
        address = re.search(r"http://\S+", process.stderr.readline())[0]
        assert urlopen(address.split("/?")[0] + "/health", timeout=PATIENCE).status == 200
        below = psutil.Process(process.pid).children(recursive=True)
        assert below
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    assert process.returncode in (130, 143)
    until = time.monotonic() + PATIENCE
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in below):
        assert time.monotonic() < until, below
        time.sleep(0.1)
