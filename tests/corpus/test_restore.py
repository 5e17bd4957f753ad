"""Restoring with a goal needs the model that the scores are from."""

import json

import pytest

from detector import Detector, Settings, clean_corpus
from detector.corpus.restore import restored, settings_of
from detector.errors import SettingsError
from detector.settings import EngineSettings
from tests.corpus.made import page, read_jsonl, write_jsonl

GOALS = [{"lose_at_most": 0.001}, {"recall": 0.999}, {"precision": 0.9}]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    rows = [{"id": str(at), "text": page(at), "n": at} for at in range(3)]
    write_jsonl(folder / "in.jsonl", rows)
    clean_corpus([folder / "in.jsonl"], folder / "out", engine=EngineSettings("process"))
    return folder / "out"


@pytest.fixture
def changed(finished):
    """Change the run's record of how it was made; undo the change afterwards."""
    path = finished / "manifest.json"
    whole = path.read_text()

    def change(**values):
        manifest = json.loads(whole)
        manifest["settings_of"].update(values)
        path.write_text(json.dumps(manifest))
        return finished

    yield change
    path.write_text(whole)


@pytest.fixture
def foreign(changed):
    return changed(model="another")


def texts(run, **policy):
    rows = [json.loads(line) for line in restored(run, Detector(settings=Settings(**policy)), False)]
    assert [(row["id"], row["n"]) for row in rows] == [("0", 0), ("1", 1), ("2", 2)]
    return [row["text"] for row in rows]


@pytest.mark.parametrize("goal", GOALS)
def test_a_goal_is_looked_up_in_the_model_of_the_run(finished, goal):
    assert all("people from" in text for text in texts(finished, **goal))


@pytest.mark.parametrize("goal", GOALS)
def test_a_goal_of_another_model_is_refused(foreign, goal):
    said = r"the scores in .*out are those of the model another, and the goal would be looked up in .*: name the run's"
    with pytest.raises(SettingsError, match=said):
        texts(foreign, **goal)


def test_a_threshold_needs_no_model(foreign):
    assert texts(foreign, threshold=1.0) != texts(foreign, threshold=0.0)
    assert texts(foreign)


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        ({"text": "body", "output": "clean"}, "clean"),
        ({"text": "body", "output": None}, "body"),
        ({"text": 7}, "text"),
        ({}, "text"),
        (["text"], "text"),
        (None, "text"),
    ],
)
def test_the_text_goes_to_the_column_of_the_run(changed, columns, target):
    rows = [json.loads(line) for line in restored(changed(columns=columns), None, False)]
    assert [row[target] for row in rows] == [page(at) for at in range(3)]


def test_what_was_decided_is_not_decided_again(finished):
    strict = Detector(settings=Settings(threshold=0.0))
    published = read_jsonl(finished / "data")
    as_decided = [json.loads(line) for line in restored(finished, strict, True)]
    assert [row["text"] for row in as_decided] == [row["text"] for row in published]
    assert texts(finished, threshold=0.0) != [row["text"] for row in published]


def test_what_is_damaged_or_missing_is_named(finished, tmp_path):
    with pytest.raises(SettingsError, match=r"has no finished run: manifest\.json is missing"):
        list(restored(tmp_path, None, False))
    (path,) = (finished / "lines").glob("*.zst")
    whole = path.read_bytes()
    for data in (b"no frame", whole[:-3]):
        path.write_bytes(data)
        with pytest.raises(SettingsError, match=rf"{path.name} is damaged: \w"):
            list(restored(finished, None, False))
    path.write_bytes(whole)
    assert len(list(restored(finished, None, False))) == 3


def test_the_settings_of_a_run_are_those_that_it_was_made_with(finished):
    assert settings_of(finished) == Settings()
