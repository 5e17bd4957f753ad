"""Control sequences in pages are shown on a terminal, not executed; files and pipes get them unchanged."""

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest

from detector.cli.main import run
from detector.cli.terminal import print_json, printable
from tests.corpus.made import page, write_jsonl

# Clear the screen, set the clipboard, a link, a title, a C1 control, a bell, and reversed writing direction.
EVIL = "\x1b[2J\x1b]52;c;eA==\x07\x1b]8;;x\x07\x1b]0;t\x07\x9b2J\x07\u202e\u2066 \x7f"
OBEYED = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\x7f")


def on_a_terminal(*arguments, answers=b""):
    """Run the command line on a terminal; return what it would show."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        os.execv(sys.executable, [sys.executable, "-m", "detector", *map(str, arguments)])
    os.write(terminal, answers)
    shown = b""
    while True:
        try:
            some = os.read(terminal, 1 << 16)
        except OSError:  # Linux raises this when the child has ended
            break
        if not some:
            break
        shown += some
    os.waitpid(child, 0)
    os.close(terminal)
    return shown.decode("utf-8", "replace")


@pytest.fixture
def evil(tmp_path):
    """Pages of a site, with a line of control sequences."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(4):
        text = page(number).replace("until the rain began", f"until {EVIL} the rain began")
        (folder / f"{number}.txt").write_text(f"{EVIL} menu\n{text}")
    rows = [
        {"id": f"{EVIL}{number}", "text": "the same old words of a page that is long enough"}
        for number in range(2)
    ]
    write_jsonl(tmp_path / "pages.jsonl", rows)
    return tmp_path


def commands(folder):
    pages = folder / "pages"
    return {
        "score": ("score", pages / "1.txt"),
        "score as JSON": ("score", pages / "1.txt", "--json"),
        "clean": ("clean", pages / "1.txt"),
        "clean as JSON": ("clean", pages / "1.txt", "--format", "json"),
        "duplicates": ("duplicates", folder / "pages.jsonl"),
        "duplicates as JSON": ("duplicates", folder / "pages.jsonl", "--json"),
        "a dry run": ("clean", pages, "--dry-run"),
        "profile show": ("profile", "show", folder / "site.profile"),
        "questions": ("train", pages, "--ask", "1", "--labels", folder / "l.jsonl", "--output", folder / "m"),
        "restore": ("restore", folder / "out"),
        "a name in a message": ("score", pages / f"{EVIL.replace('/', '')}.txt"),
    }


@pytest.mark.parametrize("name", commands(Path()))
def test_a_terminal_is_told_nothing(evil, name):
    if name == "profile show":
        assert run(["profile", str(evil / "pages"), "--output", str(evil / "site.profile")]) == 0
    if name == "restore":
        assert run(["clean", str(evil / "pages"), "--output", str(evil / "out")]) == 0
    shown = on_a_terminal(*commands(evil)[name], answers=b"q\n")
    # Colours and the progress bar are the command's own.
    shown = re.sub("\x1b\\[[0-9;]*m", "", shown)
    assert shown.strip()
    assert not [sign for sign in OBEYED if sign in shown]


def test_pipes_and_files_get_what_the_page_has(evil, capfd):
    assert run(["clean", str(evil / "pages" / "1.txt")]) == 0
    assert f"until {EVIL} the rain began" in capfd.readouterr().out


def test_json_on_a_terminal_is_the_same_json(capsys, monkeypatch):
    monkeypatch.setattr("detector.cli.terminal.is_terminal", lambda: True)
    print_json(json.dumps({"text": EVIL}, ensure_ascii=False))
    out = capsys.readouterr().out
    assert not [sign for sign in OBEYED if sign in out]
    assert json.loads(out) == {"text": EVIL}


def test_what_a_terminal_does_not_obey_is_as_it_was():
    text = "Ünïcode, ٣ العربية\tand tabs\nand lines"
    assert printable(text) == text
    assert printable("a\r\nb\rc") == "a\nb\\x0dc"


@pytest.mark.parametrize("name", ["score", "duplicates"])
def test_no_colour_is_shown_if_it_is_not_wanted(evil, monkeypatch, name):
    assert ("\x1b[" in on_a_terminal(*commands(evil)["score"])) is True
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in on_a_terminal(*commands(evil)[name])


def test_no_colour_while_labels_are_asked_for(evil, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    asked = (
        "train",
        evil / "pages",
        "--ask",
        "2",
        "--labels",
        evil / "labels.jsonl",
        "--output",
        evil / "model",
    )
    shown = on_a_terminal(*asked, answers=b"q\n")
    assert "  > " in shown
    assert "\x1b[" not in shown


def test_ids_with_tabs_and_line_ends_stay_in_their_cells(tmp_path, capsys):
    text = "the same old words of a page that is long enough"
    ids = ("a\tb\nc", "d\re")
    path = write_jsonl(tmp_path / "pages.jsonl", [{"id": name, "text": text} for name in ids])
    assert run(["duplicates", str(path)]) == 0
    (row,) = capsys.readouterr().out.splitlines()
    assert row == "d\\x0de\ta\\x09b\\x0ac\t1.000"
