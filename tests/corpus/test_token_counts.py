"""Tokens of clean texts, by a tokenizer that the rules name."""

import json

import pyarrow.parquet
import pytest

from detector import clean_corpus
from detector.corpus import token_counts
from detector.corpus.token_counts import TokenCounter
from detector.errors import MissingExtraError, SettingsError
from detector.settings import CorpusSettings, EngineSettings, RecordSettings
from tests.corpus.made import page, read_jsonl, records, write_jsonl

# One token for each word and mark, and two for the ends of a text; texts are cut after eight.
TOKENIZER = {
    "version": "1.0",
    "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
    "padding": None,
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": {
        "type": "BertProcessing", "sep": ["[SEP]", 1], "cls": ["[CLS]", 2],
    },
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "[SEP]": 1, "[CLS]": 2}, "unk_token": "[UNK]"},
}  # fmt: skip


@pytest.fixture
def tokenizer(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(TOKENIZER))
    return path


def _words_and_marks(text):
    return len("".join(f" {c} " if not (c.isalnum() or c.isspace()) else c for c in text).split())


def test_all_tokens_count_except_marks_of_the_ends(tokenizer):
    counter = TokenCounter(str(tokenizer))
    assert counter.count("") == 0
    assert counter.count("one two, three four five six seven eight nine ten") == 11


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet", "text"])
@pytest.mark.parametrize("numbers", [False, True])
def test_documents_have_their_numbers_of_tokens(tmp_path, tokenizer, to, numbers):
    write_jsonl(tmp_path / "pages.jsonl", [{"id": str(at), "text": page(at)} for at in range(12)])
    rules = CorpusSettings(tokenizer=str(tokenizer), numbers=numbers)
    outcome = clean_corpus(
        [tmp_path / "pages.jsonl"],
        tmp_path / "out",
        None,
        rules,
        RecordSettings(to=to),
        EngineSettings("process"),
    )
    data = tmp_path / "out" / "data"
    if to == "jsonl":
        rows = read_jsonl(data)
        assert [row["detector_tokens"] for row in rows] == [_words_and_marks(row["text"]) for row in rows]
        assert sum(row["detector_tokens"] for row in rows) == outcome.report["total"]["tokens"] > 100
        assert ("detector_words" in rows[0]) == numbers
    if to == "parquet":
        table = pyarrow.parquet.read_table(data / "pages.parquet")
        assert sum(table["detector_tokens"].to_pylist()) == outcome.report["total"]["tokens"]
        assert str(table.schema.field("detector_tokens").type) == "int64"
    if to == "csv":
        assert "detector_tokens" in (data / "pages.csv").read_text().split("\n")[0]
    report = (tmp_path / "out" / "report.html").read_text()
    assert f"The clean text has {outcome.report['total']['tokens']:,} tokens." in report


def test_another_tokenizer_is_another_run(tmp_path, tokenizer):
    write_jsonl(tmp_path / "pages.jsonl", records(8))
    for rules in (CorpusSettings(tokenizer=str(tokenizer)), CorpusSettings(tokenizer=str(tokenizer))):
        clean_corpus([tmp_path / "pages.jsonl"], tmp_path / "out", None, rules)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["settings_of"]["corpus"]["tokenizer"] == token_counts.tokenizer_hash(str(tokenizer))
    tokenizer.write_text(json.dumps(TOKENIZER, indent=1))
    with pytest.raises(SettingsError, match="other inputs or settings"):
        clean_corpus([tmp_path / "pages.jsonl"], tmp_path / "out", None, rules)
    later = clean_corpus(
        [write_jsonl(tmp_path / "more.jsonl", records(9)[8:])],
        tmp_path / "later", since=tmp_path / "out",
    )  # fmt: skip
    assert "tokens" not in later.report["total"]


def test_half_a_character_is_no_fault(tokenizer):
    assert TokenCounter(str(tokenizer)).count("one \ud800 two") == 3


@pytest.mark.parametrize("path", ["", 5])
def test_a_tokenizer_is_a_path(path):
    with pytest.raises(SettingsError, match="tokenizer is the path of a file, not"):
        CorpusSettings(tokenizer=path)


def test_what_is_no_tokenizer_is_refused_before_the_work(tmp_path, monkeypatch, tokenizer):
    write_jsonl(tmp_path / "pages.jsonl", records(3))

    def refused(path):
        with pytest.raises((SettingsError, MissingExtraError)) as error:
            clean_corpus(
                [tmp_path / "pages.jsonl"], tmp_path / "out", None, CorpusSettings(tokenizer=str(path))
            )
        assert not (tmp_path / "out").exists()
        return str(error.value)

    assert "none.json' cannot be read: " in refused(tmp_path / "none.json")
    assert "cannot be read: " in refused("a\0b")
    for bad in (
        b"",
        b"{}",
        b"\xff",
        b"[1]",
        b'{"model": {"type": "Nothing"}}',
        json.dumps(TOKENIZER)[:-9].encode(),
    ):
        (tmp_path / "bad.json").write_bytes(bad)
        assert "is not a tokenizer: give the tokenizer.json" in refused(tmp_path / "bad.json")
    monkeypatch.setattr("detector.extras.find_spec", lambda name: None)
    assert "counting tokens needs tokenizers: pip install 'boilerplate-detector[tokens]'" in refused(
        tokenizer
    )
