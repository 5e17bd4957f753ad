"""docs/tutorial.md, followed by a newcomer: every command in order, in an empty folder."""

import doctest
import re
import shlex
import shutil
from pathlib import Path

from click.testing import CliRunner

from detector.cli.main import group

ROOT = Path(__file__).parent.parent
STEP = re.compile(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run(command):
    """Run one command of the tutorial, with its piped input."""
    piped, _, called = command.rpartition(" | ")
    words = shlex.split(called)
    assert words[0] == "detector"
    given = shlex.split(piped)[1].encode().decode("unicode_escape") if piped else None
    found = CliRunner().invoke(group, words[1:], input=given, env={"COLUMNS": "120"})
    assert found.exit_code == 0, (command, found.output, found.exception)
    return found


def test_the_tutorial_does_what_it_says(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    steps = STEP.findall(text)
    assert len(steps) > 6
    for commands, wanted in steps:
        outputs = [run(command).stdout for command in commands.strip().split("\n")]
        if wanted:
            assert doctest.OutputChecker().check_output(wanted, "".join(outputs), FLAGS), "".join(outputs)
    assert "<svg" in Path("report.html").read_text("utf-8")
    assert re.search(r"^threshold = 0\.\d+$", Path("careful.toml").read_text("utf-8"), re.MULTILINE)
