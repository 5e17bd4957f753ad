"""`detector check`: findings with their locations, for people, GitHub and programs; the action and the hook."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.main import group, run

ROOT = Path(__file__).parent.parent.parent
STORY = (
    "The mill stood empty for thirty-one years, until the town bought it last spring and repaired the wheel."
)
PAGE = f"Save now: subscribe to our newsletter!\n{STORY}\nYour email address will not be published.\n"


def check(*arguments):
    return CliRunner().invoke(group, ["check", "--quiet", *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder with a page, and two records, the second a copy of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(PAGE)
    other = "On Saturday the doors opened, and more than two hundred people came to see how flour used to be made."
    rows = [{"text": other}, {"text": other}, {"text": "A ferry leaves the harbour at six in the morning."}]
    (tmp_path / "rows.jsonl").write_text("\n" + "\n".join(map(json.dumps, rows)) + "\n")
    return tmp_path


def test_the_column_has_the_name_that_it_has_elsewhere_too(data):
    (data / "rows.jsonl").write_text(json.dumps({"body": PAGE}) + "\n")
    found = [check("rows.jsonl", option, "body") for option in ("--column", "--text-column")]
    assert found[0].output == found[1].output
    assert found[0].return_value == found[1].return_value == 1


def test_lines_of_templates_are_found_where_they_stand(data):
    found = check("page.txt")
    assert found.return_value == 1
    lines = found.stdout.splitlines()
    assert [re.match(r"page\.txt:(\d): boilerplate: “", line)[1] for line in lines] == ["1", "3"]
    assert re.search(r"\((promotion|form), score 0\.9", lines[0])


def test_near_duplicates_name_both_places(data):
    found = check("rows.jsonl")
    assert found.return_value == 1
    assert found.stdout == "rows.jsonl:3: near-duplicate: similarity 1.00 to rows.jsonl:2\n"
    assert check("rows.jsonl", "--duplicates", "0").return_value == 0


def test_a_finding_is_one_line_whatever_the_name_of_its_file(data):
    """Otherwise a file name in a repository could inject commands into whatever reads the log."""
    (data / "a\n::error ::b.txt").write_text(PAGE)
    found = check("a\n::error ::b.txt")
    assert [line.split(": ")[0] for line in found.stdout.splitlines()] == [
        f"a\\x0a::error ::b.txt:{line}" for line in (1, 3)
    ]


def test_a_repeat_in_a_text(data):
    (data / "twice.txt").write_text(f"{STORY}\n\nA ferry leaves at six.\n\n{STORY}\n")
    found = check("twice.txt", "--least-score", "1")
    assert found.stdout.startswith("twice.txt:5: repeat: “The mill stood empty")
    assert "same text as line 0" in found.stdout


def test_a_folder_and_clean_data(data):
    assert {line.split(":")[0] for line in check(".").stdout.splitlines()} == {"page.txt", "rows.jsonl"}
    (data / "clean.txt").write_text(STORY)
    assert (check("clean.txt").return_value, check("clean.txt").stdout) == (0, "")


def test_annotations_of_github(data):
    (data / "a,b.txt").write_text(PAGE.replace("Save now", "Save 50% today"))
    first = check("a,b.txt", "--report", "github", "--least-score", "0.5").stdout.splitlines()[0]
    assert first.startswith("::warning file=a%2Cb.txt,line=1,title=boilerplate::“Save 50%25 today")


def test_jsonl(data):
    rows = [json.loads(line) for line in check("page.txt", "--report", "jsonl").stdout.splitlines()]
    assert [row["line"] for row in rows] == [1, 3]
    assert set(rows[0]) == {"file", "line", "rule", "message"}


def test_what_cannot_be_read_is_a_failure_too(data):
    (data / "bad.jsonl").write_text('{"text": \n')
    found = check("bad.jsonl")
    assert found.return_value == 1
    assert "bad.jsonl" in found.stderr


def test_a_wrong_column_and_a_missing_file(data):
    assert run(["check", "rows.jsonl", "--column", "body"]) == 2
    assert run(["check", "nowhere.txt"]) == 2


def step_of_the_action():
    """The script of the action's last step."""
    script = (ROOT / "action.yml").read_text().split("      run: |\n")[-1]
    return "\n".join(line.removeprefix("        ") for line in script.splitlines())


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are for bash")
def test_the_action(data, tmp_path):
    (data / "with space").mkdir()
    (data / "page.txt").rename(data / "with space" / "page.txt")
    program = tmp_path / "bin" / "detector"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m detector "$@"\n')
    program.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
        "PATHS": "with space\nrows.jsonl\n", "ARGUMENTS": "--duplicates 0.9 --column 'text'",
    }  # fmt: skip
    command = ["bash", "-e", "-o", "pipefail", "-c", step_of_the_action()]
    done = subprocess.run(command, cwd=data, env=environment, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "::warning file=with space/page.txt,line=1,title=boilerplate::" in done.stdout
    assert "title=near-duplicate::similarity 1.00 to rows.jsonl%3A2" in done.stdout.replace(":2", "%3A2")


@pytest.mark.slow
def test_the_hook(data, tmp_path):
    """pre-commit itself installs this repository and runs the hook."""
    if shutil.which("pre-commit") is None or shutil.which("git") is None:
        pytest.skip("needs pre-commit and git")
    for command in (["git", "init", "-q"], ["git", "add", "page.txt"]):
        subprocess.run(command, cwd=data, check=True)
    found = subprocess.run(
        ["pre-commit", "try-repo", str(ROOT), "detector-check", "--files", "page.txt"],
        cwd=data, env=os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home")}, capture_output=True, text=True,
    )  # fmt: skip
    assert found.returncode == 1, found.stderr
    assert "page.txt:1: boilerplate:" in found.stdout
