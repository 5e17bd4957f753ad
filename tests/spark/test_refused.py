"""Wrong columns and rules are refused before a Spark job starts: no session is needed."""

import json

import pytest

from detector.errors import SettingsError
from detector.settings import Columns, CorpusSettings
from tests.corpus.made import page, write_jsonl

pytest.importorskip("pyspark")


def rows(count=4):
    return [
        {"id": n, "meta": {"url": f"https://a.example/{n}", "crawl": 3}, "text": page(n)}
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (Columns(url="metta.url"), r"no record has the column 'metta.url' of Columns\(url=...\); there are: id, meta.url,"),
        (Columns(site="meta.host"), r"no record has the column 'meta.host' of Columns\(site=...\)"),
        (Columns("body"), r"no column 'body'; there are: id, meta, text; name the one with the text: Columns\(text"),
    ],
)  # fmt: skip
def test_columns_that_no_file_has(tmp_path, columns, message):
    from detector import spark

    path = write_jsonl(tmp_path / "pages.jsonl", rows())
    with pytest.raises(SettingsError, match=message):
        spark.read_pages(None, [path], columns)
    with pytest.raises(SettingsError, match=message):
        spark.clean_corpus(None, [path], str(tmp_path / "out"), columns)


def test_near_duplicates_by_containment_are_refused(tmp_path):
    from detector import spark

    path = write_jsonl(tmp_path / "pages.jsonl", rows())
    rules = CorpusSettings(near_duplicates="containment")
    with pytest.raises(
        SettingsError, match='near_duplicates="containment" is for corpus runs on one machine'
    ):
        spark.clean_corpus(None, [path], str(tmp_path / "out"), rules=rules)


def test_a_file_at_a_url_is_looked_at(tmp_path):
    fsspec = pytest.importorskip("fsspec")
    from detector import spark

    with fsspec.open("memory://crawl/pages.jsonl", "w") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows()))
    with pytest.raises(SettingsError, match=r"no record has the column 'metta.url'"):
        spark.read_pages(None, ["memory://crawl"], Columns(url="metta.url"))


def test_the_first_files_only_are_looked_at(tmp_path, monkeypatch):
    from detector.corpus import first_records
    from detector.corpus.inputs import inputs_of
    from detector.files.limits import DEFAULT_LIMITS
    from detector.spark import reading

    for n in range(30):
        write_jsonl(tmp_path / f"{n:02d}.jsonl", rows(2))
    looked = []
    read = first_records.read_part
    monkeypatch.setattr(
        first_records, "read_part", lambda part, *rest: (looked.append(part.name), read(part, *rest))[1]
    )
    found = inputs_of([str(tmp_path)], reading.NO_OUTPUT)
    reading._refuse_wrong_columns(found, Columns(url="meta.url"), DEFAULT_LIMITS)
    assert looked == [f"{n:02d}.jsonl" for n in range(20)]


def test_fields_of_frames():
    """Only the schema is read."""
    from pyspark.sql.types import MapType, StringType, StructType

    from detector.spark.sites import refuse_absent

    class Frame:
        meta = StructType().add("url", "string").add("tags", MapType(StringType(), StringType()))
        schema = StructType().add("id", "long").add("meta", meta).add("text", "string")
        columns = schema.names

    refuse_absent(Frame, Columns(url="meta.url", site="meta.tags.site"))
    for columns, name in (
        (Columns(url="metta.url"), "metta.url"),
        (Columns(url="meta.uri"), "meta.uri"),
        (Columns(site="id.x"), "id.x"),
        (Columns("meta.html"), "meta.html"),
    ):
        with pytest.raises(
            SettingsError, match=f"no column '{name}'; there are: id, meta.url, meta.tags, text"
        ):
            refuse_absent(Frame, columns)
