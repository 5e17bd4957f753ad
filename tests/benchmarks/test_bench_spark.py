"""Near-duplicates on Spark: rows of a result, and their table. The programs themselves are in tests/spark."""

import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from benchmarks.files import json_lines, write_json, write_json_lines
from benchmarks.measures.corpus_scores import joined_scored
from benchmarks.measures.process_tree import Used
from benchmarks.run.spark import command, near_duplicates, options, process, skew
from benchmarks.run.spark.process import Limits, empty, failure, steps_in, used_by, watch
from benchmarks.tables import corpus_tables, scale_tables
from benchmarks.tables.cells import TableError
from benchmarks.tables.fill import table

TRUTH = [
    {"id": "a", "copy_of": None},
    {"id": "a/print", "copy_of": "a"},
    {"id": "b", "copy_of": None},
    {"id": "b/print", "copy_of": "b"},
]
EVENTS = [
    {"Event": "SparkListenerJobStart", "Stage IDs": [0], "Properties": {"spark.jobGroup.id": "join"}},
    {
        "Event": "SparkListenerTaskEnd",
        "Stage ID": 0,
        "Task Metrics": {
            "Executor Run Time": 3000,
            "Executor CPU Time": 10**9,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": 5000},
            "Disk Bytes Spilled": 0,
        },
    },
]


def test_joined_pages_are_right_if_they_are_a_page_and_its_copy():
    assert joined_scored(TRUTH, {"a/print": "a", "b": "a"}) == {
        "copies_found": 0.5,
        "removed": 2,
        "wrongly_joined": 1,
    }
    assert joined_scored(TRUTH, {"a": "a/print"})["copies_found"] == 0.5
    assert joined_scored(TRUTH, {}) == {"copies_found": 0.0, "removed": 0, "wrongly_joined": 0}


def test_why_a_command_failed(tmp_path):
    log = tmp_path / "log"
    log.write_text("java.lang.OutOfMemoryError: Java heap space\n")
    assert failure(Used(0, 1.0, 1.0, 1), log) == ""
    assert failure(Used(1, 1.0, 1.0, 1), log) == "out of memory"
    assert failure(Used(-9, 1.0, 1.0, 1, "too slow"), log) == "too slow"
    used = used_by([sys.executable, "-c", "raise SystemExit('no such page')"], log, tmp_path)
    assert log.read_text().strip() == "no such page"
    assert failure(used, log) == "exit code 1"


def test_a_program_is_stopped_when_it_exceeds_a_limit(tmp_path):
    assert watch(Limits(seconds=1e9, disk=10))(10) == ""
    assert watch(Limits(seconds=1e9, disk=9))(10) == "stopped after 0 s, with 0 GB on disk"
    assert watch(Limits(seconds=-1, disk=9))(0) == "not finished after 0 s"


