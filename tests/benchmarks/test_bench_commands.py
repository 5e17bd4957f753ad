"""One program: every command has help with examples and is documented; failures print a message and exit with 1."""

import json
import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from benchmarks.__main__ import program
from benchmarks.data.shared import VARIABLE
from benchmarks.files import RESULTS, ROOT, json_lines, whole_file, write_json_lines
from benchmarks.measures import floors
from benchmarks.tables import fill
from benchmarks.tables.cells import TableError

FILES = sorted((ROOT / "benchmarks").rglob("*.py"))
FOLDERS = sorted({path.parent for path in FILES})


def commands(group=program, names=()):
    """Yield each command and the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*names, name))
        else:
            yield (*names, name), found


COMMANDS = dict(commands())


def called(*words, **more):
    return CliRunner().invoke(program, words, **more)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_a_line(words):
    found = called(*words, "--help")
    assert found.exit_code == 0
    examples = found.output.split("Examples:\n", 1)[1].split("\n\n", 1)[0].splitlines()
    start = f"python -m benchmarks {' '.join(words)}"
    assert examples
    assert all(line.strip().startswith(start) for line in examples), examples


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_has_help(words):
    for option in COMMANDS[words].params:
        assert isinstance(option, click.Argument) or option.help, option.name


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_docs(words):
    assert f"python -m benchmarks {' '.join(words)}" in (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def test_the_commands_of_docs_and_makefile_exist():
    places = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile", *(ROOT / "docs").glob("*.md")]
    found = [
        line for path in places for line in re.findall(r"-m benchmarks ([^`\n#]+)", path.read_text("utf-8"))
    ]
    assert len(found) > 40
    for line in found:
        words = tuple(line.split())
        assert words[:1] in COMMANDS or words[:2] in COMMANDS, line
        assert not re.search(r"-m benchmarks\.", line)


def test_help_imports_no_command():
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom benchmarks.__main__ import program\n"
        "assert CliRunner().invoke(program, ['run', '--help']).exit_code == 0\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('numpy', 'scipy', 'sklearn')"
        " or name.startswith('benchmarks.run')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_there_is_one_program():
    programs = [path for path in FILES if "__name__ ==" in path.read_text("utf-8")]
    assert programs == [ROOT / "benchmarks" / "__main__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_folder_is_crowded(folder):
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 16


def test_tables_that_are_up_to_date_pass():
    found = called("tables", "--check")
    assert (found.exit_code, found.output) == (0, "all tables are up to date\n")


def test_a_table_that_is_out_of_date_is_reported(tmp_path, monkeypatch):
    (tmp_path / "README.md").write_text("<!-- table: labels labels -->\n| old |\n<!-- end table -->\n")
    monkeypatch.setattr(fill, "ROOT", tmp_path)
    found = called("tables", "--check")
    assert found.exit_code == 1
    assert found.output == "Error: tables out of date: README.md; run `python -m benchmarks tables`\n"
    assert called("tables").exit_code == 0
    assert "| kappa |" in (tmp_path / "README.md").read_text()
    assert called("tables", "--check").exit_code == 0


def test_a_table_shows_the_systems_that_are_named():
    systems = ["detector-html", "trafilatura"]
    _head, _rule, *rows = fill.table(RESULTS, f"quality-html wcxb-dev {' '.join(systems)}").splitlines()
    assert [row.split()[1] for row in rows] == systems
    assert set(rows) < set(fill.table(RESULTS, "quality-html wcxb-dev").splitlines())
    assert len(fill.table(RESULTS, "speed html detector-html").splitlines()) == 3


def test_a_system_that_a_table_does_not_have_is_reported():
    with pytest.raises(TableError, match="no such systems in this result: nobody"):
        fill.table(RESULTS, "quality-html wcxb-dev detector-html nobody")


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Return a function that sets the measured figure and returns the file of floors."""
    path = tmp_path / "floors.json"
    path.write_text(json.dumps({"sample": "same", "floors": {"sample/html/x/words_f1": 0.9}}))
    monkeypatch.setattr(floors, "PATH", path)

    def found(value, sample="same"):
        monkeypatch.setattr(floors, "_measured", lambda: ({"sample/html/x/words_f1": value}, sample))
        return path

    return found


def test_figures_that_hold_their_floors_pass(measured):
    measured(0.9)
    assert called("check").exit_code == 0


def test_a_figure_below_its_floor_is_reported(measured):
    measured(0.899)
    found = called("check")
    assert found.exit_code == 1
    assert found.output == "Error: below the floor:\nsample/html/x/words_f1: 0.899, floor 0.900\n"


def test_figures_of_other_data_are_refused(measured):
    measured(0.95, sample="other")
    found = called("check")
    assert found.exit_code == 1
    assert "the sample's data is not what the floors were set on" in found.output


def test_floors_are_raised_and_lowered_only_when_told(measured):
    path = measured(0.95)
    assert called("check", "--raise").exit_code == 0
    measured(0.7)
    assert called("check", "--raise").exit_code == 1
    assert json.loads(path.read_text())["floors"] == {"sample/html/x/words_f1": 0.95}
    assert called("check", "--raise", "--allow-regression", "other data").exit_code == 0
    assert json.loads(path.read_text())["floors"] == {"sample/html/x/words_f1": 0.7}


def test_missing_data_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    found = called("labels", "check")
    assert found.exit_code == 1
    assert found.output.startswith(f"Error: no shared data in {tmp_path}: set DETECTOR_SHARED")


def test_a_file_has_its_name_when_it_is_whole(tmp_path):
    for path in (tmp_path / "new" / "rows.jsonl", tmp_path / "rows.jsonl.gz"):
        rows = [{"text": "é\u2028"}, {"text": "two"}]
        assert write_json_lines(path, rows) == 2
        assert list(json_lines(path)) == rows
        with pytest.raises(RuntimeError), whole_file(path) as file:
            file.write("half of it")
            raise RuntimeError
        assert list(json_lines(path)) == rows
