"""A run with a folder resumes where it was stopped, with bounded memory and the same result."""

import json

import pytest

from benchmarks.data.planted.documents import PlantedDocuments
from detector import DuplicateSettings, find_duplicates
from detector.errors import SettingsError
from detector.near_duplicates import find

TEXTS = [text for _, text in PlantedDocuments(250, seed=8).documents()]


class StoppedError(Exception):
    pass


def stopper(step, after):
    def progress(name, done, total):
        if name == step and done >= after:
            raise StoppedError

    return progress


@pytest.fixture
def wanted():
    return find_duplicates(TEXTS, 0.6)


def same(found, wanted):
    assert list(found.pairs) == list(wanted.pairs)
    assert dict(found.removed) == dict(wanted.removed)
    assert found.groups == wanted.groups


@pytest.mark.parametrize(
    ("step", "after"), [("sketching", 1), ("sketching", 200), ("comparing", 1), ("comparing", 9)]
)
@pytest.mark.parametrize("give", [list, iter])
def test_a_stopped_run_goes_on(tmp_path, monkeypatch, wanted, step, after, give):
    monkeypatch.setattr(find, "NOTE_EVERY", 50)
    monkeypatch.setattr("detector.near_duplicates.texts.BATCH_TEXTS", 60)
    chosen = DuplicateSettings(folder=tmp_path / "work")
    with pytest.raises(StoppedError):
        find_duplicates(give(TEXTS), 0.6, settings=chosen, progress=stopper(step, after))
    state = json.loads((tmp_path / "work" / "state.json").read_text())["done"]
    assert state.get("bands", 0) == (after if step == "comparing" else 0)
    seen = []
    found = find_duplicates(
        give(TEXTS), 0.6, settings=chosen, progress=lambda name, done, total: seen.append((name, done))
    )
    same(found, wanted)
    assert (("comparing", 1) in seen) == (step == "sketching")
    same(find_duplicates(give(TEXTS), 0.6, settings=chosen), wanted)


def test_large_groups_survive_a_stop(tmp_path):
    texts = [
        f"{'the same words again and again ' * 9}{number} {number + 1} {number + 2}" for number in range(50)
    ]
    wanted = find_duplicates(texts, 0.5, settings=DuplicateSettings(max_group=8))
    chosen = DuplicateSettings(folder=tmp_path / "work", max_group=8)
    with pytest.raises(StoppedError):
        find_duplicates(texts, 0.5, settings=chosen, progress=stopper("comparing", 4))
    same(find_duplicates(texts, 0.5, settings=chosen), wanted)
    assert wanted.groups


def test_verification_is_cut_to_memory(wanted, monkeypatch):
    monkeypatch.setattr("detector.near_duplicates.jaccard.verification.SHARE", 10_000_000 // 20_000)
    same(find_duplicates(TEXTS, 0.6, settings=DuplicateSettings(memory=10_000_000)), wanted)


def test_arrays_that_do_not_fit_go_to_files(wanted, monkeypatch):
    monkeypatch.setattr(find, "WORKSPACE_SHARE", 10_000_000_000)
    same(find_duplicates(TEXTS, 0.6), wanted)


def test_another_run_in_the_folder_is_refused(tmp_path):
    chosen = DuplicateSettings(folder=tmp_path)
    find_duplicates(TEXTS[:5], settings=chosen)
    with pytest.raises(SettingsError, match="another run"):
        find_duplicates(TEXTS[:6], settings=chosen)
    with pytest.raises(SettingsError, match="another run"):
        find_duplicates(TEXTS[:5], 0.7, settings=chosen)
    other = DuplicateSettings(folder=tmp_path, memory=20_000_000)
    assert find_duplicates(TEXTS[:5], settings=other).kept.size == 5


def test_other_texts_of_the_same_number_are_refused(tmp_path):
    chosen = DuplicateSettings(folder=tmp_path)
    find_duplicates(TEXTS[:5], settings=chosen)
    with pytest.raises(SettingsError, match="other texts"):
        find_duplicates(TEXTS[5:10], settings=chosen)


@pytest.mark.parametrize("damage", ["{", "[]", '{"run": 3}'])
def test_a_damaged_state_is_refused(tmp_path, damage):
    chosen = DuplicateSettings(folder=tmp_path)
    find_duplicates(TEXTS[:5], settings=chosen)
    (tmp_path / "state.json").write_text(damage)
    with pytest.raises(SettingsError, match="delete"):
        find_duplicates(TEXTS[:5], settings=chosen)


def test_a_damaged_array_is_refused(tmp_path):
    chosen = DuplicateSettings(folder=tmp_path)
    find_duplicates(TEXTS[:5], settings=chosen)
    (tmp_path / "keys.npy").write_bytes(b"\x93NUMPY junk")
    with pytest.raises(SettingsError, match="damaged"):
        find_duplicates(TEXTS[:5], settings=chosen)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot be used"):
        find_duplicates(TEXTS[:5], settings=DuplicateSettings(folder=tmp_path / "file" / "in"))
