"""Where the clean text goes, and that no field of a record is lost."""

import base64
import csv
import json
from datetime import date

import pyarrow.parquet
import pytest

from detector import Detector
from detector.corpus.api import clean_corpus
from detector.corpus.restore import restored
from detector.errors import SettingsError
from detector.settings import Columns, CorpusSettings, EngineSettings, RecordSettings
from tests.corpus.made import page, read_jsonl, write_jsonl

KEEP_COPIES = CorpusSettings(duplicates=0)


def html_of(number):
    """A page as HTML."""
    body = "".join(f"<p>{line}</p>" for line in page(number).split("\n"))
    return f"<html><body><nav><a href=/>Home</a></nav>{body}</body></html>"


def rows_of(column, make, count=6):
    """Records with their text in a column."""
    return [{"id": at, column: make(at), "note": {"of": [at, None]}} for at in range(count)]


def write(path, rows):
    """Write records in the format of the file's name."""
    if path.suffix == ".jsonl":
        write_jsonl(path, rows)
    elif path.suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=4)
    return path


def written(path):
    """Return the records of a file of output."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    return pyarrow.parquet.read_table(path).to_pylist()


@pytest.fixture
def clean(tmp_path):
    """Clean files into a folder."""

    def call(*paths, name="out", to="same", lines="sidecar", **columns):
        records = RecordSettings(Columns(**columns), to=to, lines=lines)
        engine = EngineSettings("process")
        out = tmp_path / name
        return out, clean_corpus(paths, out, corpus=KEEP_COPIES, records=records, engine=engine)

    return call


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("to", ["same", "jsonl", "csv", "parquet"])
def test_html_is_kept_beside_its_text(clean, tmp_path, kind, to):
    rows = rows_of("html", html_of)
    out, _ = clean(write(tmp_path / f"in.{kind}", rows), to=to, text="html")
    (file,) = (out / "data").iterdir()
    found = written(file)
    assert [row["html"] for row in found] == [row["html"] for row in rows]
    assert all("came to watch" in row["text"] and "<p>" not in row["text"] for row in found)
    assert [str(row["id"]) for row in found] == [str(row["id"]) for row in rows]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("make", [html_of, page])
def test_fields_of_fields_are_kept(clean, tmp_path, kind, make):
    rows = [
        {"id": at, "page": {"body": make(at), "at": {"url": f"https://a.example/{at}"}}} for at in range(6)
    ]
    path = write(tmp_path / f"in.{kind}", rows)
    found = written(clean(path, text="page.body", url="page.at.url")[0] / "data" / path.name)
    assert [row["page"] for row in found] == [row["page"] for row in rows]
    assert all("came to watch" in row["text"] and "<p>" not in row["text"] for row in found)
    with pytest.raises(SettingsError, match=r"no column 'page\.html'"):
        clean(path, name="wrong", text="page.html")


def test_a_name_with_a_dot_is_a_column_first(clean, tmp_path):
    rows = [{"id": at, "a.b": page(at), "a": {"b": "not this"}} for at in range(6)]
    found = written(clean(write(tmp_path / "in.parquet", rows), text="a.b")[0] / "data" / "in.parquet")
    assert all("came to watch" in row["a.b"] for row in found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_the_encoding_of_csv_is_found(clean, tmp_path, encoding):
    text = "id;text\r\n" + "".join(f'{at};"{page(at)}"\r\n' for at in range(6))
    text = text.replace("came to watch", "kämen über Bäche")
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))
    found = written(clean(tmp_path / "in.csv")[0] / "data" / "in.csv")
    assert len(found) == 6
    assert all("kämen über Bäche" in row["text"] for row in found)


@pytest.mark.parametrize("to", ["parquet", "jsonl"])
def test_bytes_are_decoded_and_kept(clean, tmp_path, to):
    rows = [{"id": at, "raw": html_of(at).encode("utf-16")} for at in range(6)]
    found = written(clean(write(tmp_path / "in.parquet", rows), text="raw", to=to)[0] / "data" / f"in.{to}")
    raw = [row["raw"] if to == "parquet" else base64.b64decode(row["raw"]) for row in found]
    assert raw == [row["raw"] for row in rows]
    assert all("came to watch" in row["text"] for row in found)


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_text_is_replaced_unless_a_column_is_named(clean, tmp_path, kind):
    rows = rows_of("body", page)
    path = write(tmp_path / f"in.{kind}", rows)
    replaced = written(clean(path, text="body")[0] / "data" / path.name)
    assert "text" not in replaced[0]
    kept = written(clean(path, name="kept", text="body", output="clean")[0] / "data" / path.name)
    assert [row["clean"] for row in kept] == [row["body"] for row in replaced]
    assert [row["body"] for row in kept] == [row["body"] for row in rows]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_all_fields_are_restored(clean, tmp_path, kind):
    rows = rows_of("body", page)
    out, _ = clean(write(tmp_path / f"in.{kind}", rows), text="body")
    assert [json.loads(line) for line in restored(out, None, False)] == rows
    again = [json.loads(line) for line in restored(out, Detector(), True)]
    cleaned = written(out / "data" / f"in.{kind}")
    assert [row["body"] for row in again] == [row["body"] for row in cleaned]
    assert [row["note"] for row in again] == [row["note"] for row in rows]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_html_is_restored_with_its_lines(clean, tmp_path, kind):
    rows = rows_of("html", html_of)
    out, _ = clean(write(tmp_path / f"in.{kind}", rows), text="html")
    back = [json.loads(line) for line in restored(out, None, False)]
    assert [row["html"] for row in back] == [row["html"] for row in rows]
    assert [row["text"] for row in back] == ["Home\n" + page(at) for at in range(len(rows))]


def test_fields_that_json_does_not_have_are_restored_as_texts(clean, tmp_path):
    rows = [{**row, "day": date(2024, 5, 3), "id": None} for row in rows_of("text", page)]
    out, _ = clean(write(tmp_path / "in.parquet", rows))
    back = [json.loads(line) for line in restored(out, None, False)]
    assert [row["day"] for row in back] == ["2024-05-03"] * len(rows)


def test_a_dropped_record_is_restored_whole(tmp_path):
    rows = [{**row, "text": page(1)} for row in rows_of("text", page)]
    write_jsonl(tmp_path / "in.jsonl", rows)
    outcome = clean_corpus([tmp_path / "in.jsonl"], tmp_path / "out", engine=EngineSettings("process"))
    assert outcome.report["total"]["duplicates"] == len(rows) - 1
    assert [json.loads(line) for line in restored(tmp_path / "out", None, False)] == rows


def test_another_value_is_not_written_over(clean, tmp_path):
    rows = [{**row, "text": "of somebody else"} for row in rows_of("html", html_of)]
    for kind in ("jsonl", "parquet"):
        path = write(tmp_path / f"in.{kind}", rows)
        with pytest.raises(SettingsError, match=r"has a column 'text' already: name one .* --output-column"):
            clean(path, text="html")
        assert not (tmp_path / "out").exists()
        out, _ = clean(path, name=kind, text="html", output="text")
        assert "came to watch" in written(out / "data" / path.name)[0]["text"]
    with pytest.raises(SettingsError, match="--output-column id would overwrite that field"):
        clean(tmp_path / "in.jsonl", text="html", output="id")


def test_a_column_that_no_output_has_is_refused(clean, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(html_of(0))
    with pytest.raises(SettingsError, match="have no columns: use --to jsonl"):
        clean(tmp_path / "in", output="clean")
    out, _ = clean(tmp_path / "in", output="clean", to="jsonl")
    (row,) = read_jsonl(out / "data")
    assert row["text"] == html_of(0)
    assert "came to watch" in row["clean"]


def test_a_stopped_run_goes_on_with_its_column(clean, tmp_path):
    path = write(tmp_path / "in.jsonl", rows_of("html", html_of))
    out, first = clean(path, text="html")
    assert clean(path, text="html")[1].report == first.report
    assert json.loads((out / "manifest.json").read_text())["settings_of"]["columns"]["output"] == "text"
    with pytest.raises(SettingsError, match="other inputs or settings"):
        clean(path, text="html", output="html")
