"""Settings refuse values just beyond their limits, and say what is allowed."""

import math

import pytest

from detector import Detector, clean_corpus, find_blocks
from detector.errors import SettingsError
from detector.presets import DEFAULT_PRESET, PRESETS
from detector.settings import (
    DROPPED_COPIES,
    Columns,
    CorpusSettings,
    DocumentFilters,
    EngineSettings,
    RecordSettings,
    Settings,
)

SHARES = ("threshold", "lose_at_most", "recall", "precision", "least_content", "mostly_content")


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [0, 0.0, 1, 1.0])
def test_shares_go_from_0_to_1(name, value):
    assert getattr(Settings(**{name: value}), name) == value


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [-0.001, 1.001, math.nan, math.inf])
def test_other_shares_are_refused(name, value):
    with pytest.raises(SettingsError, match=f"^{name} is a number from 0 to 1, not {value}$"):
        Settings(**{name: value})


@pytest.mark.parametrize("one", SHARES[:4])
@pytest.mark.parametrize("two", SHARES[:4])
def test_one_goal_decides(one, two):
    if one != two:
        with pytest.raises(SettingsError, match="cannot be combined: give only one of them") as found:
            Settings(**{one: 0.5, two: 0.5})
        assert one in str(found.value)
        assert two in str(found.value)


def test_kinds_are_known_ones():
    with pytest.raises(SettingsError, match="drop_copies has unknown kinds a, z; known: headline"):
        Settings(drop_copies=("z", "headline", "a"))
    with pytest.raises(SettingsError, match="keep has unknown kinds x; known: title"):
        Settings(keep=("x",))
    with pytest.raises(SettingsError, match=r"^drop has unknown kinds x; known: title"):
        Settings(drop=("x", "title"))
    with pytest.raises(SettingsError, match="keep and drop both have byline, title: choose one"):
        Settings(keep=("title", "byline", "body"), drop=("byline", "title"))
    for keep, drop in PRESETS.values():
        assert Settings(keep=keep, drop=drop).keep == keep


def test_kinds_are_kept_or_dropped_unless_the_other_is_asked_for():
    keep, drop = PRESETS[DEFAULT_PRESET]
    assert Settings().kinds_decided() == (keep, drop)
    assert Settings(keep=("byline",)).kinds_decided() == (("byline",), drop)
    assert Settings(keep=("comment",)).kinds_decided() == (("comment",), ("author",))
    assert Settings(drop=("title",)).kinds_decided() == ((), ("title",))
    assert Settings(drop=("form",)).kinds_decided() == (keep, ("form",))
    assert Settings(keep=(), drop=()).kinds_decided() == ((), ())
    for goal in ("lose_at_most", "recall"):
        assert Settings(**{goal: 0.1}).kinds_decided() == (keep, ())
        assert Settings(**{goal: 0.1}, drop=("form",)).kinds_decided() == (keep, ("form",))
    assert Settings(precision=0.9).kinds_decided() == (keep, drop)


def test_batches_have_a_byte_at_least():
    assert Settings(batch_bytes=1).batch_bytes == 1
    with pytest.raises(SettingsError, match="batch_bytes must be at least 1, not 0"):
        Settings(batch_bytes=0)


def test_what_is_given_goes_before_a_file(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("threshold = 0.25\nleast_content = 0.5\n")
    assert Settings.read(path, least_content=0.0, join_lines=None) == Settings(
        threshold=0.25, least_content=0
    )


def test_the_defaults_are_those_of_the_docs():
    found = Settings()
    assert (found.threshold, found.lose_at_most, found.recall, found.precision) == (None, None, None, None)
    assert (found.cut_headlines, found.join_lines, found.whole_blocks) == (True, False, True)
    assert (found.least_content, found.mostly_content, found.batch_bytes) == (0.2, 0.9, 2_000_000)
    assert found.drop_copies == DROPPED_COPIES
    rules = CorpusSettings()
    assert (rules.duplicates, rules.most_lost, rules.least_pages, rules.shard_bytes) == (
        0.8,
        0.9,
        100,
        32_000_000,
    )
    assert (rules.near_duplicates, rules.keep, rules.folder_sites) == ("jaccard", "article", "found")
    assert (rules.numbers, rules.index, rules.passages) == (False, True, "keep")
    assert EngineSettings() == ("auto", 4_000_000_000, None)
    assert RecordSettings() == (Columns(), None, None, "same", "sidecar", False)


@pytest.mark.parametrize("value", [0, 0.05, 0.5, 1])
def test_similarities(value):
    assert CorpusSettings(duplicates=value).duplicates == value


@pytest.mark.parametrize("value", [-0.1, 0.01, 0.049, 1.001, math.nan])
def test_other_similarities_are_refused(value):
    with pytest.raises(SettingsError, match=r"duplicates is 0 or a similarity from \.05 to 1"):
        CorpusSettings(duplicates=value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"near_duplicates": "x"}, "near_duplicates is jaccard or containment, not 'x'"),
        ({"most_lost": 1.01}, "most_lost is a number from 0 to 1, not 1.01"),
        ({"most_lost": -0.01}, "most_lost is a number from 0 to 1"),
        ({"thresholds": {"valley.org": 2}}, "the threshold of valley.org is a number from 0 to 1, not 2"),
        ({"protect": ("(",)}, "the protect pattern '\\(' is wrong: "),
        ({"drop_copies": ("x",)}, "drop_copies has unknown kinds x"),
        ({"folder_sites": "x"}, "folder_sites is one of found, top, folder, one, none, not 'x'"),
        ({"keep": "x"}, "keep is one of article, first, longest, best, not 'x'"),
        ({"shard_bytes": 0}, "shard_bytes must be at least 1, not 0"),
        ({"least_pages": 0}, "least_pages must be at least 1, not 0"),
    ],
)
def test_invalid_rules_are_refused(change, message):
    with pytest.raises(SettingsError, match=message):
        CorpusSettings(**change)


