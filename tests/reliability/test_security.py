"""The network is never used, and a rebuilt wheel has the same bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parents[2]
# All network access goes through sockets; sockets between processes of one machine do not count.
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
    """A wheel, built in a separate folder."""
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


SHADOWS = ("multiprocessing", "joblib", "pickle", "random", "numpy", "json", "detector", "runpy")


@pytest.fixture
def scraped(tmp_path):
    """A folder of scraped pages, some with the names of modules; each would create a file if it were run."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f"open('run-{name}', 'w').close()\n")
    for number in range(3):
        (tmp_path / f"{number}.jsonl").write_text('{"text": "A page"}\n')
    return tmp_path


@pytest.mark.parametrize(
    "work",
    [
        "from detector.cli.main import main; sys.argv[1:] = "
        "['clean', '-q', '0.jsonl', '1.jsonl', '--output', 'out', '--workers', '2']; main()",
        "from detector import clean_corpus; from detector.settings import EngineSettings\n"
        "inputs, engine = [Path('0.jsonl'), Path('1.jsonl')], EngineSettings('joblib', workers=2)\n"
        "clean_corpus(inputs, Path('out'), engine=engine)",
        "from detector.web.worker import ModelChoice, Worker\n"
        "worker = Worker(ModelChoice(), 0); worker.wait_until_ready(); worker.close()",
    ],
    ids=["clean", "clean_corpus", "serve"],
)
def test_files_of_the_folder_that_we_are_in_are_not_run(scraped, work):
    before = {path.name for path in scraped.iterdir()}
    guarded = f"import sys\nfrom pathlib import Path\nif __name__ == '__main__':\n{indent(work, '    ')}"
    script = scraped.parent / f"{scraped.name}-script" / "run.py"
    script.parent.mkdir()
    script.write_text(guarded)
    found = subprocess.run(
        [sys.executable, script],
        cwd=scraped,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert found.returncode == 0, found.stderr
    assert {path.name for path in scraped.iterdir()} - before <= {"out"}
