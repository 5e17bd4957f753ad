"""Nothing is asked of the network, and what is installed can be built again to the same bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Every way to the network goes through a socket; those of one machine's processes are no network.
FORBIDDEN = """
import socket, sys
def forbid(event, arguments):
    is_network = event == "socket.__new__" and arguments[1] not in (socket.AF_UNIX, -1)
    if is_network or event in ("socket.connect", "socket.getaddrinfo", "socket.bind"):
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(forbid)
"""
WORK = {
    "import": "import detector\n[getattr(detector, name) for name in detector.__all__]",
    "pages": (
        "import detector\nfor page in ('A page\\nHome', '<html><p>A page</p></html>'):\n"
        "    detector.score(page).to_dict(); detector.clean(page, format='markdown')"
    ),
    "near-duplicates": "from detector import find_duplicates\nfind_duplicates(['a page of text'] * 3)",
    "a corpus": (
        "import sys\nfrom pathlib import Path\nfrom detector import clean_corpus\n"
        "from detector.settings import EngineSettings\nfolder = Path(sys.argv[1])\n"
        "(folder / 'a.jsonl').write_text('{\"text\": \"A page\"}\\n' * 3)\n"
        "clean_corpus([folder / 'a.jsonl'], folder / 'out', engine=EngineSettings('process'))"
    ),
}


@pytest.mark.parametrize("name", WORK)
def test_nothing_is_asked_of_the_network(tmp_path, name):
    command = [sys.executable, "-c", FORBIDDEN + WORK[name], str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "act",
    ["socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo('localhost', 80)", "socket.socket()"],
)
def test_sockets_are_really_forbidden(act):
    found = subprocess.run(
        [sys.executable, "-c", FORBIDDEN + act], capture_output=True, text=True, check=False
    )
    assert "AssertionError: socket." in found.stderr


def built(folder):
    """A wheel, built in a folder of its own."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
        "--wheel-dir",
        folder,
        ROOT,
    ]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(list(map(str, pip)), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.mark.slow
def test_a_wheel_is_reproducible(tmp_path):
    one, two = built(tmp_path / "one"), built(tmp_path / "two")
    assert one.name == two.name
    assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(two.read_bytes()).digest()
