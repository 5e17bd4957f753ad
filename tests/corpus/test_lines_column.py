"""Lines with scores as a column of the output."""

import csv
import json

import pytest

from detector.corpus.line_records import PIECE
from detector.corpus.restore import stored_records
from detector.errors import SettingsError
from tests.corpus.made import page, read_jsonl, story, write_jsonl
from tests.corpus.test_formats import parquet_of

ODD = ("a\r\nb\rc\n\n", "lone \ud800 surrogate\n", "\n\n  \nno end", "x" * 30 + " and on. " * 300 + "\nlast")


@pytest.fixture
def corpus(pages, tmp_path):
    """Pages, some of them unusual."""
    odd = [{"id": f"odd-{at}", "url": None, "text": text, "date": ""} for at, text in enumerate(ODD)]
    return write_jsonl(tmp_path / "pages.jsonl", [*pages, *odd])


def read_parquet(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path)


def column_of(out, to):
    """The lines of every document of an output, by id."""
    if to == "parquet":
        rows = [row for path in sorted((out / "data").iterdir()) for row in read_parquet(path).to_pylist()]
        return {row["id"]: row["detector_lines"] for row in rows}
    if to == "csv":
        csv.field_size_limit(10**7)
        found = {}
        for path in sorted((out / "data").iterdir()):
            with path.open(newline="") as file:
                found |= {row["id"]: json.loads(row["detector_lines"]) for row in csv.DictReader(file)}
        return found
    return {row["id"]: row["detector_lines"] for row in read_jsonl(out / "data")}


@pytest.mark.parametrize("to", ["jsonl", "csv", "parquet"])
def test_kept_and_dropped_lines_are_all(clean, corpus, to):
    out, _ = clean(corpus, lines="column", to=to, duplicates=0)
    plain, _ = clean(corpus, name="plain", duplicates=0)
    clean_texts = {row["id"]: row["text"] for row in read_jsonl(plain / "data")}
    found, stored = column_of(out, to), {record.id: record for record in stored_records(out)}
    assert len(found) > 40
    assert found.keys() == clean_texts.keys()
    for name, lines in found.items():
        whole = stored[name].text
        wanted = whole.replace("\ud800", "\ufffd") if to == "parquet" else whole
        assert "".join(line["text"] + line["end"] for line in lines) == wanted
        assert all(set(line) == set(PIECE) for line in lines)
        scored = [line for line in lines if line["score"] is not None]
        assert [round(line["score"] * 1000) for line in scored] == stored[name].scores
        assert [line["reason"] for line in scored] == stored[name].reasons
        assert all((line["clean"] != "") == line["kept"] for line in scored)
        stays = "".join("".join(line["clean"].split()) for line in lines)
        text = clean_texts[name].replace("\ud800", "\ufffd") if to == "parquet" else clean_texts[name]
        assert stays == "".join(text.split())
        assert all(not line["text"].strip() and line["kept"] is None for line in lines if line not in scored)


@pytest.mark.parametrize("text", ["", "<html></html>", "<html><img src=x></html>", "\n\n"])
def test_a_document_without_a_line(clean, pages, tmp_path, text):
    rows = [*pages[:3], {"id": "none", "text": text}, *pages[3:6]]
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", rows), lines="column", to="jsonl")
    assert outcome.report["total"]["documents"] == 7
    assert list(column_of(out, "jsonl")) == [row["id"] for row in pages[:6]]
    assert [record.id for record in stored_records(out)] == [row["id"] for row in rows]


def test_a_column_says_what_a_person_wants_to_know(clean, corpus):
    out, _ = clean(corpus, lines="column")
    lines = column_of(out, "jsonl")["page-3"]
    assert [line["text"] for line in lines] == page(3, 1).split("\n")
    dropped = {line["text"] for line in lines if not line["kept"]}
    assert "Leave a Reply" in dropped
    assert not dropped & set(story(3))


def test_parquet_has_a_nested_type(clean, pages, tmp_path):
    import pyarrow

    out, _ = clean(parquet_of(tmp_path / "in.parquet", [{**row, "n": [1]} for row in pages]), lines="column")
    (path,) = (out / "data").iterdir()
    schema = read_parquet(path).schema
    assert schema.field("n").type == pyarrow.list_(pyarrow.int64())
    line = schema.field("detector_lines").type.value_type
    assert {line.field(at).name: str(line.field(at).type) for at in range(line.num_fields)} == {
        "text": "string",
        "end": "string",
        "clean": "string",
        "score": "double",
        "kept": "bool",
        "reason": "string",
        "kind": "string",
    }


def test_what_has_no_columns_is_reported(clean, corpus, tmp_path):
    with pytest.raises(SettingsError, match=r"pages\.jsonl becomes a WET file, .* --to jsonl"):
        clean(corpus, lines="column", to="warc.gz")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(page(1))
    with pytest.raises(SettingsError, match="a file of text"):
        clean(tmp_path / "in", lines="column")
    out, _ = clean(tmp_path / "in", lines="column", to="jsonl", name="other")
    assert len(column_of(out, "jsonl")["a.txt"]) == len(page(1).split("\n"))


def test_without_lines_there_are_no_line_records(clean, corpus):
    out, _ = clean(corpus, lines="none")
    assert not (out / "lines").exists()
    with pytest.raises(SettingsError, match="--lines none"):
        list(stored_records(out))
