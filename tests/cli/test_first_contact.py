"""What a new user tries first, and what must never be lost."""

import json
import subprocess
import sys
from dataclasses import replace

import click
import pytest
from click.testing import CliRunner

from detector.cli.main import COMMANDS, group, run
from detector.records import Verdict
from tests.corpus.made import page, write_jsonl

STORY = "The town council met on Monday to discuss the new bridge, and voted nine to two in favour of it."
HTML = f"<html><body><nav><a href=/>Home</a></nav><h1>A title</h1><p>{STORY}</p></body></html>"


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(HTML)
    write_jsonl(tmp_path / "in.jsonl", [{"text": page(0)}, {"text": page(0)}, {"text": page(1)}])
    return tmp_path


def call(capfd, *arguments):
    code = run(list(arguments))
    out, err = capfd.readouterr()
    return code, out, err


def test_duplicates_never_cut_their_input(place, capfd):
    before = (place / "in.jsonl").read_bytes()
    code, _, err = call(capfd, "duplicates", "in.jsonl", "--output", "in.jsonl")
    assert code == 2
    assert "would overwrite the input in.jsonl" in err
    assert (place / "in.jsonl").read_bytes() == before
    assert call(capfd, "duplicates", "in.jsonl", "--output", "in.jsonl", "--overwrite")[0] == 0
    assert len((place / "in.jsonl").read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["clean", "a.html", "--output", "OLD"],
        ["score", "a.html", "--html", "OLD"],
        ["duplicates", "in.jsonl", "--output", "OLD"],
        ["profile", "a.html", "b.html", "--output", "OLD"],
        ["restore", "run", "--output", "OLD"],
        ["evaluate", "default", "a.html", "--html", "OLD"],
    ],
)
def test_a_file_that_exists_stays(place, capfd, arguments):
    old = place / "old.txt"
    old.write_text("old")
    code, _, err = call(capfd, *["old.txt" if argument == "OLD" else argument for argument in arguments])
    assert code == 2
    assert "old.txt already exists: choose another name, or add --overwrite" in err
    assert old.read_text() == "old"


def test_pages_are_not_written_over_the_text_of_others(place, capfd):
    assert call(capfd, "clean", "a.html", "b.html", "-o", "out")[0] == 0
    before = (place / "out" / "a.txt").stat().st_mtime_ns
    code, _, err = call(capfd, "clean", "a.html", "b.html", "-o", "out")
    assert code == 2
    assert "and 1 more already exist" in err
    assert (place / "out" / "a.txt").stat().st_mtime_ns == before
    assert call(capfd, "clean", "a.html", "b.html", "-o", "out", "--overwrite")[0] == 0


@pytest.mark.parametrize(
    "option",
    [
        ["--dry-run"],
        ["--to", "csv"],
        ["--rules", "none.toml"],
        ["--allow", "x"],
        ["--lines", "none"],
        ["--workers", "2"],
        ["--memory", "1GB"],
        ["--engine", "foo"],
        ["--id-column", "x"],
    ],
)
def test_options_of_a_corpus_are_refused_for_pages(place, capfd, option):
    code, _, err = call(capfd, "clean", "a.html", *option, "--output", "out")
    assert code == 2
    assert f"{option[0]} has no effect for single pages: it is for a corpus" in err
    assert not (place / "out").exists()


def test_options_of_pages_are_refused_for_a_corpus(place, capfd):
    code, _, err = call(capfd, "clean", "in.jsonl", "--output", "out", "--format", "markdown")
    assert code == 2
    assert "--format has no effect for a corpus" in err
    assert "--to" in err
    assert not (place / "out").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_short_and_has_its_examples_one_a_line(name):
    help = CliRunner().invoke(group, [name, "--help"]).output
    options = [line for line in help.splitlines() if line.startswith("  -")]
    assert 0 < len(options) <= 12
    assert any("--help" in line for line in options)
    examples = help[help.index("Examples:") :].splitlines()[1:]
    assert examples[0].startswith("    detector ")
    assert "\b" not in help
    command = group.get_command(click.Context(group), name)
    if command.common is not None:
        shown = CliRunner().invoke(group, [name, "--help-all"]).output
        for option in command.params:
            assert not isinstance(option, click.Option) or option.opts[-1] in shown


