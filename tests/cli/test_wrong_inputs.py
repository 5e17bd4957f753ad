"""Every kind of wrong input to every command: a message of ours, and none of Python's."""

import json
import os
import re
import subprocess
import sys

import pytest

from detector.cli.corpus_options import is_corpus
from detector.cli.main import run
from tests.corpus.made import page, write_jsonl

# Text of Python's own errors, and our "internal error".
PYTHON = re.compile(
    r"\[Errno|Traceback|bug in detector|KeyError|TypeError|ValueError|not supported between|NoneType|"
    r"object has no|object is not|<class|Exception|codec can't|invalid literal|Expecting value"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    files = {
        "empty.html": b"",
        "empty.jsonl": b"",
        "empty.csv": b"",
        "empty.parquet": b"",
        "binary.html": bytes(range(256)) * 20,
        "broken.jsonl": b'{"text": \n[1,2]\n"x"\nnull\n{"text": 5}\n\xff\n',
        "broken.csv": b'text,b\n"x\n',
        "broken.parquet": b"PAR1xxxx",
        "broken.warc": b"WARC/1.0\r\nfoo",
        "broken.jsonl.gz": b"\x1f\x8bxx",
        "broken.jsonl.zst": b"(\xb5/\xfdxx",
        "latin.csv": "text\nmähen\n".encode("latin-1"),
        "other.csv": b"x,y\n1,2\n",
        "wrong.toml": b"threshold = 'x'",
        "broken.toml": b"a = [[[",
        "binary.toml": b"\xff\xfe\x00",
        "broken.profile": b"junk",
        "model/config.json": b"{}",
        "listed/config.json": b"[1]",
        "binary/config.json": b"\xff",
        "index/index.json": b"{}",
        "old/manifest.json": b"[]",
        "odd/manifest.json": b'{"settings_of": {}, "counts": {"total": {"documents": "x"}}}',
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "folder.txt").mkdir()
    (folder / "empty").mkdir()
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "good.html").write_text(f"<html><p>{page(1)}</p></html>")
    for at in range(3):
        (folder / "pages" / f"{at}.txt").parent.mkdir(exist_ok=True)
        (folder / "pages" / f"{at}.txt").write_text(page(at))
    write_jsonl(folder / "good.jsonl", [{"text": page(at)} for at in range(3)])
    return folder


INPUTS = [
    "missing.html", "folder.txt", "empty", "empty.html", "empty.jsonl", "empty.csv", "empty.parquet",
    "binary.html", "broken.jsonl", "broken.csv", "broken.parquet", "broken.warc", "broken.jsonl.gz",
    "broken.jsonl.zst", "latin.csv", "other.csv", "dangling.txt", "loop.txt", "good.html/x.html",
    "x" * 300, "http://", "http://a b/", "ftp://x/y.txt", "broken.profile", "/dev/null",
]  # fmt: skip
READING = {
    "score": ["score", "INPUT"],
    "clean": ["clean", "INPUT"],
    "clean to a folder": ["clean", "INPUT", "--output", "OUT"],
    "a corpus": ["clean", "INPUT", "--corpus", "--output", "OUT", "--engine", "process"],
    "duplicates": ["duplicates", "INPUT"],
    "an index": ["duplicates", "good.jsonl", "--index", "INPUT"],
    "profile": ["profile", "INPUT", "--output", "OUT"],
    "profile show": ["profile", "show", "INPUT"],
    "restore": ["restore", "INPUT"],
    "settings": ["score", "good.html", "--settings", "INPUT"],
    "a model": ["score", "good.html", "--model", "INPUT"],
    "a profile": ["score", "good.html", "--site", "INPUT"],
    "rules": ["clean", "good.jsonl", "--output", "OUT", "--engine", "process", "--rules", "INPUT"],
    "no command": ["INPUT"],
}


def check(capfd, arguments, codes=(0, 1, 2)):
    capfd.readouterr()
    code = run(arguments)
    err = capfd.readouterr().err
    assert code in codes, err
    assert not PYTHON.search(err), err
    assert not code or err.strip()
    return err


@pytest.mark.parametrize("name", READING)
def test_inputs(place, tmp_path, capfd, monkeypatch, name):
    monkeypatch.chdir(place)
    # Corpus input is tested separately, without the seconds that worker processes take to start.
    inputs = [given for given in INPUTS if not is_corpus([given[:99]])]
    for at, given in enumerate(inputs if name == "clean to a folder" else INPUTS):
        words = [word.replace("OUT", str(tmp_path / f"out-{at}")) for word in READING[name]]
        check(capfd, [given if word == "INPUT" else word for word in words])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "good.html", "--settings", "wrong.toml"], "must be a number, not a text"),
        (["score", "good.html", "--settings", "broken.toml"], "is not TOML"),
        (["score", "good.html", "--settings", "binary.toml"], "is not TOML"),
        (["score", "good.html", "--model", "model"], "no format number"),
        (["score", "good.html", "--model", "listed"], "cannot be read (not a JSON object)"),
        (["score", "good.html", "--model", "binary"], "not UTF-8"),
        (["profile", "show", "empty"], "empty is not a profile, or damaged (it is not a regular file)"),
        (["duplicates", "good.jsonl", "--index", "index"], "not an index"),
        (["restore", "old"], "damaged"),
        (["restore", "odd"], "damaged"),
        (["clean", "good.html", "--output", "/dev/null"], "/dev/null is a file: name a folder"),
        (["score", "good.html", "--html", "/dev/null", "--overwrite"], "/dev/null is a device or a pipe"),
        (["score", "good.html", "--html", ".", "--overwrite"], ". is a folder: name a file"),
        (["clean", "good.html", "--output", "good.jsonl/x"], "cannot be written"),
        (["claen", "good.html"], "there is no command claen: did you mean clean?"),
        (["nothing.html"], "nothing.html is not a command, a file, a folder or an http address"),
        (["serve", "--host", "999.1.1.1", "--no-browser"], "cannot be used"),
        (["profile", "pages", "--output", ""], "an argument is empty"),
        (["duplicates", "good.jsonl", "--threshold", "101%"], "write 0.8 or 80%"),
    ],
)
def test_what_is_wrong_is_reported(place, capfd, monkeypatch, arguments, said):
    monkeypatch.chdir(place)
    assert said in check(capfd, arguments, codes=(1, 2))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["score"], ["clean"], ["score", "--json"], ["--help"]])
def test_standard_output_on_a_full_disk(place, arguments):
    command = [sys.executable, "-m", "detector", *arguments]
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        found = subprocess.run(
            command,
            input=page(1).encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert found.returncode == 2
    assert b"detector: standard output: No space left on device\n" in found.stderr
    assert not PYTHON.search(found.stderr.decode())


@pytest.mark.parametrize("arguments", [["score", "--json"], ["clean"], ["duplicates", "--json"], ["--help"]])
def test_a_reader_that_has_gone_is_no_fault(place, arguments):
    given = json.dumps({"text": page(1)}).encode() if "duplicates" in arguments else page(1).encode()
    read, write = os.pipe()
    os.close(read)
    found = subprocess.run(
        [sys.executable, "-m", "detector", *arguments],
        input=given,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert found.returncode == 0
    assert not PYTHON.search(found.stderr.decode())


def test_help_lists_options_only(capfd):
    for arguments in (["clean", "--help-all"], ["profile", "--help"], ["evaluate", "--help"]):
        assert run(arguments) == 0
        rows = capfd.readouterr().out.split("Options:\n")[1].splitlines()
        assert rows[0].startswith("  -")