def test_a_folder_is_empty_before_and_gone_after(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()
    with empty(tmp_path / "out") as out:
        assert not out.exists()
        out.mkdir()
    assert not out.exists()


def test_pages_as_they_are_are_parquet_that_can_be_split(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "ROW_GROUP", 2)
    rows = [{"id": str(number), "url": "https://a.example", "text": f"page {number}"} for number in range(3)]
    write_json_lines(tmp_path / "pages.jsonl", rows)
    command.write_pages(tmp_path / "pages.jsonl", tmp_path / "pages")
    file = pyarrow.parquet.ParquetFile(tmp_path / "pages" / "pages.parquet")
    assert file.num_row_groups == 2
    assert file.read().to_pylist() == [{"id": row["id"], "text": row["text"]} for row in rows]


def _ran(out, gone):
    """Write what a program on Spark leaves behind."""
    (out / "events").mkdir(parents=True)
    write_json_lines(out / "events" / "local-1", EVENTS)
    write_json(out / "seconds.json", {"join": 2.5, "write": 0.5})
    (out / "gone").mkdir()
    columns = {"id": list(gone), "duplicate_of": list(gone.values())}
    pyarrow.parquet.write_table(pyarrow.table(columns), out / "gone" / "part.parquet")


def test_the_steps_of_a_stopped_program_have_only_seconds(tmp_path):
    assert steps_in(tmp_path, finished=False) == []
    _ran(tmp_path / "out", {})
    (tmp_path / "out" / "events" / "local-1").write_text('{"Event": "Spark')
    assert steps_in(tmp_path / "out", finished=False) == [
        {"step": "join", "seconds": 2.5},
        {"step": "write", "seconds": 0.5},
    ]


@pytest.fixture
def result(tmp_path, monkeypatch):
    """Return a result in which ours has finished, and the other was stopped after a step."""

    def used(command, log, out, limits):
        assert command[-2:] == [str(out), "2g"]
        assert limits == Limits(1e9, 1e9)
        ours = "minhash_lsh" not in command[-4]
        if ours:
            _ran(out, {"a/print": "a", "b": "a"})
        else:
            write_json(out / "seconds.json", {"hashes": 4.0})
        log.write_text("")
        return Used(0 if ours else -9, 9.04, 12.3, 10**9, "" if ours else "not finished after 9 s", 2 * 10**9)

    monkeypatch.setattr(near_duplicates, "used_by", used)
    write_json_lines(tmp_path / "truth.jsonl", TRUTH)
    rows = near_duplicates.near_duplicates(
        tmp_path / "pages", tmp_path / "truth.jsonl", tmp_path, "2g", Limits(1e9, 1e9)
    )
    made = {"when": "2026-11-30T08:00+00:00"}
    return {"made": made, "count": 4, "near_duplicates": {"clean pages": json.loads(json.dumps(rows))}}


def test_a_row_for_each_way(result):
    ours, usual = result["near_duplicates"]["clean pages"]
    assert ours["system"] == "detector.spark.near_duplicates"
    assert (ours["copies_found"], ours["wrongly_joined"], ours["seconds"]) == (0.5, 1, 9.0)
    assert {"model_id", "commit", "versions"} <= ours.keys()
    assert ours["steps"][0] == {
        "step": "join", "seconds": 2.5, "tasks": 1, "task_s": 3.0, "jvm_cpu_s": 1.0, "shuffled": 5000, "spilled": 0,
        "longest_s": 3.0,
    }  # fmt: skip
    assert usual["failed"] == "not finished after 9 s"
    assert usual["steps"] == [{"step": "hashes", "seconds": 4.0}]
    assert list(usual["versions"]) == ["pyspark"]


def test_a_table_of_near_duplicates(result, tmp_path):
    version = result["near_duplicates"]["clean pages"][1]["versions"]["pyspark"]
    head, rows = corpus_tables.spark_near_duplicates(result)
    assert {len(row) for row in rows} == {len(head)}
    assert rows == [
        [
            "detector.spark.near_duplicates, clean pages",
            "9",
            "12",
            "1,000",
            "2,000",
            "1,250",
            "50.00%",
            "1 of 2",
        ],
        ["— join", "2", "3", "", "", "1,250", "", ""],
        ["— write", "0", "", "", "", "", "", ""],
        [
            f"pyspark.ml MinHashLSH {version}, clean pages",
            "9",
            "12",
            "1,000",
            "2,000",
            "",
            "not finished after 9 s",
            "",
        ],
        ["— hashes", "4", "", "", "", "", "", ""],
    ]
    write_json(tmp_path / "spark-4.json", result)
    assert "| 1 of 2 |" in table(tmp_path, "spark near-duplicates 4")
    with pytest.raises(TableError, match="of Spark"):
        table(tmp_path, "spark nonsense 4")


@pytest.fixture
def shapes(tmp_path, monkeypatch):
    """Return rows for the shapes of a corpus of four pages, of which Spark keeps those with other texts."""
    texts = [f"Home\nThe boat {at} came home in the late evening." for at in range(4)]
    pages = [
        {"id": f"p{at}", "url": f"https://s{at}.example/", "text": text} for at, text in enumerate(texts)
    ]
    write_json_lines(tmp_path / "pages.jsonl", pages)
    given = {}

    def used(command, log, out):
        from_file = Path(command[-3])
        given[from_file] = list(json_lines(from_file))
        _ran(out, {})
        first = {row["text"].split()[3]: row["id"] for row in reversed(given[from_file])}
        (out / "data").mkdir()
        table = pyarrow.table({"id": list(first.values()), "text": list(first)})
        pyarrow.parquet.write_table(table, out / "data" / "part.parquet")
        log.write_text("")
        return Used(0, 9.04, 12.3, 10**9, "", 2 * 10**9)

    monkeypatch.setattr(process, "used_by", used)
    rows = []
    for shape in skew.SHAPES:
        row = skew.measured_shape(tmp_path, shape, "2g")
        rows.append((row, given.popitem()[1]))
    return rows


def test_shapes_of_a_corpus(shapes):
    (planted, as_it_is), (one, of_one_site), (crowd, crowded) = shapes
    assert [row["url"] for row in as_it_is] == [f"https://s{at}.example/" for at in range(4)]
    assert {row["url"] for row in of_one_site} == {f"https://www.one.example/p{at}" for at in range(4)}
    assert [row["text"] for row in of_one_site] == [row["text"] for row in as_it_is]
    assert [row["text"] for row in crowded[1::2]] == [row["text"] for row in as_it_is[1::2]]
    assert [row["text"].count("copy") for row in crowded] == [1, 0, 1, 0]
    assert crowded[0]["text"] != crowded[2]["text"]
    assert (planted["kept"], one["kept"], crowd["kept"]) == (4, 4, 3)
    assert (planted["crowd"], one["crowd"], crowd["crowd"], crowd["crowd_kept"]) == (0, 0, 2, 1)


def test_a_table_of_shapes(shapes, tmp_path):
    result = {"made": {"when": "2026-11-30T08:00+00:00"}, "count": 4, "rows": [row for row, _ in shapes]}
    for row in result["rows"]:
        row["steps"] = row["steps"][:1]
    head, rows = corpus_tables.skew(result)
    assert {len(row) for row in rows} == {len(head)}
    assert rows[-2:] == [
        ["a crowd of near-duplicates", "9", "", "", "", "1,000", "3", "1 of 2"],
        ["— join", "2", "3", "3", "1,250", "", "", ""],
    ]
    write_json(tmp_path / "spark-skew-4.json", result)
    assert "| 1 of 2 |" in table(tmp_path, "spark skew 4")


def test_a_table_of_what_else_is_done_on_spark(tmp_path, monkeypatch):
    write_json_lines(tmp_path / "pages.jsonl", [{"id": "a", "text": "one two"}])
    found = {"filtered": 1, "passages": 2, "counts": 3000, "new": 4}

    def used(command, log, out):
        _ran(out, {})
        write_json(out / options.FOUND, found)
        log.write_text("")
        return Used(0, 9.04, 12.3, 10**9, "", 2 * 10**9)

    monkeypatch.setattr(process, "used_by", used)
    result = options.measured_options(tmp_path, "2g")
    assert {name: result[name] for name in found} == found
    steps = [{**result["steps"][0], "step": name} for name in ("clean, write", "find passages, write")]
    about = {"made": {"when": "2026-11-30T08:00+00:00"}, "count": 4}
    write_json(tmp_path / "spark-options-4.json", {**result, **about, "steps": steps})
    shown = table(tmp_path, "spark options 4")
    assert "| clean, write | 2 | 3 | 3 | 1,250 |  |" in shown
    assert "| find passages, write | 2 | 3 | 3 | 1,250 | 2 passages |" in shown


def test_a_table_of_calculated_crawls():
    speed = {"rows": [{"system": "other"}, {"system": "detector-html", "mb_per_s": 60.0}]}
    steps = [{"step": "near-duplicates, write", "task_s": 360.0, "shuffled": 4e9}]
    head, rows = scale_tables.calculated({"count": 10**6, "steps": steps}, speed)
    assert {len(row) for row in rows} == {len(head)}
    assert rows[0] == [
        "10^6", "0.56", "0.1", "15 GB", "4 GB", "0.0016", "0.19 GB", "2·10^7", "10^3",
    ]  # fmt: skip
    assert rows[-1][1:5] == ["5,556", "1,000", "150 TB", "40 TB"]
