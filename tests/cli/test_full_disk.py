"""A full disk, or a folder that cannot be written: every command reports it, and never as an internal error.

A limit on file sizes simulates a full disk: writing beyond it fails in the same way.
"""

import json
import subprocess
import sys

import pytest

from detector.cli.main import run
from tests.corpus.made import page, records, write_jsonl

LIMITED = (
    "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    "from detector.cli.main import main\nmain()"
)


@pytest.fixture
def place(tmp_path):
    pytest.importorskip("resource")
    for number in range(12):
        path = tmp_path / "pages" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(number))
    write_jsonl(tmp_path / "pages.jsonl", records(40))
    return tmp_path


COMMANDS = {
    "score --html": ["score", "PLACE/pages/1.txt", "--html", "PLACE/out"],
    "clean": ["clean", "PLACE/pages/1.txt", "--format", "json", "--output", "PLACE/out"],
    "a corpus": ["clean", "PLACE/pages.jsonl", "--output", "PLACE/out"],
    "profile": ["profile", "PLACE/pages", "--output", "PLACE/out"],
    "duplicates --output": ["duplicates", "PLACE/pages.jsonl", "--output", "PLACE/out"],
    "duplicates --index": ["duplicates", "PLACE/pages.jsonl", "--index", "PLACE/out", "--add"],
    "duplicates --work": ["duplicates", "PLACE/pages.jsonl", "--work", "PLACE/out"],
    "duplicates in TMPDIR": ["duplicates", "PLACE/pages.jsonl"],
    "duplicates from standard input": ["duplicates", "-"],
    "train": ["train", "PLACE/pages", "--anyway", "--output", "PLACE/out"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_is_reported(place, name):
    command = [word.replace("PLACE", str(place)) for word in COMMANDS[name]]
    given = (place / "pages.jsonl").read_bytes()
    found = subprocess.run(
        [sys.executable, "-c", LIMITED, *command], input=given, capture_output=True, check=False
    )
    said = found.stderr.decode()
    assert found.returncode in (1, 2), said
    assert "File too large" in said or "requested and" in said
    assert "bug in detector" not in said
    assert "Traceback" not in said
    out = place / "out"
    assert out.is_dir() or not out.exists()


@pytest.mark.parametrize("name", [name for name in COMMANDS if "PLACE/out" in COMMANDS[name]])
def test_a_place_that_cannot_be_written_is_reported(place, capfd, name):
    (place / "out").write_text("a file")
    command = [
        word.replace("PLACE/out", f"{place}/out/in/it").replace("PLACE", str(place))
        for word in COMMANDS[name]
    ]
    assert run(command) in (1, 2)
    _, err = capfd.readouterr()
    assert f"{place}/out" in err
    assert "bug in detector" not in err


def test_an_index_on_a_full_disk_stays_whole(place):
    assert run(["duplicates", str(place / "pages.jsonl"), "--index", str(place / "index"), "--add"]) == 0
    before = (place / "index" / "index.json").read_bytes()
    more = write_jsonl(place / "more.jsonl", [{**row, "id": f"more {row['id']}"} for row in records(80)[40:]])
    command = ["duplicates", str(more), "--index", str(place / "index"), "--add"]
    found = subprocess.run([sys.executable, "-c", LIMITED, *command], capture_output=True, check=False)
    assert found.returncode == 2
    assert (place / "index" / "index.json").read_bytes() == before
    assert run(command) == 0
    assert len(json.loads((place / "index" / "index.json").read_bytes())["segments"]) >= 1
