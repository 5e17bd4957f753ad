"""Progress: a bar on a terminal or on request, otherwise nothing."""

import re
from types import SimpleNamespace

import pytest
from tqdm import tqdm

from detector import find_duplicates
from detector import progress as shown
from detector.progress import ShownProgress


class Terminal:
    """Standard error as a terminal of 100 columns."""

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


@pytest.fixture
def terminal(monkeypatch):
    found = Terminal()
    monkeypatch.setattr(shown, "sys", SimpleNamespace(stderr=found))
    monkeypatch.setattr(
        "tqdm.auto.tqdm", lambda **options: tqdm(file=found, ncols=100, mininterval=0, miniters=1, **options)
    )
    return found


def test_a_step_is_a_bar_with_rate_and_time_left(terminal):
    with ShownProgress() as progress:
        progress("cleaning", 0, 4_000_000)
        progress("cleaning", 1_000_000, 4_000_000)
        progress("cleaning", 4_000_000, 4_000_000)
        progress("comparing", 0, 21)
        progress("comparing", 21, 21)
    assert "detector: cleaning  25%" in terminal.text
    assert "1.00M of 4.00M" in terminal.text
    assert re.search(r"B/s, \d\d:\d\d left", terminal.text)
    assert "detector: comparing 100%" in terminal.text
    assert terminal.text.endswith("\n")


def test_what_was_done_before_is_no_part_of_the_rate(terminal, monkeypatch):
    seconds = iter(range(0, 1000, 10))
    monkeypatch.setattr("tqdm.std.time", lambda: next(seconds))
    with ShownProgress() as progress:
        progress("cleaning", 90_000_000, 100_000_000)
        progress("cleaning", 91_000_000, 100_000_000)
    rates = [float(rate) for rate in re.findall(r"([\d.]+)kB/s", terminal.text)]
    assert rates
    assert max(rates) <= 100


def test_nothing_is_shown_elsewhere(capsys):
    with ShownProgress() as progress:
        progress("cleaning", 0, 100)
        progress("cleaning", 100, 100)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("wish", [True, False])
def test_a_bar_in_python_where_it_is_wanted(capsys, wish):
    texts = [f"the ferry to island number {number} runs all winter again" for number in range(50)]
    find_duplicates(texts, progress=wish)
    assert ("50 of 50" in capsys.readouterr().err) == wish


def test_a_function_of_ones_own_is_called():
    seen = []
    find_duplicates(["the ferry runs all winter"] * 3, progress=lambda *step: seen.append(step))
    assert seen[-1][1] == seen[-1][2]
    assert {step for step, _, _ in seen} >= {"sketching"}
