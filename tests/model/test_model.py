"""Model files: bit-equal after saving and loading, and incomplete ones are refused."""

import copy
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.train.model_info import default_info
from detector.detector import Detector
from detector.errors import ModelFormatError, SettingsError
from detector.model.files import (
    ARRAYS_FILE,
    CONFIG_FILE,
    DEFAULT,
    FORMAT,
    arrays_of,
    default_model,
    load,
    save,
)
from detector.model.info import CARD_FILE, DATA_FILE, MEASURES_FILE, ModelInfo
from detector.sites.profile import SiteProfile


@pytest.fixture
def folder(tmp_path):
    save(default_model(), tmp_path / "model")
    return tmp_path / "model"


def test_saving_and_loading_changes_no_bit(folder):
    model, again = default_model(), load(folder)
    assert again.model_id == model.model_id
    theirs = arrays_of(again)
    for name, array in arrays_of(model).items():
        assert (theirs[name] == array).all(), name


def test_saving_over_a_model_replaces_it(folder):
    save(default_model(), folder)
    assert load(folder).model_id == default_model().model_id
    assert sorted(path.name for path in folder.parent.iterdir()) == ["model"]


def test_the_default_model_is_small():
    assert sum(path.stat().st_size for path in DEFAULT.iterdir()) < 6_000_000


@pytest.mark.parametrize("format", [1, 5, 7])
def test_a_model_of_another_format_is_refused_by_its_number(folder, format):
    _change_config(folder, format=format)
    with pytest.raises(ModelFormatError, match=f"has format {format}; .* reads {FORMAT}: train"):
        load(folder)


def test_a_model_without_sites_refuses_a_profile(folder):
    with np.load(folder / ARRAYS_FILE) as stored:
        arrays = {name: stored[name] for name in stored.files if "_site_" not in name}
    np.savez(folder / ARRAYS_FILE, **arrays)
    assert load(folder).text.site is load(folder).html.site is None
    with pytest.raises(SettingsError, match="trained without sites"):
        Detector(folder, profile=SiteProfile.learn(["Home\nOne", "Home\nTwo", "Home\nThree"]))


def test_a_model_carries_its_card_data_measures_and_licence(folder):
    info = load(folder).info
    assert info == default_model().info
    assert info.card.startswith("# Model card")
    assert info.licence == "Apache-2.0"
    assert {one["name"] for one in info.data["sets"]} >= {"wcxb-dev", "daniel", "fundus"}
    assert all(len(one["sha256"]) == 64 and one["licence"] for one in info.data["sets"])
    assert 0.8 < info.measures["words_f1"]["wcxb-dev"]["html"] < 1


def test_the_info_of_the_default_model_is_that_of_the_results():
    assert default_model().info == default_info()


def test_a_model_without_a_card_gets_one(tmp_path):
    replace(default_model(), info=ModelInfo(data={"adapted_from": "abc"})).save(tmp_path / "bare")
    card = load(tmp_path / "bare").info.card
    assert "adapted from the model abc" in card
    assert default_model().model_id in card


def test_a_pickled_default_model_is_its_name():
    model = default_model()
    packed = pickle.dumps(Detector())
    assert len(packed) < 1000
    assert pickle.loads(packed).model is model
    assert copy.deepcopy(model) is model


def test_a_pickled_default_model_of_another_version_is_refused():
    packed = pickle.dumps(default_model()).replace(default_model().model_id.encode(), b"0123456789abcdef")
    with pytest.raises(ModelFormatError, match="install the same version"):
        pickle.loads(packed)


def test_any_other_model_is_pickled_whole(folder):
    again = pickle.loads(pickle.dumps(load(folder)))
    assert again.model_id == default_model().model_id
    assert Detector(again).clean("a page") == Detector().clean("a page")


def _change_config(folder, **changes):
    path = folder / CONFIG_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _change_array(folder, name, change):
    with np.load(folder / ARRAYS_FILE) as stored:
        arrays = {key: stored[key] for key in stored.files}
    arrays[name] = change(arrays[name])
    np.savez(folder / ARRAYS_FILE, **arrays)


DAMAGES = {
    "no folder": lambda folder: folder.rename(folder.with_name("elsewhere")),
    "no config": lambda folder: (folder / CONFIG_FILE).unlink(),
    "no arrays": lambda folder: (folder / ARRAYS_FILE).unlink(),
    "config is no JSON": lambda folder: (folder / CONFIG_FILE).write_text("{"),
    "config is a list": lambda folder: (folder / CONFIG_FILE).write_text("[]"),
    "config is binary": lambda folder: (folder / CONFIG_FILE).write_bytes(b"\xff\xfe\x00"),
    "no card": lambda folder: (folder / CARD_FILE).unlink(),
    "no data manifest": lambda folder: (folder / DATA_FILE).unlink(),
    "measures are no JSON": lambda folder: (folder / MEASURES_FILE).write_text("{"),
    "measures are a list": lambda folder: (folder / MEASURES_FILE).write_text("[]"),
    "a card of bytes": lambda folder: (folder / CARD_FILE).write_bytes(b"\xff\xfe\x00"),
    "a huge card": lambda folder: (folder / CARD_FILE).write_text("a" * 1_000_001),
    "licence is a number": lambda folder: _change_config(folder, licence=1),
    "newer format": lambda folder: _change_config(folder, format=99),
    "other columns": lambda folder: _change_config(folder, columns={"text_first": ["a"]}),
    "arrays cut off": lambda folder: (folder / ARRAYS_FILE).write_bytes(
        (folder / ARRAYS_FILE).read_bytes()[:5000]
    ),
    "arrays empty": lambda folder: (folder / ARRAYS_FILE).write_bytes(b""),
    "a pickle": lambda folder: (folder / ARRAYS_FILE).write_bytes(pickle.dumps(["hostile"])),
    "pickled objects": lambda folder: _change_array(
        folder, "text_first_out", lambda array: array.astype(object)
    ),
    "other shape": lambda folder: _change_array(folder, "text_first_out", lambda array: array[:-1]),
    "not finite": lambda folder: _change_array(folder, "html_second_mean", lambda array: array * np.nan),
    "calibration falls": lambda folder: _change_array(folder, "text_share", lambda array: array[::-1]),
    "half a step for sites": lambda folder: _change_array(
        folder, "text_site_hidden", lambda array: array[:, :-1]
    ),
    "too many buckets": lambda folder: _change_array(
        folder, "phrases_bucket", lambda array: np.tile(array, 2)
    ),
    "huge": lambda folder: np.savez(folder / ARRAYS_FILE, huge=np.zeros(70_000_000, np.uint8)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_anything_but_a_whole_model_is_refused(folder, damage):
    DAMAGES[damage](folder)
    with pytest.raises(ModelFormatError) as error:
        load(folder)
    assert len(str(error.value)) > 20


def test_a_model_of_other_features_is_told_which(folder):
    columns = json.loads((folder / CONFIG_FILE).read_text())["columns"]
    columns["text_first"] = [name for name in columns["text_first"] if name != "bullet"] + ["log_digits"]
    columns = {table: [name for name in names if name != "bullet"] for table, names in columns.items()}
    _change_config(folder, columns=columns)
    with pytest.raises(ModelFormatError, match=r"it lacks bullet; it also has log_digits\): train it again"):
        load(folder)
