"""Models and profiles are uploaded to a local stand-in for the Hub, and downloaded again."""

import json
from dataclasses import replace

import pytest

import detector
from detector import Detector, SiteProfile
from detector.errors import DetectorError, MissingExtraError, ModelFormatError, SettingsError
from detector.files import hub as hub_files
from detector.model.files import FORMAT, default_model
from detector.model.info import ModelInfo
from tests.model.hub_stand_in import Hub, sha

constants = pytest.importorskip("huggingface_hub.constants")


@pytest.fixture
def hub(monkeypatch, tmp_path):
    found = Hub()
    monkeypatch.setenv("HF_ENDPOINT", found.endpoint)
    monkeypatch.setenv("HF_TOKEN", "hf_a_token_of_nobody")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
    yield found
    found.close()


@pytest.fixture
def model():
    info = ModelInfo("# Our model\n\nKnows ferries.", "MIT", {"sets": ["ferries"]}, {"words_f1": 0.9})
    return replace(default_model(), info=info)


def test_a_model_goes_there_and_comes_back(hub, model):
    address = model.push("hf://ferries/model")
    (files,) = hub.commits["ferries/model"]
    assert address.endswith(f"/commit/{sha(files)}")
    assert set(files) == {"config.json", "arrays.npz", "CARD.md", "README.md", "data.json", "measures.json"}
    assert files["README.md"].startswith(b"---\nlibrary_name: boilerplate-detector\n")
    assert b"license: mit\n" in files["README.md"]
    assert json.loads(files["config.json"])["format"] == FORMAT
    again = detector.load("hf://ferries/model")
    assert again.model_id == model.model_id
    assert again.info == model.info
    assert Detector("hf://ferries/model").clean("a page") == detector.clean("a page")


def test_a_revision_is_what_it_was(hub, model):
    model.push("hf://ferries/model")
    hub.tags["v1"] = sha(hub.commits["ferries/model"][0])
    replace(model, info=replace(model.info, card="# Newer")).push("hf://ferries/model")
    assert detector.load("hf://ferries/model@v1").info.card.startswith("# Our model")
    assert detector.load("hf://ferries/model").info.card == "# Newer"


def test_what_was_fetched_is_not_fetched_again(hub, model, monkeypatch):
    model.push("hf://ferries/model")
    commit = sha(hub.commits["ferries/model"][0])
    detector.load(f"hf://ferries/model@{commit}")
    hub.commits.clear()
    assert detector.load(f"hf://ferries/model@{commit}").model_id == model.model_id


def test_a_profile_goes_there_and_comes_back(hub):
    pages = [
        f"The Harbour Courier\nFerry number {n} left at dawn with {n} guests on board." for n in range(8)
    ]
    profile = SiteProfile.learn(pages, "courier")
    profile.push("hf://ferries/courier")
    (files,) = hub.commits["ferries/courier"]
    assert b"# The template of courier" in files["README.md"]
    again = SiteProfile.load("hf://ferries/courier")
    assert again.show() == profile.pruned().show()
    assert Detector(profile="hf://ferries/courier").clean(pages[0]) == Detector(profile=profile).clean(
        pages[0]
    )


@pytest.mark.parametrize("name", ["hf://ferries", "hf://a/b/c", "hf://a/../b", "hf://", "hf://a b/c"])
def test_a_wrong_address_is_refused(name):
    with pytest.raises(SettingsError, match="write hf://org/name"):
        detector.load(name)


def test_a_repository_that_is_not_there(hub):
    with pytest.raises(ModelFormatError, match="hf://ferries/nothing cannot be downloaded"):
        detector.load("hf://ferries/nothing")


def test_a_repository_of_something_else(hub):
    hub.commits["ferries/cats"] = [{"cats.txt": b"cats", "README.md": b"cats"}]
    with pytest.raises(ModelFormatError, match="not a model"):
        detector.load("hf://ferries/cats")
    with pytest.raises(ModelFormatError, match=r"does not exist|not a profile"):
        SiteProfile.load("hf://ferries/cats")


def test_too_much_is_not_fetched(hub, model, monkeypatch):
    hub.commits["ferries/huge"] = [{"config.json": b"{}", "arrays.npz": bytes(1000)}]
    with pytest.raises(ModelFormatError, match="1,002 bytes"):
        hub_files.fetch_folder("hf://ferries/huge", ("config.json", "arrays.npz"), 1001)


def test_a_server_that_refuses_says_why(hub, model):
    hub.read_only = True
    with pytest.raises(SettingsError, match="hf://ferries/model cannot be written"):
        model.push("hf://ferries/model")


def test_no_server(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DetectorError, match=r"cannot be downloaded from http://127\.0\.0\.1:9"):
        detector.load("hf://ferries/model")


def test_without_the_extra(monkeypatch):
    monkeypatch.setattr("detector.extras.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"boilerplate-detector\[hub\]"):
        detector.load("hf://ferries/model")
