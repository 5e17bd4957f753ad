"""The documentation is tested: Python sessions, consoles, links and the two commands of the README."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.main import group

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
# Its sessions need third-party packages: tests/integrations/test_examples.py runs them.
WITH_PACKAGES = "integrations.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.name != WITH_PACKAGES], ids=lambda path: path.name
)
def test_python_sessions(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=FLAGS)
    for number, block in enumerate(blocks(path, "python")):
        runner.run(parser.get_doctest(block, {}, f"{path.name} block {number}", str(path), 0))
    assert runner.summarize().failed == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_consoles(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    for block in blocks(path, "console"):
        command, wanted = block.split("\n", 1)
        words = shlex.split(command.removeprefix("$ "))
        assert words[0] == "detector"
        found = CliRunner().invoke(group, words[1:], env={"COLUMNS": "120"})
        checker = doctest.OutputChecker()
        assert checker.check_output(wanted, found.stdout, FLAGS), found.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8")):
        assert link.startswith("http") or (path.parent / link).exists(), link


def test_the_readme_has_two_commands():
    section = (ROOT / "README.md").read_text("utf-8").split("## Two commands", 1)[1].split("\n## ", 1)[0]
    commands = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert [command.strip() for command in commands] == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/detector score examples/news.html",
        ".venv/bin/pip install '.[test]' && .venv/bin/pytest -n auto",
    ]


def test_docstring_examples(monkeypatch):
    import detector

    monkeypatch.chdir(ROOT)
    assert doctest.testmod(detector, optionflags=FLAGS).failed == 0
