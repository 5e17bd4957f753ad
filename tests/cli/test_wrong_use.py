"""Mistakes of users give exit code 1 or 2 and a message of ours, not an internal error."""

import json

import pytest

from detector.cli.main import run
from tests.corpus.made import page, write_jsonl


@pytest.fixture
def place(tmp_path):
    for number in range(6):
        path = tmp_path / "pages" / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(number))
    assert run(["profile", str(tmp_path / "pages"), "--output", str(tmp_path / "pruned")]) == 0
    assert run(["profile", str(tmp_path / "pages"), "--output", str(tmp_path / "whole"), "--whole"]) == 0
    rows = [{"id": str(at), "text": page(at), "date": at if at else "monday"} for at in range(3)]
    write_jsonl(tmp_path / "mixed.jsonl", rows)
    write_jsonl(tmp_path / "odd.jsonl", [{**row, "date": [1]} for row in rows])
    gold = [{"page": page(at), "gold": page(at), "group": "one"} for at in range(3)]
    write_jsonl(tmp_path / "gold.jsonl", gold)
    (tmp_path / "settings.toml").write_text('cut_headlines = "no"')
    (tmp_path / "deep.toml").write_text("a = " + "[" * 5000)
    return tmp_path


WRONG = {
    "a pruned profile is added to": (
        ["profile", "pages", "--add", "pruned", "--output", "x"],
        "is pruned: save it whole",
    ),
    "a profile of another site": (
        ["profile", "pages", "--add", "whole", "--name", "other", "--output", "x"],
        "a profile is for one site",
    ),
    "a profile twice": (
        ["profile", "pages", "--add", "whole", "--add", "whole", "--output", "x"],
        "share pages",
    ),
    "dates of two kinds": (
        ["duplicates", "mixed.jsonl", "--keep", "newest"],
        "'1': \"date\" is a number, but a text",
    ),
    "a date that is a list": (["duplicates", "odd.jsonl", "--keep", "newest"], "neither a text nor a number"),
    "a threshold that is none": (
        ["duplicates", "mixed.jsonl", "--threshold", "7"],
        "'7' is not a similarity from 0.05 to 1: write 0.8 or 80%",
    ),
    "pages of one group": (["train", "gold.jsonl", "--anew", "--output", "x"], "at least three groups"),
    "a setting of the wrong type": (
        ["score", "pages/1.txt", "--settings", "settings.toml"],
        '"cut_headlines" must be true or false, not a text',
    ),
    "settings that are too deep": (["score", "pages/1.txt", "--settings", "deep.toml"], "is not TOML"),
    "an engine that is none": (
        ["clean", "mixed.jsonl", "--output", "x", "--engine", "a/b"],
        "is not an engine",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_not_reported_as_a_bug(place, capfd, monkeypatch, name):
    monkeypatch.chdir(place)
    arguments, says = WRONG[name]
    capfd.readouterr()
    assert run(arguments) in (1, 2)
    _, err = capfd.readouterr()
    assert says in err
    assert "bug in detector" not in err
    assert not (place / "x").exists()


def test_only_click_speaks_of_usage(place, capfd):
    assert run(["duplicates", str(place / "mixed.jsonl"), "--keep", "last"]) == 2
    assert "Usage:" in capfd.readouterr().err
    assert json.loads((place / "mixed.jsonl").read_text().splitlines()[0])["date"] == "monday"
