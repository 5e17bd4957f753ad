"""An index that is damaged or hostile is refused, never executed."""

import json
import pickle
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector import DuplicateSettings
from detector.errors import ModelFormatError, SettingsError
from detector.near_duplicates.index import files as index_files
from detector.near_duplicates.index.index import DuplicateIndex
from tests.near_duplicates.made import IDS, TEXTS, ask


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
    "a setting of another type": lambda path: change_json(path, settings={"shingle": 5, "slots": 128, "slot_bits": 32, "recall": 0.995, "masked": [1]}),
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
        ask(DuplicateIndex.open(made), [*TEXTS[:90], *TEXTS[200:]], [*IDS[:90], *IDS[200:]])
    assert "index" in str(error.value)
    assert str(made) in str(error.value)


@pytest.fixture(scope="module")
def small_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "index"
    index = DuplicateIndex.create(folder, settings=DuplicateSettings(slots=32))
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
        index = DuplicateIndex.open(small_index)
        assert path.name == "index.json"  # only names and the like can change unnoticed there
        ask(index, ["a b c d e f g"], ["x"])
    except (ModelFormatError, SettingsError) as error:
        assert str(error)
    finally:
        path.write_bytes(whole)
