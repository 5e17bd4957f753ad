"""An index says which earlier text a new one is like; a stopped run or a bad file never spoils it."""

import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.planted_documents import PlantedDocuments, jaccard, shingles
from detector import DuplicateSettings
from detector.duplicates import index as index_module
from detector.duplicates import index_files, index_writing
from detector.duplicates.index import Index
from detector.errors import ModelFormatError, SettingsError

TEXTS = [text for _, text in PlantedDocuments(300, seed=4).documents()]
SETS = [shingles(text) for text in TEXTS]
IDS = [f"text {number}" for number in range(len(TEXTS))]


def best_earlier(at, threshold=0.8):
    """Brute force: the most similar earlier text, of several the first."""
    found = [(jaccard(SETS[at], SETS[other]), -other) for other in range(at)]
    similarity, other = max(found, default=(0, 0))
    return (IDS[-other], similarity) if similarity >= threshold else (None, 0.0)


@pytest.fixture
def made(tmp_path):
    """An index of the first 200 texts, in three steps."""
    index = Index.create(tmp_path / "index")
    for first, end in ((0, 90), (90, 91), (91, 200)):
        ask(index, TEXTS[first:end], IDS[first:end], add=True)
    return tmp_path / "index"


def ask(index, texts, ids, **options):
    return index.match(zip(ids, texts, strict=True), **options)


def told(matches):
    return [(match.earlier, match.similarity) for match in matches]


@pytest.mark.parametrize("cuts", [[300], [1, 300], [100, 150, 151, 300]])
def test_matches_are_those_of_brute_force_however_the_texts_come(tmp_path, monkeypatch, cuts):
    monkeypatch.setattr(index_module, "TOGETHER", 70)
    index, found, first = Index.create(tmp_path / "index"), [], 0
    for end in cuts:
        found += told(ask(index, TEXTS[first:end], IDS[first:end], add=True))
        index, first = Index.open(tmp_path / "index", check=True), end
    assert found == [(name, pytest.approx(similarity)) for name, similarity in map(best_earlier, range(300))]
    assert sum(name is not None for name, _ in found) > 50
    assert len(index) == 300


def test_segments_stay_few(tmp_path):
    index = Index.create(tmp_path / "index")
    for at in range(60):
        ask(index, [TEXTS[at]], [IDS[at]], add=True)
    assert len(list((tmp_path / "index").glob("segment-*"))) <= 6
    index = Index.open(tmp_path / "index", check=True)
    assert len(index) == 60
    found = told(ask(index, TEXTS[60:90], IDS[60:90]))
    assert found == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(60, 90))]


def test_asking_adds_nothing(made):
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    index = Index.open(made)
    found = ask(index, TEXTS[200:], IDS[200:])
    assert told(found) == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(200, 300))]
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before
    assert not any(match.rejected for match in ask(index, TEXTS[:5], IDS[:5]))


def test_pages_of_one_template_are_found_beyond_the_most(tmp_path):
    """Buckets hold 40 % of the texts, of which each band looks at a third; old and late rows fare alike."""
    template = " ".join(f"word{at}" for at in range(200))
    own = [[f"own{number}x{at}" for at in range(33)] for number in range(360)]
    old = [" ".join([template, *words]) for words in own]
    new = [" ".join([template, *words[:10], *(f"new{word}" for word in words[10:])]) for words in own]
    index = Index.create(tmp_path / "index", settings=DuplicateSettings(max_group=50))
    ask(index, old, [f"old {at}" for at in range(360)], add=True)
    found = ask(index, new, [f"new {at}" for at in range(360)])
    right = [match.earlier == f"old {at}" for at, match in enumerate(found)]
    assert min(sum(right[:180]), sum(right[180:])) > 0.93 * 180


def test_a_higher_threshold_may_be_asked_for_and_a_lower_not(made):
    index = Index.open(made)
    assert all(match.similarity in (0, 1) for match in ask(index, TEXTS[200:], IDS[200:], threshold=1))
    with pytest.raises(SettingsError, match="raise the threshold"):
        ask(index, TEXTS[:1], IDS[:1], threshold=0.7)


def test_a_second_use_of_an_id_is_rejected(made):
    index = Index.open(made)
    found = ask(
        index, ["quite new words in this text here", *TEXTS[:1], "other"], ["text 3", "new", "new"], add=True
    )
    assert [match.rejected for match in found] == [True, False, True]
    assert found[1].earlier == "text 0"
    assert len(index) == 201
    assert ask(index, ["quite new words in this text here"], ["x"])[0].earlier is None


