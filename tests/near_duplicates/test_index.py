"""An index finds the earlier text that a new one is similar to; a stopped run or a bad file never damages it."""

import json
import subprocess
import sys

import pytest

from benchmarks.data.planted.documents import jaccard, shingles
from detector import DuplicateSettings
from detector.errors import ModelFormatError, SettingsError
from detector.near_duplicates.index import index as index_module
from detector.near_duplicates.index import writing as index_writing
from detector.near_duplicates.index.index import DuplicateIndex
from tests.near_duplicates.made import IDS, TEXTS, ask

SETS = [shingles(text) for text in TEXTS]


def best_earlier(at, threshold=0.8):
    """Brute force: the most similar earlier text, the first of several."""
    found = [(jaccard(SETS[at], SETS[other]), -other) for other in range(at)]
    similarity, other = max(found, default=(0, 0))
    return (IDS[-other], similarity) if similarity >= threshold else (None, 0.0)


def told(matches):
    return [(match.earlier, match.similarity) for match in matches]


@pytest.mark.parametrize("cuts", [[300], [1, 300], [100, 150, 151, 300]])
def test_matches_are_those_of_brute_force_however_the_texts_come(tmp_path, monkeypatch, cuts):
    monkeypatch.setattr(index_module, "TOGETHER", 70)
    index, found, first = DuplicateIndex.create(tmp_path / "index"), [], 0
    for end in cuts:
        found += told(ask(index, TEXTS[first:end], IDS[first:end], add=True))
        index, first = DuplicateIndex.open(tmp_path / "index", check=True), end
    assert found == [(name, pytest.approx(similarity)) for name, similarity in map(best_earlier, range(300))]
    assert sum(name is not None for name, _ in found) > 50
    assert len(index) == 300


def test_segments_stay_few(tmp_path):
    index = DuplicateIndex.create(tmp_path / "index")
    for at in range(60):
        ask(index, [TEXTS[at]], [IDS[at]], add=True)
    assert len(list((tmp_path / "index").glob("segment-*"))) <= 6
    index = DuplicateIndex.open(tmp_path / "index", check=True)
    assert len(index) == 60
    found = told(ask(index, TEXTS[60:90], IDS[60:90]))
    assert found == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(60, 90))]


def test_asking_adds_nothing(made):
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    index = DuplicateIndex.open(made)
    found = ask(index, TEXTS[200:], IDS[200:])
    assert told(found) == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(200, 300))]
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before
    assert not any(match.rejected for match in ask(index, TEXTS[:5], IDS[:5]))


def test_pages_of_one_template_are_found_beyond_the_most(tmp_path):
    """Buckets hold 40 % of the texts, and each band looks at a third of them; early and late rows are found alike."""
    template = " ".join(f"word{at}" for at in range(200))
    own = [[f"own{number}x{at}" for at in range(33)] for number in range(360)]
    old = [" ".join([template, *words]) for words in own]
    new = [" ".join([template, *words[:10], *(f"new{word}" for word in words[10:])]) for words in own]
    index = DuplicateIndex.create(tmp_path / "index", settings=DuplicateSettings(max_group=50))
    ask(index, old, [f"old {at}" for at in range(360)], add=True)
    found = ask(index, new, [f"new {at}" for at in range(360)])
    right = [match.earlier == f"old {at}" for at, match in enumerate(found)]
    assert min(sum(right[:180]), sum(right[180:])) > 0.93 * 180


def test_a_higher_threshold_may_be_asked_for_and_a_lower_not(made):
    index = DuplicateIndex.open(made)
    assert all(match.similarity in (0, 1) for match in ask(index, TEXTS[200:], IDS[200:], threshold=1))
    with pytest.raises(SettingsError, match="raise the threshold"):
        ask(index, TEXTS[:1], IDS[:1], threshold=0.7)


def test_a_second_use_of_an_id_is_rejected(made):
    index = DuplicateIndex.open(made)
    found = ask(
        index, ["quite new words in this text here", *TEXTS[:1], "other"], ["text 3", "new", "new"], add=True
    )
    assert [match.rejected for match in found] == [True, False, True]
    assert found[1].earlier == "text 0"
    assert len(index) == 201
    assert ask(index, ["quite new words in this text here"], ["x"])[0].earlier is None


def test_adding_nothing_new_changes_no_byte(made):
    def content():
        return {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}

    before = content()
    found = ask(DuplicateIndex.open(made), TEXTS[:200], IDS[:200], add=True)
    assert all(match.rejected for match in found)
    assert content() == before
    ask(DuplicateIndex.open(made), [], [], add=True)
    assert content() == before


def test_a_rejected_text_hides_no_later_copy(made):
    index = DuplicateIndex.open(made)
    text = "words that no text of the index has in this order"
    ask(index, [text, text], ["text 1", "good id"], add=True)
    assert ask(index, [text], ["asked"])[0].earlier == "good id"


