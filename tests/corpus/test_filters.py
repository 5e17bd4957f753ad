"""Documents left out by filters, and statistics of documents as columns."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.cli.main import run as command
from detector.corpus.document_numbers import REPEATED as SIZES
from detector.corpus.document_numbers import TOP, columns_of_numbers, first_broken, numbers_of
from detector.errors import SettingsError
from detector.settings import CorpusSettings, DocumentFilters, EngineSettings
from tests.corpus.made import read_jsonl, records, story, write_jsonl

GOPHER = {
    str(size): most for size, most in zip(range(5, 11), (0.15, 0.14, 0.13, 0.12, 0.11, 0.1), strict=True)
}
TEXT = "\n".join(story(1))
REPEATED = " ".join(["the rain came down on the old town again"] * 12)
GERMAN = "Der Bäcker öffnete am Morgen die Tür, und die Leute aus der Straße kamen, um Brot zu kaufen. " * 3


def test_numbers_of_a_text():
    found = numbers_of("One two three.\nOne two three.\nmenu\nFour five, six seven eight nine ten.", 100)
    assert found.words == 14
    assert found.kept_share == 0.71
    assert (found.duplicate_lines, found.lines_with_end, found.short_lines) == (0.25, 0.75, 0.75)
    assert found.duplicate_line_text == round(14 / 68, 3)
    # "one two three" twice, 11 letters each, of 54 letters.
    assert found.top_ngrams[1] == round(22 / 54, 3)
    assert found.repeated_ngrams == (0.0,) * 6


def test_repetition():
    found = numbers_of(REPEATED, len(REPEATED))
    assert found.repeated_ngrams[0] > 0.8
    assert found.top_ngrams[0] > 0.2
    plain = numbers_of(GERMAN[:94], 94)
    assert plain.repeated_ngrams == (0.0,) * 6
    assert plain.language == "de"
    nothing = numbers_of("", 0)
    assert (nothing.words, nothing.language, nothing.top_ngrams) == (0, "", (0.0,) * 3)


@pytest.mark.parametrize(
    ("filters", "text", "broken"),
    [
        ({}, TEXT, None),
        ({"min_words": 50}, TEXT, None),
        ({"min_words": 50}, "Two words.", "min_words"),
        ({"languages": ("de",)}, GERMAN, None),
        ({"languages": ("de",)}, TEXT, "languages"),
        ({"languages": ("de",), "language_probability": 1.0}, "ab", "languages"),
        ({"kinds": ("article",)}, TEXT, None),
        ({"kinds": ("listing",)}, TEXT, "kinds"),
        ({"min_content_share": 0.5}, TEXT, None),
        ({"min_content_share": 0.9}, TEXT, "min_content_share"),
        ({"min_kept_share": 1.0}, TEXT, "min_kept_share"),
        ({"min_lines_with_end": 0.9}, "a line\nand another", "min_lines_with_end"),
        ({"max_duplicate_lines": 0.3}, "a line\n" * 4, "max_duplicate_lines"),
        ({"max_duplicate_line_text": 0.2}, "a line\n" * 4, "max_duplicate_line_text"),
        ({"max_short_lines": 0.67}, "a line\n" * 4, "max_short_lines"),
        ({"max_top_ngrams": {"2": 0.2}}, REPEATED, "max_top_ngrams.2"),
        ({"max_repeated_ngrams": GOPHER}, REPEATED, "max_repeated_ngrams.5"),
        ({"max_repeated_ngrams": GOPHER}, GERMAN[:94], None),
    ],
)
def test_each_filter(filters, text, broken):
    found = first_broken(DocumentFilters(**filters), numbers_of(text, 2 * len(text)), "article", 0.8)
    assert (found and found.filter) == broken


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"min_words": -1}, "min_words must be at least 0"),
        ({"max_short_lines": 2.0}, "max_short_lines is a number from 0 to 1, not 2"),
        ({"max_top_ngrams": {"7": 0.1}}, "max_top_ngrams has unknown numbers of words 7; known: 2, 3, 4"),
        ({"max_repeated_ngrams": {"5": 3}}, "max_repeated_ngrams.5 is a number from 0 to 1"),
    ],
)
def test_invalid_filters_are_refused(filters, message):
    with pytest.raises(SettingsError, match=message):
        DocumentFilters(**filters)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[filters]\nmin_word = 3", "unknown settings min_word"),
        ("[filters]\nmin_words = 'x'", '"min_words" must be a whole number'),
        ("filters = 3", '"filters" must be'),
    ],
)
def test_wrong_rules_are_explained(tmp_path, text, message):
    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        CorpusSettings.read(tmp_path / "rules.toml")


@pytest.fixture
def path(tmp_path):
    rows = records(8)
    rows.append({"id": "german", "url": "https://hill.example/", "text": GERMAN})
    rows.append({"id": "rain", "url": "https://rain.example/", "text": f"{REPEATED}.\n{story(60)[1]}"})
    rows.append({"id": "empty", "text": "Home\nLogin"})
    return write_jsonl(tmp_path / "pages.jsonl", rows)


def test_a_run_with_filters(path, tmp_path, capfd):
    (tmp_path / "rules.toml").write_text(
        "numbers = true\n[filters]\nlanguages = ['en']\nmax_repeated_ngrams = {5 = 0.4}\n"
    )
    out = tmp_path / "out"
    given = ["clean", str(path), "--engine", "process", "--rules", str(tmp_path / "rules.toml")]
    assert command([*given, "--output", str(out)]) == 0
    assert "8 of 11 documents kept (1 empty, 0 near-duplicates, 2 filtered)" in capfd.readouterr().err
    rows = read_jsonl(out / "data")
    assert len(rows) == 8
    assert all(row["detector_language"] == "en" and row["detector_words"] > 50 for row in rows)
    assert set(columns_of_numbers()) <= set(rows[0])
    left_out = read_jsonl(out, "filtered.jsonl")
    assert [(row["id"], row["filter"]) for row in left_out] == [
        ("german", "languages"),
        ("rain", "max_repeated_ngrams.5"),
        ("empty", "empty"),
    ]
    assert left_out[0]["value"] == "de"
    report = json.loads((out / "report.json").read_text())["filtered"]
    assert {name: row["documents"] for name, row in report.items()} == {
        "languages": 1,
        "max_repeated_ngrams.5": 1,
    }
    assert report["languages"]["examples"][0]["text"].startswith("Der Bäcker")
    assert "Documents that filters left out" in (out / "report.html").read_text()
    assert command([*given, "--dry-run"]) == 0
    assert "Left out by languages: 1 documents" in capfd.readouterr().out


@pytest.mark.parametrize("to", ["parquet", "csv"])
def test_numbers_are_columns_of_tables(clean, path, to):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    out, _ = clean(path, to=to, numbers=True)
    (file,) = (out / "data").iterdir()
    if to == "csv":
        assert ",detector_words,detector_kept_share,detector_language," in file.read_text().split("\n")[0]
        return
    from pyarrow.parquet import read_table

    schema = read_table(file).schema
    kinds = {str: "string", int: "int64", float: "double"}
    assert {name: str(schema.field(name).type) for name in columns_of_numbers()} == {
        name: kinds[kind] for name, kind in columns_of_numbers().items()
    }


def test_kinds_of_pages_have_their_names(path, tmp_path):
    from detector import clean_corpus

    rules = CorpusSettings(filters=DocumentFilters(kinds=("artikel",)))
    with pytest.raises(SettingsError, match=r"unknown kinds artikel; known: .*article"):
        clean_corpus([path], tmp_path / "out", corpus=rules, engine=EngineSettings("process"))


@given(st.lists(st.sampled_from(["a", "bb", "ccc"]), max_size=40))
def test_repeated_ngrams_are_those_of_a_count_by_words(words):
    found = numbers_of(" ".join(words), 1)
    total = max(sum(map(len, words)), 1)
    for size, share in zip(TOP, found.top_ngrams, strict=True):
        counts = Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))
        most = max(counts.values(), default=0)
        longest = max((len("".join(ngram)) for ngram, count in counts.items() if count == most), default=0)
        assert share == round(most * longest / total, 3) * (most > 1)
    for size, share in zip(SIZES, found.repeated_ngrams, strict=True):
        seen, repeated, at = set(), 0, 0
        while at + size <= len(words):
            ngram = tuple(words[at : at + size])
            repeated += len("".join(ngram)) if ngram in seen else 0
            at += size if ngram in seen else 1
            seen.add(ngram)
        assert share == round(repeated / total, 3)
