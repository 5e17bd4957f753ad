"""Passages shared by several pages, on data frames: the same as in a corpus run."""

import json
from itertools import count

import pytest

from detector import clean_corpus
from detector.errors import SettingsError
from detector.model.files import model_of
from detector.run_settings import DocumentFilters
from detector.settings import Columns, CorpusSettings, EngineSettings, Settings
from tests.corpus.made import read_jsonl, story, write_jsonl
from tests.corpus.test_passages import rows
from tests.corpus.test_token_counts import TOKENIZER

pyarrow = pytest.importorskip("pyarrow")

# An archive page that goes, a shorter copy of an article, and an archive page with no text of its own.
FILTERS = DocumentFilters(min_words=60)
COPY = {"id": "copy", "url": "https://valley.example/print", "text": "\n".join(story(1)[1:])}
OLD = {
    "id": "old",
    "url": "https://valley.example/old",
    "text": "\n".join(part for number in (4, 5, 6, 7) for part in story(number)),
}
SHORT = {
    "id": "short",
    "url": "https://valley.example/short",
    "text": "A tale of the harbour, told by the mayor to two teachers and a baker who came from the mill.",
}
FIELDS = ("id", "first_line", "lines", "words", "original")


def documents():
    return [{"url": None, **row} for row in [*rows(), COPY, OLD, SHORT]]


def run(tmp_path, rules):
    """A corpus run: the texts that it keeps, its passages, and the documents that a filter left out."""
    path, out = write_jsonl(tmp_path / "pages.jsonl", documents()), tmp_path / "run"
    clean_corpus([path], out, corpus=rules, engine=EngineSettings("process"))
    texts = {row["id"]: row["text"] for row in read_jsonl(out / "data")}
    found = {tuple(row[name] for name in FIELDS) for row in read_jsonl(out, "passages.jsonl")}
    filtered = {
        row["id"]: row["filter"] for row in read_jsonl(out, "filtered.jsonl") if row["filter"] != "empty"
    }
    gone = {row["id"] for row in read_jsonl(out, "duplicates.jsonl")}
    return texts, found, filtered, gone


def cleaned_table(rules, gone):
    """The rows of documents that stay, cleaned."""
    from detector.sites.recurrence import NO_COUNTS
    from detector.spark.row_results import cleaned
    from detector.spark.rows import GivenCounts, PageSpec

    table = pyarrow.Table.from_pylist([{"place": at, **row} for at, row in enumerate(documents())])
    spec = PageSpec(Columns(output="text"), rules.applied_to(Settings()), rules, None, lines=True)
    table = cleaned(table, spec, model_of(None), GivenCounts(NO_COUNTS))
    return table.filter([id not in gone for id in table["id"].to_pylist()])


def lines_elsewhere(pages):
    """For each page, the lines that another page has first, by comparing all lines."""
    order = [
        (page["detector_verdict"] != "article", len(page["text"].encode()), page["place"]) for page in pages
    ]
    first = {}
    for at in sorted(range(len(pages)), key=order.__getitem__):
        for line in pages[at]["detector_kept_lines"]:
            first.setdefault(line["key"], pages[at]["id"])
    return [
        [
            {"segment": line["segment"], "original": first[line["key"]]}
            for line in page["detector_kept_lines"]
            if first[line["key"]] != page["id"]
        ]
        for page in pages
    ]


def test_rows_give_the_passages_of_a_corpus_run(tmp_path):
    from detector.spark.passage_rows import CUTS, ELSEWHERE, passages_in, without

    rules = CorpusSettings(passages="drop", numbers=True, filters=FILTERS)
    texts, wanted, filtered, gone = run(tmp_path, rules)
    assert len(wanted) >= 4
    assert gone
    assert "old" not in texts
    table = cleaned_table(rules, gone)
    elsewhere = lines_elsewhere(table.to_pylist())
    row = pyarrow.list_(pyarrow.struct([("segment", pyarrow.int64()), ("original", pyarrow.string())]))
    there = pyarrow.Table.from_arrays(
        [table["id"], table["detector_kept_lines"], pyarrow.array(elsewhere, row)],
        ["id", "detector_kept_lines", ELSEWHERE],
    )
    found = [row for batch in there.to_batches() for row in passages_in(batch).to_pylist()]
    assert {tuple(row[name] for name in FIELDS) for row in found} == wanted
    cuts = [[row for row in found if row["id"] == id] for id in table["id"].to_pylist()]
    left = without(
        table.append_column(CUTS, pyarrow.array(cuts)), "text", rules, join_lines=False
    ).to_pylist()
    kept = {row["id"]: row for row in left if row["text"].strip() and row["detector_filter"] is None}
    assert {id: row["text"] for id, row in kept.items()} == texts
    assert {row["id"]: row["detector_filter"] for row in left if row["detector_filter"]} == filtered
    archive = next(row for row in left if row["id"] == "archive")
    assert [line["reason"] for line in archive["detector_lines"]].count("passage") == 3
    assert not {"detector_kept_lines", "detector_record", CUTS} & set(archive)


def test_rows_of_pages_with_one_headline():
    from detector.spark.passage_rows import PAGES, digests_in

    def page(id, *keys):
        return {"id": id, "detector_kept_lines": [{"key": key, "words": 30} for key in (7, *keys)]}

    groups = [
        [page("a", 1), page("all", 1, 2), page("b", 2)],
        [page("c", 1, 3), page("whole", 1, 2, 3), page("d", 2, 3)],
    ]
    batch = pyarrow.RecordBatch.from_pydict({"headline": [7, 7], PAGES: groups})
    assert digests_in(batch).to_pylist() == [{"id": "all", "lists": True}]
    assert digests_in(batch.slice(1)).to_pylist() == digests_in(batch.slice(2)).to_pylist() == []