def test_short_empty_and_foreign_texts(tmp_path):
    index = DuplicateIndex.create(tmp_path / "i")
    texts = ["cat", "dog", "", "水", "  ", "Cat", "ไทย", ""]
    found = ask(index, texts, [str(at) for at in range(8)], add=True)
    assert [match.earlier for match in found] == [None, None, None, None, "2", "0", None, "2"]
    assert [
        match.earlier
        for match in ask(DuplicateIndex.open(tmp_path / "i"), ["dog!", "", "bird"], ["a", "b", "c"])
    ] == [
        "1",
        "2",
        None,
    ]
    assert ask(index, [], [], add=True) == []


def test_two_indexes_merge(tmp_path, made):
    other = DuplicateIndex.create(tmp_path / "other")
    ask(other, TEXTS[150:280], IDS[150:280], add=True)
    index = DuplicateIndex.open(made)
    assert sorted(index.merge(other)) == sorted(IDS[150:200])
    index = DuplicateIndex.open(made, check=True)
    found = told(ask(index, TEXTS[280:], IDS[280:]))
    assert found == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(280, 300))]
    assert ask(index, [TEXTS[170]], ["again"])[0] == index_module.Match(
        "again", best_earlier(170)[0] if best_earlier(170)[1] == 1 else IDS[170], 1.0, False
    )
    other = DuplicateIndex.create(tmp_path / "third", threshold=0.5)
    with pytest.raises(SettingsError, match="other settings"):
        index.merge(other)


def test_merging_an_index_with_itself_changes_nothing_that_is_found(made):
    index = DuplicateIndex.open(made)
    before = told(ask(index, TEXTS[200:], IDS[200:]))
    assert sorted(index.merge(DuplicateIndex.open(made))) == sorted(IDS[:200])
    assert told(ask(DuplicateIndex.open(made), TEXTS[200:], IDS[200:])) == before


KILLED = """
import os, signal, sys
import numpy as np
from pathlib import Path
from detector.near_duplicates.index import writing as index_writing
from detector.near_duplicates.index.index import DuplicateIndex
left = int(sys.argv[2])
def count(wrapped):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return wrapped(*arguments, **options)
    return call
index_writing._write_array = count(index_writing._write_array)
index_writing.write_json = count(index_writing.write_json)
texts = [f"one more text with the number {n} and {n} words" for n in range(150)]
DuplicateIndex.open(Path(sys.argv[1])).match(((f"new {n}", text) for n, text in enumerate(texts)), add=True)
"""


@pytest.mark.parametrize("writes", [0, 1, 12, 29, 30, 57, 58])
def test_a_killed_run_leaves_the_old_index_whole(made, writes):
    before = told(ask(DuplicateIndex.open(made), TEXTS[200:], IDS[200:]))
    found = subprocess.run([sys.executable, "-c", KILLED, str(made), str(writes)], check=False)
    assert found.returncode == -9
    index = DuplicateIndex.open(made, check=True)
    assert len(index) == 200
    assert told(ask(index, TEXTS[200:], IDS[200:])) == before
    ask(index, TEXTS[200:], IDS[200:], add=True)
    assert len(DuplicateIndex.open(made, check=True)) == 300
    assert not list(made.glob("*.unfinished"))


def test_two_runs_at_once_do_not_lose_a_text(made):
    one, two = DuplicateIndex.open(made), DuplicateIndex.open(made)
    ask(one, TEXTS[200:250], IDS[200:250], add=True)
    with pytest.raises(SettingsError, match="another run"):
        ask(two, TEXTS[250:], IDS[250:], add=True)
    with index_writing.writing(made, one._manifest), pytest.raises(SettingsError, match="being changed"):
        ask(one, TEXTS[250:], IDS[250:], add=True)
    assert len(DuplicateIndex.open(made, check=True)) == 250


def test_an_index_is_made_in_an_empty_folder_only(tmp_path, made):
    with pytest.raises(SettingsError, match="not an empty folder"):
        DuplicateIndex.create(made)
    with pytest.raises(ModelFormatError, match="has no index"):
        DuplicateIndex.open(tmp_path / "nowhere")


def test_an_older_index_keeps_its_folding(tmp_path):
    folder = tmp_path / "seen"
    DuplicateIndex.create(folder, settings=DuplicateSettings(equal_forms=False))
    path = folder / "index.json"
    manifest = json.loads(path.read_text())
    assert manifest["settings"].pop("equal_forms") is False
    path.write_text(json.dumps(manifest))
    index = DuplicateIndex.open(folder)
    assert not index.settings.equal_forms
    assert DuplicateIndex.create(tmp_path / "new").settings.equal_forms
    texts = [("a", "Don’t walk on the thin ice of the lake"), ("b", "Donʼt walk on the thin ice of the lake")]
    assert [match.earlier for match in index.match(texts, add=True)] == [None, None]
    assert [match.earlier for match in DuplicateIndex.open(tmp_path / "new").match(texts)] == [None, "a"]
