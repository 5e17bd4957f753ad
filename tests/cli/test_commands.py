"""The commands as a user calls them."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from detector.cli import main
from detector.cli.main import COMMANDS, group, run
from detector.cli.options import Policy
from detector.settings import Columns

STORY = {
    "old": "The old mayor cut the ribbon on Monday, and many people came to see it. She had promised the bridge "
    "nine years ago, when the ferry was given up, and nobody had believed her then.",
    "new": "The new mayor walked over it first, with his two dogs, and waited on the other side. He said that the "
    "bridge would carry four hundred cars a day, and that bicycles would be free of charge.",
}
PAGE = (
    "<html><head><title>Bridge</title></head><body><nav><a href=/>Home</a><a href=/n>News</a></nav>"
    "<article><h1>Village council opens the new bridge</h1>"
    + "".join(f"<p>{text}</p>" for text in STORY.values())
    + "</article><footer>© 2024 Example. All rights reserved.</footer></body></html>"
)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    return path


def call(capfd, *arguments):
    """Run the command line in this process; return its exit code, output and messages."""
    code = run([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    found = CliRunner().invoke(group, [name, "--help"])
    assert found.exit_code == 0
    assert f"detector {name} " in found.output
    assert "Example" in found.output


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_too_many_options(name):
    command = group.get_command(click.Context(group), name)
    shared = {
        "input_format",
        "allow_private",
        *("help", "help_all", "quiet", "verbose", "overwrite"),
        *Policy._fields,
        *("engine", "workers", "memory"),
        *("column", *(f"{name}_column" for name in Columns._fields)),
    }
    own = [
        option.name
        for option in command.params
        if isinstance(option, click.Option) and option.name not in shared
    ]
    assert len(own) <= 11


def test_the_list_of_commands_is_that_of_their_help():
    found = CliRunner().invoke(group, ["--help"])
    for name, (_, text) in COMMANDS.items():
        assert name in found.output
        assert text in found.output
        assert group.get_command(click.Context(group), name).name == name


def test_score_prints_a_table(capfd, page, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, _ = call(capfd, "score", page)
    assert code == 0
    rows = [line.split() for line in out.splitlines()[1:-1]]
    assert [row[1] for row in rows] == ["drop", "drop", "keep", "keep", "keep", "drop"]
    assert "\x1b[" not in out


def test_score_as_json_and_as_a_page(capfd, page, tmp_path):
    report = tmp_path / "new" / "scored.html"
    code, out, _ = call(capfd, "score", page, "--json", "--html", report)
    assert code == 0
    assert [line["kept"] for line in json.loads(out)["lines"]] == [False, False, True, True, True, False]
    html = report.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "Village council opens the new bridge" in html
    assert "src=" not in html
    assert not list(report.parent.glob("*.unfinished"))


def test_clean_prints_or_writes(capfd, page, tmp_path):
    code, out, err = call(capfd, "clean", page)
    assert code == 0
    assert out.startswith("Village council opens the new bridge\nThe old mayor")
    assert "judged on its own" in err
    for format, suffix in (("text", ".txt"), ("markdown", ".md"), ("json", ".json")):
        code, out, _ = call(capfd, "clean", page, "--output", tmp_path / "out", "--format", format)
        assert (code, out) == (0, "")
        written = (tmp_path / "out" / f"page{suffix}").read_text("utf-8")
        assert "The old mayor" in written
    assert written.startswith("{")


def test_clean_reads_standard_input():
    found = subprocess.run(
        [sys.executable, "-m", "detector", "clean", "-"],
        input=PAGE.encode(),
        capture_output=True,
        check=False,
    )
    assert found.returncode == 0
    assert found.stdout.decode().startswith("Village council")


def test_a_page_that_cannot_be_read_is_set_aside(capfd, page, tmp_path):
    code, out, err = call(capfd, "clean", tmp_path / "missing.html", page, tmp_path)
    assert code == 1
    assert "missing.html does not exist" in err
    assert "1 of 3 pages set aside" in err
    assert out.count("==> ") == 2
    assert "The old mayor" in out


def test_pages_of_the_same_name_do_not_overwrite_each_other(capfd, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.html").write_text(PAGE)
    pages = [tmp_path / folder / "page.html" for folder in ("a", "b", "b")]
    code, _, err = call(capfd, "clean", *pages, "--output", tmp_path / "out")
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["page.html.txt", "page.txt"]
    assert "another page" in err


def test_the_output_never_overwrites_the_input(capfd, tmp_path):
    path = tmp_path / "page.txt"
    path.write_text("a page\n")
    code, _, err = call(capfd, "clean", path, "--output", tmp_path)
    assert code == 2
    assert "would overwrite the input" in err
    assert path.read_text() == "a page\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["score"],
        ["nothing"],
        ["score", "PAGE", "--threshold", "2"],
        ["score", "PAGE", "--model", "nowhere"],
        ["score", "PAGE", "--settings", "nowhere.toml"],
        ["score", "PAGE", "--input-format", "pdf"],
        ["train", "PAGE", "--output", "x"],
        ["evaluate", "nowhere", "PAGE"],
    ],
)
def test_wrong_use_is_explained(capfd, page, arguments):
    code, out, err = call(capfd, *[page if argument == "PAGE" else argument for argument in arguments])
    assert code in (1, 2)
    assert len(err) > 20
    assert "Traceback" not in err + out


def test_a_folder_that_cannot_be_written_is_reported(capfd, page, tmp_path):
    (tmp_path / "file").write_text("x")
    code, _, err = call(capfd, "clean", page, "--output", tmp_path / "file" / "in")
    assert code == 2
    assert "cannot be written" in err


@pytest.mark.parametrize("error", [RuntimeError, ValueError, KeyError, TypeError, EOFError, UnicodeError])
def test_an_internal_error_is_reported_as_a_bug(capfd, page, monkeypatch, error):
    def broken(*arguments, **options):
        raise error("broken on purpose")

    monkeypatch.setattr("detector.detector.Detector.score_batch", broken)
    code, _, err = call(capfd, "score", page)
    assert code == 4
    assert "a bug in detector" in err
    assert "report it to" in err
    assert "broken on purpose" not in err
    assert "Traceback" not in err
    monkeypatch.setenv("DETECTOR_TRACEBACK", "1")
    if error is not EOFError:  # click takes it for Ctrl-C
        with pytest.raises(error, match="broken on purpose"):
            call(capfd, "score", page)


def test_a_full_disk_is_not_reported_as_a_bug(capfd, page, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device", "/tmp/x")

    monkeypatch.setattr("detector.detector.Detector.score_batch", full)
    code, _, err = call(capfd, "score", page)
    assert code == 2
    assert err == "detector: /tmp/x: No space left on device: free some space or choose another folder\n"


WAITS = """
import sys, time
from detector.cli import main, score