def test_a_rejected_text_hides_no_later_copy(made):
    index = Index.open(made)
    text = "words that no text of the index has in this order"
    ask(index, [text, text], ["text 1", "good id"], add=True)
    assert ask(index, [text], ["asked"])[0].earlier == "good id"


def test_short_empty_and_foreign_texts(tmp_path):
    index = Index.create(tmp_path / "i")
    texts = ["cat", "dog", "", "水", "  ", "Cat", "ไทย", ""]
    found = ask(index, texts, [str(at) for at in range(8)], add=True)
    assert [match.earlier for match in found] == [None, None, None, None, "2", "0", None, "2"]
    assert [
        match.earlier for match in ask(Index.open(tmp_path / "i"), ["dog!", "", "bird"], ["a", "b", "c"])
    ] == [
        "1",
        "2",
        None,
    ]
    assert ask(index, [], [], add=True) == []


def test_two_indexes_merge(tmp_path, made):
    other = Index.create(tmp_path / "other")
    ask(other, TEXTS[150:280], IDS[150:280], add=True)
    index = Index.open(made)
    assert sorted(index.merge(other)) == sorted(IDS[150:200])
    index = Index.open(made, check=True)
    found = told(ask(index, TEXTS[280:], IDS[280:]))
    assert found == [(name, pytest.approx(one)) for name, one in map(best_earlier, range(280, 300))]
    assert ask(index, [TEXTS[170]], ["again"])[0] == index_module.Match(
        "again", best_earlier(170)[0] if best_earlier(170)[1] == 1 else IDS[170], 1.0, False
    )
    other = Index.create(tmp_path / "third", threshold=0.5)
    with pytest.raises(SettingsError, match="other settings"):
        index.merge(other)


def test_merging_an_index_with_itself_changes_nothing_that_is_found(made):
    index = Index.open(made)
    before = told(ask(index, TEXTS[200:], IDS[200:]))
    assert sorted(index.merge(Index.open(made))) == sorted(IDS[:200])
    assert told(ask(Index.open(made), TEXTS[200:], IDS[200:])) == before


KILLED = """
import os, signal, sys
import numpy as np
from pathlib import Path
from detector.duplicates import index_writing
from detector.duplicates.index import Index
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
Index.open(Path(sys.argv[1])).match(((f"new {n}", text) for n, text in enumerate(texts)), add=True)
"""


@pytest.mark.parametrize("writes", [0, 1, 12, 29, 30, 57, 58])
def test_a_killed_run_leaves_the_old_index_whole(made, writes):
    before = told(ask(Index.open(made), TEXTS[200:], IDS[200:]))
    found = subprocess.run([sys.executable, "-c", KILLED, str(made), str(writes)], check=False)
    assert found.returncode == -9
    index = Index.open(made, check=True)
    assert len(index) == 200
    assert told(ask(index, TEXTS[200:], IDS[200:])) == before
    ask(index, TEXTS[200:], IDS[200:], add=True)
    assert len(Index.open(made, check=True)) == 300
    assert not list(made.glob("*.unfinished"))


def test_two_runs_at_once_do_not_lose_a_text(made):
    one, two = Index.open(made), Index.open(made)
    ask(one, TEXTS[200:250], IDS[200:250], add=True)
    with pytest.raises(SettingsError, match="another run"):
        ask(two, TEXTS[250:], IDS[250:], add=True)
    with index_writing.writing(made, one._manifest), pytest.raises(SettingsError, match="being changed"):
        ask(one, TEXTS[250:], IDS[250:], add=True)
    assert len(Index.open(made, check=True)) == 250


def test_an_index_is_made_in_an_empty_folder_only(tmp_path, made):
    with pytest.raises(SettingsError, match="not an empty folder"):
        Index.create(made)
    with pytest.raises(ModelFormatError, match="holds no index"):
        Index.open(tmp_path / "nowhere")


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a file was executed",))


def change_json(path, **changes):
    content = json.loads((path / "index.json").read_text())
    (path / "index.json").write_text(json.dumps({**content, **changes}))


def segment(path):
    return path / json.loads((path / "index.json").read_text())["segments"][0]["name"]


