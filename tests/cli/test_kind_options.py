"""Kinds of lines on the command line: the table, --preset, --keep, --drop, and restore."""

import json

import pytest

from detector.cli.main import run
from detector.presets import PRESETS

PAGE = """Old grain mill at Tarnfeld becomes a library

The town council voted on Monday to keep the mill and to fill it with books, after two years of talks.

The mill stood empty for thirty-one years. Two bakers and a school wanted it, and the school won.

Read also: Street lamps in Tarnfeld now run on sunlight

Leave a Reply

Your email address will not be published. Required fields are marked *
"""


def call(capfd, *arguments):
    """Run the command line in this process; return its exit code, output and messages."""
    code = run([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    return code, out, err


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    return path


def kinds_kept(capfd, *arguments):
    """The kinds of the lines that are kept."""
    code, out, err = call(capfd, "score", *arguments, "--json")
    assert code == 0, err
    return [line["kind"] for line in json.loads(out)["lines"] if line["kept"]]


def test_the_table_names_kinds(capfd, page):
    _, out, _ = call(capfd, "score", page)
    assert "kind" in out.splitlines()[0]
    assert {"title", "body", "form"} <= {word for row in out.splitlines() for word in row.split()[3:4]}


def test_kinds_are_kept_and_dropped(capfd, page):
    """--keep and --drop add to what the scores decide; a preset combines several."""
    before = kinds_kept(capfd, page)
    assert "title" in before and "form" not in before
    assert "form" in kinds_kept(capfd, page, "--keep", "form")
    assert "title" not in kinds_kept(capfd, page, "--drop", "title")
    assert "title" not in kinds_kept(capfd, page, "--preset", "body-only")
    assert "title" in kinds_kept(capfd, page, "--preset", "body-only", "--keep", "title")


def test_every_preset_runs(capfd, page):
    for preset in PRESETS:
        assert "body" in kinds_kept(capfd, page, "--preset", preset)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--keep", "headline"), "not a list of kinds of lines"),
        (("--keep", "form", "--drop", "form"), "--keep and --drop both have form"),
        (("--preset", "everything"), "'everything' is not one of"),
    ],
)
def test_wrong_kinds_are_refused(capfd, page, arguments, says):
    code, _, err = call(capfd, "clean", page, *arguments)
    assert code != 0
    assert says in err


def test_a_run_is_decided_again_by_kind(capfd, tmp_path):
    """Restore keeps and drops kinds by what the run stored, as a new run would."""
    pages = tmp_path / "pages.jsonl"
    pages.write_text(json.dumps({"id": "a", "text": PAGE}) + "\n")
    for name, arguments in (("run", ()), ("new", ("--keep", "form", "--drop", "title"))):
        code, _, err = call(capfd, "clean", pages, "--output", tmp_path / name, *arguments)
        assert code == 0, err
    code, out, err = call(capfd, "restore", tmp_path / "run", "--keep", "form", "--drop", "title")
    assert code == 0, err
    again = json.loads(out)["text"]
    (file,) = (tmp_path / "new" / "data").iterdir()
    assert again == json.loads(file.read_text())["text"]
    assert "Leave a Reply" in again and "becomes a library" not in again


def test_a_column_of_lines_has_kinds(capfd, tmp_path):
    pages = tmp_path / "pages.jsonl"
    pages.write_text(json.dumps({"id": "a", "text": PAGE}) + "\n")
    code, _, err = call(capfd, "clean", pages, "--output", tmp_path / "run", "--lines", "column")
    assert code == 0, err
    (file,) = (tmp_path / "run" / "data").iterdir()
    record = json.loads(file.read_text())
    lines = next(value for value in record.values() if isinstance(value, list))
    assert {line["kind"] for line in lines if line["score"] is not None} >= {"title", "body", "form"}