def waits(*arguments):
    print("ready", flush=True)
    time.sleep(60)

score.page_of = waits
sys.argv[1:] = ["score", "page.html"]
main.main()
"""


# A program that is started in the background ignores Ctrl-C, one of `nohup` SIGHUP, and so do those that it starts.
HEARS_ALL = """
import signal
from detector.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
main()
"""


def test_sigterm_stops_in_order():
    with subprocess.Popen(
        [sys.executable, "-c", WAITS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout.readline() == "ready\n"
        running.terminate()
        assert running.stderr.read().strip() == "detector: stopped"
    assert running.returncode == 143


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_no_temporary_file_stays_of_a_stopped_command(tmp_path, name, code):
    """A terminal that was closed left the copy of standard input behind."""
    command = [sys.executable, "-c", HEARS_ALL, "duplicates", "-"]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path)}, **streams) as running:
        running.stdin.write(b'{"id": "a", "text": "a"}\n' * 9000)
        running.stdin.flush()
        while not list(tmp_path.glob("detector-*/stdin.jsonl")):
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(getattr(signal, name))
        assert running.stderr.read().strip() == b"detector: stopped"
    assert running.returncode == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
def test_nohup_is_heard(monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(main, "_run", lambda arguments: signal.raise_signal(signal.SIGHUP) or 7)
        assert main.run([]) == 7
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_corpus_run_needs_no_standard_error(tmp_path):
    """A service may start programs without one."""
    rows = [{"id": str(number), "text": f"Page {number} of the valley.\nHome"} for number in range(3)]
    path = tmp_path / "pages.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = f"'{sys.executable}' -m detector clean '{path}' --output '{tmp_path}/out' <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_closed_standard_input_is_named():
    command = f"'{sys.executable}' -m detector score - <&-"
    found = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in found.stderr
    assert found.returncode == 1
    assert "standard input is closed" in found.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_each_example_on_its_own_line(capfd, name):
    code, shown, _ = call(capfd, name, "--help")
    assert code == 0
    assert "\\b" not in shown
    assert f"\n  Examples:\n    detector {name} " in shown


TWICE = "\n\n".join([
    "Village council opens the new bridge", STORY["old"], STORY["new"], "Village council opens the new bridge",
    "The ferry has been sold to a museum in the next valley, where children may ring its bell. The ferryman "
    "keeps the key and oils the engine every spring, as he has done for thirty years.",
])  # fmt: skip


@pytest.mark.parametrize(("kinds", "copies"), [(None, 1), ("headline,block", 1), ("none", 2), ("block", 2)])
def test_kinds_of_copies_to_drop(capfd, tmp_path, kinds, copies):
    path = tmp_path / "page.txt"
    path.write_text(TWICE)
    chosen = [] if kinds is None else ["--drop-copies", kinds]
    code, out, _ = call(capfd, "clean", path, "--threshold", "1", *chosen)
    assert code == 0
    assert out.count("Village council opens the new bridge") == copies


@pytest.mark.parametrize("kinds", ["headlines", " ", "none,block"])
def test_unknown_kinds_of_copies_are_refused(capfd, page, kinds):
    code, _, err = call(capfd, "clean", page, "--drop-copies", kinds)
    assert code == 2
    assert "running-head" in err
