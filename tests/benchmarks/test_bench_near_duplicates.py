"""Scoring near-duplicates, on cases small enough to count by hand."""

import json

import pytest

from benchmarks.data.planted.documents import PlantedDocuments
from benchmarks.data.planted.documents import shingles as true_shingles
from benchmarks.files import write_json_lines
from benchmarks.measures.near_duplicate_scores import (
    Truth,
    score_flags,
    score_labels,
    score_pairs,
    score_removal,
)
from benchmarks.peers.near_duplicates.detector import find_contained
from benchmarks.peers.near_duplicates.texts import Corpus, removed_by, shingles
from benchmarks.run import near_duplicate_corpora, near_duplicates
from benchmarks.run.near_duplicate_corpora import contained_pairs
from benchmarks.tables import fill, near_duplicate_tables
from benchmarks.tables.cells import TableError
from detector import find_duplicates

TRUTH = Truth(
    9, {(0, 1): 0.9, (1, 2): 0.85, (0, 2): 0.75, (3, 4): 1.0, (4, 5): 0.95, (3, 5): 0.95, (6, 7): 0.7}
)


def test_pairs_are_counted_by_band():
    found = score_pairs([(1, 0), (3, 4), (3, 5), (6, 7), (0, 8)], TRUTH)
    # (4, 5) is implied: 4 is a copy of 3.
    assert (found["true"], found["found"]) == (5, 6)
    assert found["precision"] == pytest.approx(4 / 6, abs=1e-5)
    assert found["recall"] == 0.8
    assert found["by_band"]["0.7-0.8"] == {"pairs": 2, "found": 0.5}
    assert found["by_band"]["1"] == {"pairs": 1, "found": 1.0}
    assert score_pairs([], Truth(2, {}))["precision"] is None


def test_removal_is_judged_by_what_stays():
    # 0 and 2 are removed for 1; 3, 4 and 5 are all removed; 8 has no duplicate.
    found = score_removal([0, 2, 3, 4, 5, 8], TRUTH)
    assert found["precision"] == pytest.approx(2 / 6, abs=1e-5)
    assert found["should_go"] == 3  # 1, 4 and 5; 2 should stay because 1 goes
    assert found["recall"] == pytest.approx(2 / 3, abs=1e-5)
    assert (found["lost_groups"], found["lost_singles"]) == (1, 1)


def test_flags_are_judged_as_flags():
    found = score_flags([0, 1, 3, 4, 6, 8], TRUTH)
    assert (found["flagged"], found["strangers"]) == (6, 1)
    assert found["by_band"]["0.9-0.95"] == {"pairs": 1, "found": 1.0}
    assert found["by_band"]["0.7-0.8"] == {"pairs": 2, "found": 0.0}
    assert found["by_band"]["1"] == {"pairs": 1, "found": 1.0}


def test_rows_measured_again_take_their_place():
    rows = [{"system": "a", "x": 1}, {"system": "b", "x": 1}]
    left_out = {"gaoya": "was another reason", "c": "too slow"}
    before = {"what": "10", "made": "old", "rows": rows, "left_out": left_out}
    again = {
        "made": "new",
        "rows": [{"system": "a", "x": 2}, {"system": "b", "x": 2}, {"system": "c", "x": 2}],
    }
    found = near_duplicates.with_rows(before, again, ["b", "c"])
    assert found["rows"] == [
        {"system": "a", "x": 1},
        {"system": "b", "x": 2, "made": "new"},
        {"system": "c", "x": 2, "made": "new"},
    ]
    assert found["made"] == "old"
    assert found["left_out"] == {"gaoya": near_duplicates.TOO_MANY["gaoya"][1]}


def test_the_first_stays():
    assert removed_by([(0, 1), (1, 2), (3, 5), (4, 5)]) == [1, 5]


def test_peers_get_the_shingles_of_the_truth():
    for _, text in PlantedDocuments(60, 2).documents():
        # Users of peers call lower(), which keeps the German ß; the sets have the same size.
        assert {part.casefold() for part in shingles(text)} == set(true_shingles(text))
        assert len(set(shingles(text))) == len(true_shingles(text))


def test_our_own_run_is_as_good_as_it_says(tmp_path):
    corpus = PlantedDocuments(1500, 3)
    truth = Truth.of(1500, corpus.pairs(0.6))
    found = find_duplicates([text for _, text in corpus.documents()])
    pairs = score_pairs([(pair.a, pair.b) for pair in found.pairs], truth)
    removal = score_removal(list(found.removed), truth)
    assert pairs["precision"] == removal["precision"] == 1.0
    assert pairs["recall"] >= 0.995
    assert removal["recall"] >= 0.99
    assert removal["lost_groups"] == removal["lost_singles"] == 0