def test_rules_at_their_borders():
    rules = CorpusSettings(most_lost=0, shard_bytes=1, least_pages=1, thresholds={"a": 0, "b": 1})
    assert rules.thresholds == {"a": 0, "b": 1}


def test_rules_may_choose_the_copies_that_go():
    settings = Settings(drop_copies=("block",), threshold=0.3)
    assert CorpusSettings().applied_to(settings) is settings
    assert CorpusSettings(drop_copies=()).applied_to(settings) == Settings(drop_copies=(), threshold=0.3)


def test_allowed_names_come_from_the_file_and_the_command(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text('allow = ["b", "a"]\nmost_lost = 0.5\n')
    assert CorpusSettings.read(path, ("c", "a")) == CorpusSettings(allow=("a", "b", "c"), most_lost=0.5)
    assert CorpusSettings.read(None) == CorpusSettings()


def test_clean_text_goes_to_the_text_unless_a_column_is_named():
    assert Columns(text="body").target() == "body"
    assert Columns(text="body", output="clean").target() == "clean"


@pytest.mark.parametrize("value", ["0.5", True, [0.5]])
@pytest.mark.parametrize("name", SHARES)
def test_shares_are_numbers(name, value):
    with pytest.raises(SettingsError, match=f"^{name} is a number from 0 to 1, not ") as found:
        Settings(**{name: value})
    assert str(found.value).endswith(repr(value))


@pytest.mark.parametrize("name", ["keep", "drop", "drop_copies"])
def test_one_kind_is_put_into_a_list(name):
    with pytest.raises(SettingsError, match=r"is a list of kinds, not a text: write \['comment'\]"):
        Settings(**{name: "comment"})


@pytest.mark.parametrize("kind", [CorpusSettings, DocumentFilters])
def test_one_text_is_put_into_a_list(kind):
    """Each of its letters counted as a pattern or a phrase: nearly all lines were protected, or dropped."""
    names = ("protect", "template", "allow") if kind is CorpusSettings else ("kinds", "languages")
    for name in names:
        with pytest.raises(SettingsError, match=rf"^{name} is a list of texts, not a text: write \['en'\]$"):
            kind(**{name: "en"})


WRONG = {
    "one input": (
        lambda: clean_corpus("a.jsonl", "out"),
        TypeError,
        "many inputs, not one str: put it into a list",
    ),
    "no inputs": (lambda: clean_corpus([], "out"), SettingsError, "there are no inputs: name files"),
    "no such input": (lambda: clean_corpus(["nofile"], "out"), SettingsError, "nofile does not exist"),
    "an output format": (
        lambda: clean_corpus(["a"], "out", records=RecordSettings(to="pdf")),
        SettingsError,
        "to is one of same, jsonl, .*, not 'pdf'",
    ),
    "line records": (
        lambda: clean_corpus(["a"], "out", records=RecordSettings(lines="x")),
        SettingsError,
        "lines is one of sidecar, column, none, not 'x'",
    ),
    "a format": (
        lambda: clean_corpus(["a"], "out", records=RecordSettings(format="xml")),
        SettingsError,
        "format is one of None, text, html, not 'xml'",
    ),
    "workers": (
        lambda: clean_corpus(["a"], "out", engine=EngineSettings(workers=0)),
        SettingsError,
        "workers is a whole number of at least 1, not 0",
    ),
    "memory": (
        lambda: clean_corpus(["a"], "out", engine=EngineSettings(memory="1GB")),
        SettingsError,
        "memory is a whole number of at least 1, not '1GB'",
    ),
    "one page": (lambda: find_blocks("a\nb"), TypeError, "many pages, not one str: put it into a list"),
    "a table of settings": (
        lambda: Detector(settings={"threshold": 0.5}),
        TypeError,
        "is a Settings, not dict",
    ),
    "texts for pages": (lambda: Detector().score_batch(["a"]), TypeError, "paths use score_pages"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_are_named(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, kind, message = WRONG[name]
    with pytest.raises(kind, match=message):
        call()
    assert not list(tmp_path.iterdir())
