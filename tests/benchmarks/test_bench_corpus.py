"""The planted corpus, how it is scored, and how processes are measured."""

import json
import sys
import time

import psutil
import pytest

from benchmarks.data.planted.corpus_pages import write
from benchmarks.data.sets import dataset
from benchmarks.files import json_lines, write_json
from benchmarks.labels.read_pages import EACH, WITH_MORE, drawn
from benchmarks.measures import stages
from benchmarks.measures.corpus_scores import kept_lines, scored, scored_files
from benchmarks.measures.process_tree import folder_size, measured
from benchmarks.measures.stages import stages_in
from benchmarks.peers.corpus import plain
from benchmarks.run import corpus_stages
from benchmarks.tables import corpus_tables
from benchmarks.tables.cells import TableError, read
from benchmarks.tables.fill import LABELS, table


def test_a_corpus_is_the_same_for_a_seed_and_has_copies(tmp_path):
    write(tmp_path / "a", 200)
    write(tmp_path / "b", 200)
    assert (tmp_path / "a" / "pages.jsonl").read_bytes() == (tmp_path / "b" / "pages.jsonl").read_bytes()
    pages = [json.loads(line) for line in (tmp_path / "a" / "pages.jsonl").read_text("utf-8").splitlines()]
    truth = list(json_lines(tmp_path / "a" / "truth.jsonl"))
    assert [page["id"] for page in pages] == [row["id"] for row in truth]
    assert len({page["id"] for page in pages}) == 200
    texts = {page["id"]: page["text"] for page in pages}
    copies = [row for row in truth if row["copy_of"]]
    assert len(copies) >= 5
    for row in copies:
        changed = set(texts[row["id"]].split("\n")) ^ set(texts[row["copy_of"]].split("\n"))
        assert len(changed) == 2


def test_scores_of_what_is_kept(tmp_path):
    lines = [
        ["template", "menu", "fixed"],
        ["content", "one two three", "paragraph"],
        ["content", "Title. four five", "prefix"],
        ["repeat", "x", "verbatim"],
    ]
    truth = [
        {"id": "a", "copy_of": None, "lines": lines},
        {"id": "b", "copy_of": "a", "lines": lines},
        {"id": "c", "copy_of": None, "lines": lines},
    ]
    assert kept_lines([text for _, text, _ in lines], "one two three\nfour five") == [
        "",
        "one two three",
        "four five",
        "",
    ]
    found = scored(truth, {"a": "one two three\nfour five", "c": "menu\none two three"})
    assert found == {
        "template_found": 0.5,
        "content_lost": 0.25,
        "copies_removed": 1.0,
        "originals_removed": 0.0,
        "kinds": [
            {"label": "content", "kind": "paragraph", "number": 6, "wrong": 0},
            {"label": "content", "kind": "prefix", "number": 6, "wrong": 3},
            {"label": "template", "kind": "fixed", "number": 2, "wrong": 1},
        ],
    }
    result = {"made": {"when": "2026-11-30T08:00+00:00"}, "rows": [{"system": "detector", **found}]}
    _, rows = corpus_tables.kinds(result)
    assert rows == [
        ["template lines left", "fixed", "2", "1", "50.00%", "50.00%"],
        ["content words lost", "prefix", "6", "3", "50.00%", "25.00%"],
        ["content words lost", "paragraph", "6", "0", "0.00%", "0.00%"],
    ]
    write_json(tmp_path / "corpus-9.json", result)
    assert "| prefix |" in table(tmp_path, "corpus kinds 9")


def _rows(path, ids):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps({"id": id, "text": "one"}) + "\n" for id in ids))


