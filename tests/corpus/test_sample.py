"""A sample of a corpus, drawn before a run: which pages it has, and what they show."""

import gzip
import json
import random

import pytest

from detector import clean_corpus
from detector.cli.main import run
from detector.corpus.sample import PLACES, _positions
from detector.settings import CorpusSettings, EngineSettings, RecordSettings
from tests.corpus.made import everything, page, records, write_jsonl

HERE = EngineSettings("process")


def sampled(path, folder, pages, **more):
    return clean_corpus([path], folder / "nowhere", engine=HERE, sample=pages, **more)


def test_pages_are_spread_over_the_input(tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", records(200))
    before = everything(tmp_path)
    outcome = sampled(path, tmp_path, 40)
    assert everything(tmp_path) == before
    found = outcome.sample
    assert (found.pages, found.places) == (40, PLACES)
    assert outcome.report["total"]["documents"] == 40
    assert found.estimate.files == 1
    assert found.estimate.bytes == path.stat().st_size
    assert found.estimate.pages == 200
    assert found.estimate.disk > found.estimate.bytes / 10
    assert found.estimate.seconds > 0
    # Two pages from every ten, drawn with a fixed seed.
    numbers = [int(example.id.removeprefix("page-")) for example in found.examples]
    assert [number // 40 for number in numbers] == [0, 2, 4]
    assert sampled(path, tmp_path, 40).sample.examples == found.examples


def test_places_are_in_equal_parts():
    sizes = [10, 0, 30, 60]
    drawn = _positions(sizes, 101, random.Random(3))
    count = [sum(at == item for at, _ in drawn) for item in range(4)]
    assert count[0] in (9, 10, 11)
    assert count[2] in (29, 30, 31)
    assert all(0 <= within < 1 for _, within in drawn)
    assert drawn == sorted(drawn)


@pytest.mark.parametrize("packed", [False, True])
def test_records_that_were_drawn_are_read(tmp_path, packed):
    rows = records(120)
    if packed:
        path = tmp_path / "pages.jsonl.gz"
        path.write_bytes(gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows)))
    else:
        path = write_jsonl(tmp_path / "pages.jsonl", rows)
    found = sampled(path, tmp_path, 30).sample
    texts = {row["id"]: row["text"] for row in rows}
    for example in found.examples:
        assert "".join(line.text + line.end for line in example.lines) == texts[example.id]
    assert found.pages == 30


def test_parquet_keeps_rows_and_fields_together(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "pages.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(records(150)), path, row_group_size=40)
    outcome = sampled(path, tmp_path, 30, records=RecordSettings(to="parquet"))
    assert outcome.report["total"]["documents"] == 30
    assert outcome.sample.estimate.pages == 150
    texts = {row["id"]: row["text"] for row in records(150)}
    assert all(
        "".join(line.text + line.end for line in one.lines) == texts[one.id]
        for one in outcome.sample.examples
    )


def test_folders_of_pages_and_small_files(tmp_path):
    for number in range(60):
        folder = tmp_path / "in" / f"{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_text(page(number))
    outcome = sampled(tmp_path / "in", tmp_path, 12)
    assert (outcome.sample.pages, outcome.report["total"]["documents"]) == (12, 12)
    assert outcome.sample.estimate.pages == 60
    for number in range(40):
        write_jsonl(tmp_path / "small" / f"{number}.jsonl", records(3))
    outcome = sampled(tmp_path / "small", tmp_path, 90)
    assert 60 <= outcome.sample.pages <= 90
    assert outcome.sample.estimate.pages == 120


def test_a_small_corpus_is_looked_at_whole(tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", [*records(15), b"{broken"])
    outcome = sampled(path, tmp_path, True)
    assert outcome.report["total"]["documents"] == 15
    assert sum(outcome.report["rejected"].values()) == 1
    assert outcome.sample.pages == 16


def test_near_duplicates_of_a_sample_are_named(tmp_path):
    rows = records(20)
    path = write_jsonl(tmp_path / "pages.jsonl", [*rows, {**rows[4], "id": "copy"}])
    found = sampled(path, tmp_path, 100, corpus=CorpusSettings(keep="first")).sample
    assert found.duplicates == [("copy", "page-4")]


def test_the_command_shows_plan_and_reasons(capfd, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", records(60))
    assert run(["clean", str(path), "--sample", "20", "--engine", "process"]) == 0
    out, err = capfd.readouterr()
    assert "in 1 file, about 60 pages" in out
    assert "disk    about" in out
    assert "A sample of 20 of about 60 pages from 20 places" in out
    assert "  drop  Leave a Reply  [" in out
    assert "  keep  On day" in out
    assert "20 of 20 documents kept" in err
    assert [path.name for path in tmp_path.iterdir()] == ["pages.jsonl"]


def test_a_sample_is_of_a_corpus(capfd, tmp_path):
    path = tmp_path / "page.txt"
    path.write_text(page(1))
    assert run(["clean", str(path), "--sample", "20"]) == 2
    assert "--sample" in capfd.readouterr().err