def test_a_folder_is_cleaned(place, capfd):
    code, out, _ = call(capfd, ".")
    assert code == 0
    assert out.count(STORY) == 2
    assert "==> a.html <==\n" in out


def test_one_page_goes_to_a_file_in_the_format_of_its_ending(place, capfd):
    assert call(capfd, "a.html", "-o", "x.txt")[0] == 0
    assert (place / "x.txt").read_text().endswith(f"{STORY}\n")
    assert call(capfd, "clean", "a.html", "-o", "x.json")[0] == 0
    assert json.loads((place / "x.json").read_text())["format"] == "html"


@pytest.mark.parametrize("arguments", [["clean"], [], ["score"]])
def test_what_is_piped_in_needs_no_dash(arguments):
    command = [sys.executable, "-m", "detector", *arguments]
    found = subprocess.run(command, input=HTML.encode(), capture_output=True, check=False)
    assert found.returncode == 0
    assert b"town council" in found.stdout


def test_without_input_the_usage_is_shown(capfd):
    assert call(capfd, "clean")[0] == 2
    assert call(capfd, "nothing")[0] == 2


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_table_fits_and_shows_reasons_whole(place, capfd, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    _, out, _ = call(capfd, "score", "a.html")
    rows = out.splitlines()[:-1]
    assert max(map(len, rows)) <= columns
    shown = " ".join(" ".join(row[32:] if row.startswith(" " * 32) else row[32:55] for row in rows).split())
    for line in json.loads(call(capfd, "score", "a.html", "--json")[1])["lines"]:
        if columns == 80:
            assert any(reason["text"] in shown for reason in line["reasons"])
        else:
            assert any(reason["text"] in out for reason in line["reasons"])


def test_a_verdict_that_is_unsure_names_the_two_likeliest():
    likely = Verdict("forum", 0.3, (), ("article", 0.25))
    assert likely.text == "unsure: forum (30%) or article (25%)"
    assert replace(likely, probability=0.7).text == "looks like: forum (70%)"


@pytest.mark.parametrize("more", [["-o", "out"], ["--dry-run"]])
def test_a_wrong_column_is_reported_at_once_and_nothing_is_written(place, capfd, more):
    code, _, err = call(capfd, "clean", "in.jsonl", *more, "--text-column", "body")
    assert code == 2
    assert "in.jsonl: no column 'body'; there are: text; name the one with the text: --text-column" in err
    assert not (place / "out").exists()
    assert call(capfd, "clean", "in.jsonl", *more, "--text-column", "text")[0] == 0


def test_a_stopped_corpus_says_how_to_resume(place, capfd, monkeypatch):
    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("detector.corpus.api.clean_corpus", stop)
    code, _, err = call(capfd, "clean", "in.jsonl", "-o", "out")
    assert code == 130
    assert "run the same command again to resume" in err


def test_quiet_and_verbose(place, capfd):
    assert call(capfd, "clean", "-q", "a.html")[2] == ""
    assert "clean took " in call(capfd, "clean", "-v", "a.html")[2]
    assert "missing.html does not exist" in call(capfd, "clean", "-q", "missing.html")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "a.html"],
        ["clean", "a.html"],
        ["clean", "in.jsonl", "-o", "out"],
        ["train", "in.jsonl", "-o", "out"],
    ],
)
def test_the_default_model_can_be_named(place, capfd, arguments):
    code, _, err = call(capfd, *arguments, "--model", "default")
    assert code != 2
    assert "is not a model" not in err


def test_a_name_that_is_too_long_leaves_out_one_page(place, capfd):
    """The pages after it used to be left out, too."""
    long = "n" * 251 + ".txt"
    for name in (long, "z.txt"):
        (place / name).write_text("The mill stood empty for thirty-one years.")
    code, _, err = call(capfd, "clean", long, "z.txt", "-o", "out", "--format", "json")
    assert (code, [path.name for path in (place / "out").iterdir()]) == (1, ["z.json"])
    assert "set aside: " in err
    assert "cannot be written: the name is too long" in err
    assert "1 of 2 pages set aside" in err
