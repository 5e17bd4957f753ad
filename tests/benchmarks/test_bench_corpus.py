"""The planted corpus, how it is scored, and how processes are measured."""

import json
import sys

import pytest

from benchmarks.data.planted.corpus_pages import write
from benchmarks.files import json_lines
from benchmarks.measures.corpus_scores import kept_lines, scored, scored_files
from benchmarks.measures.process_tree import measured
from benchmarks.peers.corpus import plain


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


def test_scores_of_what_is_kept():
    lines = [
        ["template", "menu"],
        ["content", "one two three"],
        ["content", "Title. four five"],
        ["repeat", "x"],
    ]
    truth = [
        {"id": "a", "copy_of": None, "lines": lines},
        {"id": "b", "copy_of": "a", "lines": lines},
        {"id": "c", "copy_of": None, "lines": lines},
    ]
    assert kept_lines([text for _, text in lines], "one two three\nfour five") == [
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
    }


def _rows(path, ids):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps({"id": id, "text": "one"}) + "\n" for id in ids))


def test_files_are_scored_in_any_interleaving_but_not_out_of_order(tmp_path):
    truth = [{"id": id, "copy_of": None, "lines": [["content", "one"]]} for id in "abcdef"]
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
