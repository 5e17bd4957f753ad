"""User-defined rules: patterns, phrases and sites, and errors in them."""

import pytest

from detector.cli.main import run
from detector.corpus import rules
from detector.errors import SettingsError
from detector.settings import CorpusSettings
from tests.corpus.made import read_jsonl, records, write_jsonl


@pytest.mark.parametrize(
    "protect",
    [
        ("(?i)^privacy", "(?i)^SHARE"),
        ("(?P<word>Privacy)", "(?P<word>Share)"),
        (r"(Privac)y", r"(S)hare this (p)age"),
        ("(?i)^privacy|^share",),
    ],
)
def test_patterns_stand_for_themselves(clean, tmp_path, protect):
    """When patterns were joined into one, their flags and group names collided."""
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", records(4)), protect=protect)
    for row in read_jsonl(out / "data"):
        assert "Privacy policy" in row["text"]
        assert "Share this page" in row["text"]


# Each takes years on this line, with `re` as well as with `regex`.
ENDLESS = r"^(\w|\w\w|\w\w\w)*$", "a" * 200 + "!"


def test_a_pattern_that_never_ends_stops_the_run(clean, tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "MOST_SECONDS", 0.3)
    pattern, line = ENDLESS
    pages = [{**row, "text": f"{row['text']}\n{line}"} for row in records(2)]
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    with pytest.raises(SettingsError, match=r"takes more than 0.3 seconds on a line of 201 characters"):
        clean(path, protect=(pattern,))


@pytest.mark.parametrize("pattern", ["[", "(", "(?P<a>", "*"])
def test_an_invalid_pattern_is_reported(pattern):
    with pytest.raises(SettingsError, match=r"the protect pattern .* is wrong"):
        CorpusSettings(protect=(pattern,))


def test_a_rule_of_the_wrong_type_is_reported(capfd, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", records(2))
    (tmp_path / "rules.toml").write_text("duplicates = 'no'\n")
    code = run(
        ["clean", str(path), "--output", str(tmp_path / "out"), "--rules", str(tmp_path / "rules.toml")]
    )
    assert code == 2
    assert '"duplicates" must be a number, not a text' in capfd.readouterr().err