def test_files_are_scored_in_any_interleaving_but_not_out_of_order(tmp_path):
    truth = [{"id": id, "copy_of": None, "lines": [["content", "one", "paragraph"]]} for id in "abcdef"]
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in truth))
    _rows(tmp_path / "out" / "0.jsonl", "ace")
    _rows(tmp_path / "out" / "1.jsonl", "bf")
    found = scored_files(tmp_path / "truth.jsonl", tmp_path / "out")
    assert found["originals_removed"] == pytest.approx(1 / 6, abs=1e-4)
    assert found["content_lost"] == pytest.approx(1 / 6, abs=1e-4)
    _rows(tmp_path / "out" / "1.jsonl", "fb")
    with pytest.raises(ValueError, match="order"):
        scored_files(tmp_path / "truth.jsonl", tmp_path / "out")


def test_the_plain_pipeline(tmp_path):
    write(tmp_path, 150)
    (tmp_path / "out").mkdir()
    plain.run(str(tmp_path / "pages.jsonl"), str(tmp_path / "out"))
    found = scored_files(tmp_path / "truth.jsonl", tmp_path / "out")
    assert 0.5 < found["template_found"] < 1
    assert 0 < found["content_lost"] < 0.2
    assert list(stages_in(tmp_path / "out")) == ["count lines", "filter, write"]


@pytest.mark.filterwarnings("ignore")
def test_a_run_of_ours_and_its_stages(tmp_path):
    write(tmp_path, 150)
    corpus_stages.run(str(tmp_path / "pages.jsonl"), str(tmp_path / "out"), "2000000000")
    found = scored_files(tmp_path / "truth.jsonl", tmp_path / "out" / "data")
    assert found["template_found"] > 0.5
    seconds = stages_in(tmp_path / "out")
    steps = ["looking at files", "counting lines", "cleaning", "signing", "comparing", "writing"]
    assert sorted(seconds) == sorted(["between stages", *steps])
    assert [name for name in seconds if name in steps] == steps


def test_stages_add_up(tmp_path, monkeypatch):
    clock = iter([10.0, 11.0, 13.0, 16.5])
    monkeypatch.setattr(stages.time, "perf_counter", lambda: next(clock))
    times = stages.Stages()
    for name in ("read", "write", "read"):
        times.end(name)
    times.write(tmp_path)
    assert stages_in(tmp_path) == {"read": 4.5, "write": 2.0}


def test_memory_is_that_of_all_processes():
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; held = bytes(range(256)) * 400_000; time.sleep(1)'])\n"
        "child.wait()"
    )
    used = measured([sys.executable, "-c", code])
    assert used.code == 0
    assert used.peak > 100_000_000
    assert used.seconds == pytest.approx(1, abs=30)


def test_disk_space_is_that_of_the_folder(tmp_path):
    assert folder_size(tmp_path / "none") == 0
    code = (
        "import pathlib, sys, time\n"
        f"block = pathlib.Path({str(tmp_path)!r}) / 'shuffle' / 'block'\n"
        "block.parent.mkdir()\n"
        "block.write_bytes(bytes(3000000))\n"
        "time.sleep(2)\n"
        "block.write_bytes(bytes(10))"
    )
    seen = []
    used = measured([sys.executable, "-c", code], stop=lambda disk: seen.append(disk) or "", folder=tmp_path)
    assert used.figures()["disk_mb"] == 3
    assert max(seen) == 3_000_000
    assert folder_size(tmp_path) == 10
    assert measured([sys.executable, "-c", ""]).disk == 0