def test_pages_without_lines_have_no_passages():
    from detector.spark.passage_rows import ELSEWHERE, passages_in
    from detector.spark.row_results import result_columns
    from detector.spark.rows import PageSpec

    rules = CorpusSettings(passages="mark")
    lines = result_columns(PageSpec(Columns(), Settings(), rules, None, lines=False))["detector_kept_lines"]
    row = pyarrow.list_(pyarrow.struct([("segment", pyarrow.int64()), ("original", pyarrow.string())]))
    arrays = [pyarrow.array(["a"]), pyarrow.array([[]], lines), pyarrow.array([[]], row)]
    batch = pyarrow.RecordBatch.from_arrays(arrays, ["id", "detector_kept_lines", ELSEWHERE])
    assert passages_in(batch).num_rows == 0


@pytest.fixture(scope="module")
def frame(session):
    numbers = count()
    rows = [(row["id"], row["url"], row["text"], next(numbers)) for row in documents()]
    return session.createDataFrame(rows, "id string, url string, text string, place int").repartition(3)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("group_pages", [5, 1000])
def test_frames_give_the_passages_of_a_corpus_run(session, frame, tmp_path, group_pages):
    from detector import spark

    rules = CorpusSettings(passages="drop", numbers=True, filters=FILTERS)
    texts, wanted, filtered, gone = run(tmp_path, rules)
    target = str(tmp_path / "clean")
    spark.clean(frame, rules=rules, group_pages=group_pages).write.parquet(target)
    pages = session.read.parquet(target)
    staying = pages.where(~pages["id"].isin(sorted(gone)))
    found = spark.passages(staying, order="place")
    assert {tuple(row) for row in found.collect()} == wanted
    left = spark.without_passages(staying, found, rules=rules)
    assert "detector_record" not in left.columns
    rows = {row["id"]: row for row in left.collect()}
    kept = {id for id, row in rows.items() if row["text"].strip() and row["detector_filter"] is None}
    assert {id: rows[id]["text"] for id in kept} == texts
    assert {id: row["detector_filter"] for id, row in rows.items() if row["detector_filter"]} == filtered


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("passages", ["drop", "mark"])
def test_a_corpus_on_spark_without_its_passages(session, tmp_path, passages):
    from detector import spark

    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    rules = CorpusSettings(passages=passages, filters=FILTERS, tokenizer=str(tmp_path / "tokenizer.json"))
    texts, wanted, filtered, gone = run(tmp_path, rules)
    tokens = {row["id"]: row["detector_tokens"] for row in read_jsonl(tmp_path / "run" / "data")}
    output = str(tmp_path / "spark")
    counts = spark.clean_corpus(session, [tmp_path / "pages.jsonl"], output, rules=rules, group_pages=9)
    data = session.read.parquet(f"{output}/data").collect()
    assert {row["id"]: row["text"] for row in data} == texts
    assert {row["id"]: row["detector_tokens"] for row in data} == tokens
    assert not {"detector_kept_lines", "detector_record"} & set(data[0].asDict())
    names = [row["id"] for row in documents()]
    found = session.read.parquet(f"{output}/passages").collect()
    assert {
        (names[row["number"]], row["first_line"], row["lines"], row["words"], names[row["original_number"]])
        for row in found
    } == wanted
    report = json.loads((tmp_path / "run" / "report.json").read_text())["filtered"]
    assert filtered
    examples = {name: row.pop("examples") for name, row in counts["filtered"].items()}
    wanted_examples = {name: row.pop("examples") for name, row in report.items()}
    for name, found_there in wanted_examples.items():
        ours = {row["id"]: (row["value"], row["text"]) for row in examples[name]}
        assert ours == {row["id"]: (str(row["value"]), row["text"]) for row in found_there}
    left_out = session.read.parquet(f"{output}/left_out").collect()
    assert len({row["id"] for row in left_out}) == len(left_out) == len(names) - len(texts)
    assert {row["id"]: row["reason"] for row in left_out if row["fate"] == "filtered"} == filtered
    if passages == "drop":
        (old,) = (row for row in left_out if row["id"] == "old")
        assert (old["fate"], old["reason"]) == (
            "empty", "all that was kept is on another page of the site (passages)"
        )  # fmt: skip
    assert counts == {
        "documents": len(names),
        "duplicates": len(gone),
        "kept": len(texts),
        "filtered": report,
        "empty": len(names) - len(texts) - len(filtered) - len(gone),
        "passages": len(wanted),
        "tokens": sum(tokens.values()),
        "rejected": 0,
    }


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pages_that_were_cleaned_without(frame):
    from detector import spark

    with pytest.raises(SettingsError, match=r"no column 'detector_kept_lines': clean .*passages='mark'"):
        spark.passages(spark.clean(frame))
    marked = spark.clean(frame, rules=CorpusSettings(passages="mark"))
    with pytest.raises(SettingsError, match=r"no column 'detector_record': clean .*passages='drop'"):
        spark.without_passages(marked, marked)
    with pytest.raises(SettingsError, match="no column 'body'"):
        spark.passages(marked, text="body")
