"""Near-duplicates by MinHashLSH, with which the benchmark compares ours."""

import json
from contextlib import contextmanager
from typing import Generic

import pytest

from benchmarks.files import write_json_lines
from benchmarks.measures.corpus_scores import joined_scored
from benchmarks.peers.near_duplicates import pyspark_minhash
from benchmarks.peers.near_duplicates.texts import SHINGLE, shingles
from benchmarks.run.spark import minhash_lsh, steps
from benchmarks.run.spark.session import SECONDS, Steps

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

GERMAN = "Über die Brücke, 12 Jahre später: die Straße_nach Köln ist wieder offen."
CHINESE = "山谷里的河水在春天上涨，村民们修了一座新桥。the bridge"


@pytest.fixture(autouse=True)
def no_interfaces(monkeypatch):
    """Twisted, which other tests load, declares interfaces of `Generic` that pyspark.ml cannot read."""
    monkeypatch.setattr(Generic, "__provides__", None, raising=False)


def words(start, count=60):
    return [f"word{number}" for number in range(start, start + count)]


def changed(parts):
    """Change the last word: one of 56 shingles."""
    return " ".join([*parts[:-1], "other"])


@pytest.fixture(scope="module")
def truth():
    """Four pages that have nothing in common, of which two have a copy, and one that is too short."""
    pages = {f"page{number}": words(1000 * number) for number in range(4)}
    rows = [{"id": id, "copy_of": None, "text": " ".join(parts)} for id, parts in pages.items()]
    rows += [{"id": f"{id}/print", "copy_of": id, "text": changed(pages[id])} for id in ("page1", "page3")]
    rows += [
        {"id": "short", "copy_of": None, "text": "two words"},
        {"id": "empty", "copy_of": None, "text": " "},
    ]
    return rows


@pytest.fixture(scope="module")
def clean(session, truth, tmp_path_factory):
    """Return the pages as Parquet."""
    folder = tmp_path_factory.mktemp("clean")
    rows = [(row["id"], row["text"]) for row in truth]
    session.createDataFrame(rows, "id string, text string").write.mode("overwrite").parquet(str(folder))
    return folder


@pytest.fixture
def same_session(session, monkeypatch):
    """Use the session of the tests where the benchmark starts its own."""

    @contextmanager
    def given(out, memory):
        assert memory == "1g"
        out.mkdir()
        yield Steps(session, out)

    for module in (minhash_lsh, steps):
        monkeypatch.setattr(module, "session_for", given)


def test_its_shingles_are_those_of_the_other_peers(session):
    rows = [("de", GERMAN), ("zh", CHINESE), ("short", "one two three four")]
    found = pyspark_minhash.vectors(session.createDataFrame(rows, "id string, text string")).collect()
    sizes = {row["id"]: row["features"].numNonzeros() for row in found}
    assert sizes == {"de": len(set(shingles(GERMAN))), "zh": len(set(shingles(CHINESE)))}
    assert len(GERMAN.split()) > SHINGLE


def test_the_lowest_id_stays(session):
    pairs = session.createDataFrame([("a", "b"), ("a", "c"), ("b", "c")], "earlier string, later string")
    assert dict(minhash_lsh.lowest(pairs).collect()) == {"b": "a", "c": "a"}


def test_both_find_the_planted_copies(session, clean, truth, same_session, tmp_path):
    for name, program in {"ours": steps, "usual": minhash_lsh}.items():
        out = tmp_path / name
        program.near_duplicates(str(clean), str(out), "1g")
        gone = {row["id"]: row["duplicate_of"] for row in session.read.parquet(str(out / "gone")).collect()}
        assert gone == {"page1/print": "page1", "page3/print": "page3"}
        scores = joined_scored(truth, gone)
        assert scores == {"copies_found": 1.0, "removed": 2, "wrongly_joined": 0}
        assert len(json.loads((out / SECONDS).read_text())) == {"ours": 2, "usual": 3}[name]


def test_the_whole_run_writes_the_documents_that_stay(session, truth, same_session, tmp_path):
    pages = tmp_path / "pages.jsonl"
    write_json_lines(pages, ({"id": row["id"], "url": None, "text": row["text"]} for row in truth))
    steps.run(str(pages), str(tmp_path / "out"), "1g")
    found = {name: session.read.parquet(str(tmp_path / "out" / name)) for name in ("pages", "gone", "data")}
    assert found["pages"].count() == len(truth)
    gone = {row["id"] for row in found["gone"].collect()}
    data = {row["id"] for row in found["data"].collect()}
    with_text = {row["id"] for row in found["pages"].collect() if row["text"].strip()}
    assert data == with_text - gone