def relist(path, name):
    """Make index.json agree with a changed file."""
    content = json.loads((path / "index.json").read_text())
    file = segment(path) / f"{name}.npy"
    content["segments"][0]["files"][name] = [file.stat().st_size, index_files.checksum(file)]
    (path / "index.json").write_text(json.dumps(content))


def put(path, name, array):
    np.save(segment(path) / f"{name}.npy", array)
    relist(path, name)


def arrays(path, name):
    return np.load(segment(path) / f"{name}.npy")


def pickled(path):
    (segment(path) / "digest.npy").write_bytes(pickle.dumps(Bomb()))
    relist(path, "digest")


def objects(path):
    np.save(segment(path) / "digest.npy", np.array([Bomb()], object), allow_pickle=True)
    relist(path, "digest")


def cut_off(path):
    file = segment(path) / "set_keys.npy"
    file.write_bytes(file.read_bytes()[:-9])


def flipped(path):
    file = segment(path) / "set_keys.npy"
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)


HOSTILE = {
    "a pickle": pickled,
    "an array of objects": objects,
    "a file cut off": cut_off,
    "a flipped bit": flipped,
    "a missing file": lambda path: (segment(path) / "band-003.npy").unlink(),
    "a missing segment": lambda path: shutil.rmtree(segment(path)),
    "no JSON": lambda path: (path / "index.json").write_text("{"),
    "deep JSON": lambda path: (path / "index.json").write_text("[" * 100_000),
    "another JSON": lambda path: (path / "index.json").write_text("[1, 2]"),
    "bytes": lambda path: (path / "index.json").write_bytes(b"\xff\xfe\0"),
    "a newer format": lambda path: change_json(path, format=2),
    "an older format": lambda path: change_json(path, format=0),
    "a path out of the folder": lambda path: change_json(path, segments=[{"name": "../../etc", "texts": 1, "files": {}}]),
    "segments of the wrong form": lambda path: change_json(path, segments={"a": 1}),
    "no files": lambda path: change_json(path, segments=[{"name": "segment-000001", "texts": 1, "files": {}}]),
    "other bands": lambda path: change_json(path, bands=[1, 1]),
    "odd settings": lambda path: change_json(path, settings={"shingle": "x"}),
    "a wild setting": lambda path: change_json(path, settings={"shingle": 5, "slots": 10**12, "slot_bits": 32, "recall": 0.995, "masked": False}),
    "a wild threshold": lambda path: change_json(path, threshold="0.8; rm"),
    "ends that do not rise": lambda path: put(path, "id_end", arrays(path, "id_end")[::-1].copy()),
    "rows that are not there": lambda path: put(path, "digest_row", arrays(path, "digest_row") + 10**6),
    "starts behind the end": lambda path: put(path, "set_start", arrays(path, "set_start") * 1000),
    "another type": lambda path: put(path, "set_start", arrays(path, "set_start").astype(float)),
    "another shape": lambda path: put(path, "digest", arrays(path, "digest").reshape(-1)),
    "bands that name rows that are not there": lambda path: [put(path, f"band-{band:03}", arrays(path, f"band-{band:03}") | np.uint64(0xFFFFFFFF)) for band in range(21)],
}  # fmt: skip


@pytest.mark.parametrize("damage", HOSTILE)
def test_a_damaged_or_hostile_index_is_refused(made, damage):
    HOSTILE[damage](made)
    with pytest.raises(ModelFormatError) as error:
        ask(Index.open(made), [*TEXTS[:90], *TEXTS[200:]], [*IDS[:90], *IDS[200:]])
    assert "index" in str(error.value)
    assert str(made) in str(error.value)


@pytest.fixture(scope="module")
def small_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "index"
    index = Index.create(folder, settings=DuplicateSettings(slots=32))
    ask(index, ["a b c d e f g", "short"], ["a", "b"], add=True)
    return folder


@settings(max_examples=60)
@given(st.data())
def test_any_flipped_byte_is_refused_or_harmless(small_index, data):
    files = sorted(path for path in small_index.rglob("*") if path.is_file() and path.stat().st_size)
    path = data.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    whole = bytes(content)
    content[at] ^= data.draw(st.integers(1, 255))
    try:
        path.write_bytes(content)
        index = Index.open(small_index)
        assert path.name == "index.json"  # only names and the like can change unnoticed there
        ask(index, ["a b c d e f g"], ["x"])
    except (ModelFormatError, SettingsError) as error:
        assert str(error)
    finally:
        path.write_bytes(whole)
