"""Standard streams that are closed or full, and folders with pipes and devices in them."""

import os
import subprocess
import sys

import pytest

from detector.cli.main import run
from tests.corpus.made import page, read_jsonl, write_jsonl

CLOSED = ["2>&-", ">&-", "<&- >&- 2>&-", pytest.param("2>/dev/full", marks=pytest.mark.skipif(
    not os.path.exists("/dev/full"), reason="there is no /dev/full"))]  # noqa: PTH110  # fmt: skip


@pytest.mark.parametrize("streams", CLOSED)
def test_a_corpus_needs_no_streams(tmp_path, streams):
    """With standard error closed, an output file could get its descriptor, and with it what workers write there."""
    write_jsonl(tmp_path / "pages.jsonl", [{"id": str(at), "text": page(at)} for at in range(9)])
    command = f"'{sys.executable}' -m detector clean pages.jsonl --output out --workers 2 {streams}"
    found = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert len(read_jsonl(tmp_path / "out" / "data")) == 9


@pytest.mark.parametrize(
    "arguments", ["duplicates pages.jsonl", "clean pages.jsonl --dry-run", "score --nothing"]
)
def test_messages_that_cannot_be_written_stop_nothing(tmp_path, arguments):
    write_jsonl(tmp_path / "pages.jsonl", [{"id": str(at), "text": page(at)} for at in range(9)])
    command = f"'{sys.executable}' -m detector {arguments}"
    for streams in ("2>&-", ">&- 2>&-"):
        # Nothing is a near-duplicate here, so only the plan is printed.
        is_lost = "--dry-run" in arguments and streams.startswith(">&-")
        wanted = 2 if "--nothing" in arguments or is_lost else 0
        found = subprocess.run(
            ["sh", "-c", f"{command} {streams}"], cwd=tmp_path, check=False, capture_output=True
        )
        assert found.returncode == wanted


PRINTS = {
    "clean": ["page.txt"],
    "score": ["page.txt"],
    "check": ["page.txt"],
    "duplicates": ["pages.jsonl"],
    "--help": [],
    "--version": [],
}


@pytest.mark.parametrize("command", PRINTS)
def test_results_that_cannot_be_printed_are_an_error(tmp_path, command):
    """With a closed standard output the exit code was 0, though nothing was written."""
    write_jsonl(tmp_path / "pages.jsonl", [{"id": str(at), "text": page(at % 3)} for at in range(9)])
    (tmp_path / "page.txt").write_text(page(1) + "\nSubscribe to our newsletter\nAll rights reserved\n")
    arguments = " ".join([command, *PRINTS[command]])
    found = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m detector {arguments} >&-"],
        cwd=tmp_path, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert "standard output is closed: redirect it to a file or a pipe" in found.stderr
    assert found.returncode == 2


@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}])
@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["text", "json"])
def test_no_character_is_lost_in_a_pipe(tmp_path, locale, arguments):
    text = "Café society in Zürich, a long sentence about people who drink coffee, 中文."
    (tmp_path / "page.txt").write_text(text, "utf-8")
    command = [sys.executable, "-m", "detector", "score" if arguments else "clean", "page.txt", *arguments]
    environment = {**os.environ, **locale}
    found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert found.returncode == 0
    assert text in found.stdout.decode("utf-8")


@pytest.fixture
def folder(tmp_path):
    """Three pages, a pipe that nobody writes to, an endless device, and a broken link."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for at in range(3):
        (tmp_path / "in" / "deep" / f"{at}.txt").write_text(page(at))
    os.mkfifo(tmp_path / "in" / "pipe.txt")
    (tmp_path / "in" / "zero.html").symlink_to("/dev/zero")
    (tmp_path / "in" / "broken.html").symlink_to(tmp_path / "nowhere")
    return tmp_path / "in"


@pytest.mark.parametrize(
    "arguments",
    [["clean"], ["profile", "-o", "site.profile"], ["evaluate", "default"], ["clean", "-o", "out"]],
)
def test_what_is_no_file_in_a_folder_is_named(folder, capfd, monkeypatch, arguments):
    monkeypatch.chdir(folder.parent)
    command, *options = arguments
    assert run([command, *options, str(folder)]) == 1
    err = capfd.readouterr().err
    if "-o" in options and command == "clean":
        err = " ".join(row["file"] for row in read_jsonl(folder.parent / "out" / "rejects"))
    for name in ("broken.html",) if command == "evaluate" else ("broken.html", "pipe.txt", "zero.html"):
        assert name in err


@pytest.mark.parametrize("command", ["clean", "profile", "evaluate"])
def test_a_folder_that_cannot_be_listed_is_reported(folder, capfd, monkeypatch, command):
    """It used to be skipped silently."""
    for name in ("pipe.txt", "zero.html", "broken.html"):
        (folder / name).unlink()
    scandir = os.scandir

    def denied(path):
        if os.fspath(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    options = {"evaluate": ["default"], "profile": ["-o", str(folder / "site.profile")], "clean": []}
    assert run([command, *options[command], str(folder)]) == 2
    assert "deep cannot be listed: Permission denied" in capfd.readouterr().err


ENDLESS = {
    "a page": ["score", "/dev/zero"],
    "rules": ["clean", "PLACE/deep", "--rules", "/dev/zero", "-o", "PLACE/out"],
    "settings": ["score", "PLACE/deep/0.txt", "--settings", "/dev/zero"],
    "a profile": ["score", "PLACE/deep/0.txt", "--site", "/dev/zero"],
    "a model": ["score", "PLACE/deep/0.txt", "--model", "/dev/zero"],
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused(folder, capfd, name):
    arguments = [one.replace("PLACE", str(folder)) for one in ENDLESS[name]]
    assert run(arguments) == (1 if name == "a page" else 2)
    err = capfd.readouterr().err
    assert "/dev/zero" in err
    assert "it has more than" in err or "not a regular file" in err or "Not a directory" in err