def _runs(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_command_that_takes_too_long_is_stopped_with_its_processes(tmp_path):
    pid, log = tmp_path / "pid", tmp_path / "log"
    command = ["sh", "-c", f"sleep 600 & echo late >&2; echo $! > {pid}; wait"]
    used = measured(command, stop=lambda disk: "late" * (pid.exists() and pid.read_text() != ""), log=log)
    assert used.code != 0
    assert used.stopped == "late"
    assert log.read_text() == "late\n"
    until = time.monotonic() + 60
    while _runs(int(pid.read_text())):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_pages_to_read_are_drawn_by_a_fixed_rule():
    sites = {f"site{at}": [f"site{at}/{page}" for page in range(20)] for at in range(8)}
    found = drawn(sites)
    assert found == drawn({site: pages[::-1] for site, pages in reversed(sites.items())})
    assert len(found) == len(set(found)) == 8 * EACH + WITH_MORE
    assert sum(name.startswith("site0/") for name in found) == EACH + 1
    assert sum(name.startswith("site7/") for name in found) == EACH


def test_verdicts_on_read_pages():
    pages = read(LABELS, "read-pages")["pages"]
    assert len(pages) == len({row["page"] for row in pages})
    for row in pages:
        assert row["left"] <= row["kept"] <= row["lines"]
        assert row["lost"] <= row["lines"] - row["kept"]
        assert ("why" in row) == bool(row["lost"] or row["left"])


@pytest.mark.shared
def test_pages_that_were_read_are_in_the_data(shared):
    names = {row["page"] for row in read(LABELS, "read-pages")["pages"]}
    sets = {name.split("/", 1)[0] for name in names}
    assert names <= {page.key for name in sets for page in dataset(name).pages()}


def test_a_table_of_read_pages():
    row = {"site": "a.example", "lines": 900, "kept": 10, "lost": 0, "left": 0}
    pages = [row, {**row, "lost": 2}, {**row, "site": "b.example", "left": 3}]
    _, rows = corpus_tables.read_pages({"pages": pages})
    assert rows == [
        ["a.example", "2", "1", "1,800", "20", "2", "0"],
        ["b.example", "1", "0", "900", "10", "0", "3"],
        ["all", "3", "1", "2,700", "30", "2", "3"],
    ]


def test_a_table_of_cost():
    own = {"system": "detector", "cpu_s": 36.0, "peak_mb": 200}
    made, rows = {"when": "2026-11-30T08:00+00:00"}, [{"system": "other"}, own]
    result = {"made": made, "count": 10_000, "bytes": 30_000_000, "rows": rows}
    steps = [{"step": "clean", "task_s": 72.0, "shuffled": 10_000_000}]
    other = {**own, "system": "detector-spark", "cpu_s": 72.0, "disk_mb": 50}
    on_spark = {**result, "rows": [own, other], "steps": steps}
    _, rows = corpus_tables.cost([result], [on_spark])
    assert rows == [
        ["corpus run, 10,000 pages", "2026-11-30", "1.00", "3.0", "200", "", ""],
        ["Spark, 10,000 pages", "2026-11-30", "2.00", "3.0", "200", "5.0", "1.00"],
        ["— clean (task hours)", "", "2.00", "", "", "", "1.00"],
    ]


def test_a_table_of_stages(tmp_path):
    own = {
        "system": "detector",
        "seconds": 5.0,
        "mb_per_s": 6.0,
        "stages": {"cleaning": 4.0, "comparing": 0.0},
    }
    rows = [own, {"system": "peer", "failed": "exit code 1"}]
    result = {"made": {"when": "2026-11-30T08:00+00:00"}, "count": 9, "bytes": 30_000_000, "rows": rows}
    _, found = corpus_tables.stages(result)
    assert found == [["detector", "5.0", "6.0"], ["— cleaning", "4.0", "7.5"], ["— comparing", "0.0", ""]]
    write_json(tmp_path / "corpus-9.json", result)
    assert "| — cleaning | 4.0 | 7.5 |" in table(tmp_path, "corpus stages 9")
    with pytest.raises(TableError, match="real sites, kills or read-pages"):
        table(tmp_path, "corpus nonsense 9")


def test_when_a_result_was_made():
    result = {"made": {"when": "2026-11-30T08:00+00:00"}}
    assert corpus_tables.when(result) == "Measured on 2026-11-30.\n"
    load = {"before": 7.6, "after": 9.4, "cores": 2}
    assert corpus_tables.when({**result, "load": load}) == (
        "Measured on 2026-11-30, on 2 cores with other work: the load was 8 before and 9 after.\n"
    )