def test_labels_are_counted():
    labels = {(0, 1): "near", (2, 3): "near", (4, 5): "different", (6, 7): "same"}
    first = [0, 1, 2, 3, 4, 5, 4, 4]
    assert score_labels({"pairs": [[1, 0]], "removed": [1]}, labels, first)["near"] == {
        "pairs": 2,
        "found": 1,
    }
    assert score_labels({"pairs": None, "removed": [3, 4]}, labels, first) == {
        "different": {"pairs": 1, "found": 1},
        "near": {"pairs": 2, "found": 1},
        "same": {"pairs": 1, "found": 0},
    }
    flags = {"pairs": None, "removed": None, "flagged": [0, 1, 2]}
    assert score_labels(flags, labels, first)["near"] == {"pairs": 2, "found": 1}
    for pairs, found in (([[4, 6]], 0), ([[4, 6], [4, 7]], 1), ([[7, 6]], 1)):
        assert score_labels({"pairs": pairs, "removed": []}, labels, first)["same"]["found"] == found


def test_a_corpus_can_be_read_several_times(tmp_path):
    path = tmp_path / "c.jsonl"
    path.write_text("".join(json.dumps({"text": str(at)}) + "\n" for at in range(5)))
    assert list(Corpus(str(path)).stream()) == Corpus(str(path)).texts() == list("01234")
    assert Corpus(str(path), 2).texts() == ["0", "1"]


def fake_result():
    run = {"wall": 2.0, "cpu": 2.0, "rise_mb": 100.0}
    figures = near_duplicates._figures(
        [run, {**run, "cpu": 1.0}], [{**run, "cpu": 6.0}] * 2, near_duplicates.Size(300, 600_000)
    )
    scored = {"pairs": score_pairs([(0, 1)], TRUTH), "removal": score_removal([1], TRUTH)}
    row = {"system": "ours", "versions": {}, "note": "a note", "rounds": 2, **figures, **scored}
    labels = score_labels({"pairs": [[0, 1]], "removed": []}, {(0, 1): "near"}, [0, 1])
    absent = {"system": "broken", "versions": {"broken": "1"}, "note": "", "failed": "not installed"}
    return {
        "reference": "theirs",
        "rows": [{**row, "labels": labels}, absent],
        "left_out": {"slow": "an hour"},
    }


def test_rates_are_compared_round_by_round():
    row = fake_result()["rows"][0]
    assert (row["ratio"], row["ratio_low"], row["ratio_high"]) == (4.5, 3.0, 6.0)
    assert (row["cpu_s"], row["texts_per_s"]) == (1.5, 200.0)


def test_every_table_can_be_made(tmp_path):
    (tmp_path / "duplicates-300.json").write_text(json.dumps(fake_result()))
    for kind in near_duplicate_tables.KINDS:
        assert "ours" in fill.table(tmp_path, f"duplicates {kind} 300")
    rates = fill.table(tmp_path, "duplicates rates 300")
    assert "| broken 1 | not installed |" in rates
    assert "| slow | not run: an hour |" in rates
    with pytest.raises(TableError, match="no table"):
        fill.table(tmp_path, "duplicates nonsense 300")


def test_a_system_that_is_not_there_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(near_duplicates, "python_of", lambda name: tmp_path / "none")
    found = near_duplicates.run_once(near_duplicates.NEAR_DUPLICATE_SYSTEMS[0], tmp_path, "-", 0)
    assert found == "not installed"


def test_equal_short_texts_are_true_pairs(tmp_path):
    path = tmp_path / "c.jsonl"
    texts = ["Dorf Markt.", "long " * 100, "dorf markt", "long " * 100, "Markt.", "Dorf Markt!"]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    found = [(pair.left, pair.right, pair.jaccard) for pair in near_duplicate_corpora.equal_short_texts(path)]
    assert found == [(0, 2, 1.0), (0, 5, 1.0), (2, 5, 1.0)]


def test_what_stands_in_longer_texts_is_counted_exactly(tmp_path):
    words = [f"word{number}" for number in range(60)]
    texts = [
        " ".join(part) for part in (words[:20], words[:40], words[15:39], words[:10] + words[50:], words[:20])
    ]
    write_json_lines(tmp_path / "texts.jsonl", ({"text": text} for text in texts))
    truth = contained_pairs(tmp_path / "texts.jsonl", 0.8)
    assert truth == {(0, 1), (1, 2), (1, 4), (0, 4)}
    found = find_contained(Corpus(str(tmp_path / "texts.jsonl"))).pairs
    assert found is not None
    # Only the first of several exact copies is compared.
    assert truth - {(1, 4)} <= {(min(pair), max(pair)) for pair in found} <= truth
