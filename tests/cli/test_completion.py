"""Shell completion: commands, options, their values, and files."""

import os
import subprocess
import sys

import pytest

from detector.cli.main import COMMANDS


def complete(*words, shell="bash"):
    """Return the completions of the last word."""
    line = {"COMP_WORDS": " ".join(["detector", *words]), "COMP_CWORD": str(len(words))}
    if shell == "fish":
        line["COMP_CWORD"] = words[-1]
    found = subprocess.run(
        [sys.executable, "-m", "detector"],
        env={**os.environ, **line, "_DETECTOR_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        check=False,
    )
    assert found.stderr == b""
    return found.stdout.decode().splitlines()


def test_commands_are_offered_without_loading_any():
    assert complete("") == [f"plain,{name}" for name in COMMANDS]
    assert complete("s") == ["plain,score", "plain,serve"]
    assert f"plain,score\t{COMMANDS['score'][1]}" in complete("", shell="fish")


def test_options_and_their_values_are_offered():
    assert "plain,--format" in complete("clean", "--f")
    assert complete("clean", "--format", "m") == ["plain,markdown"]


@pytest.mark.parametrize(
    "words", [["pag"], ["clean", "pag"], ["score", "pag"], ["duplicates", "pag"], ["profile", "pag"]]
)
def test_files_are_offered_where_a_page_is_expected(words):
    assert complete(*words) == ["file,pag"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(shell):
    found = subprocess.run(
        [sys.executable, "-m", "detector"],
        env={**os.environ, "_DETECTOR_COMPLETE": f"{shell}_source"},
        capture_output=True,
        check=False,
    )
    assert b"_detector_completion" in found.stdout
