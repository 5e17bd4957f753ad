"""What identifies a run: its plan is reused if nothing has changed, and refused otherwise."""

import json
from importlib.metadata import version

import pytest

from detector.corpus.earlier_runs import EarlierRun
from detector.corpus.formats.documents import Piece
from detector.corpus.inputs import Input
from detector.corpus.manifest import PLAN, plan_for, run_id, settings_of
from detector.corpus.run_spec import RunSpec
from detector.corpus.survey import NOTHING_SEEN, Survey
from detector.errors import SettingsError
from detector.settings import Columns, CorpusSettings, Settings
from detector.version import __version__

A = Input("/data/a.jsonl", "a.jsonl", "jsonl", 9, 5)
B = Input("/data/b.jsonl", "b.jsonl", "jsonl", 7, 6)
BROKEN = Input("/data/c.txt", "c.txt", "page", fault="it is not a regular file")
SURVEYS = {
    A.path: Survey("aa", ((0, 0), (4, 1)), (Piece(0, 4, "x"), Piece(4, 9, "y"))),
    B.path: Survey("bb", ((0, 0),), (Piece(0, 7, "z"),)),
    BROKEN.path: NOTHING_SEEN,
}


class Surveyor:
    """Surveys files and counts the calls."""

    def __init__(self, **changed):
        self.calls, self.surveys = 0, SURVEYS | changed

    def __call__(self, inputs):
        self.calls += 1
        return [self.surveys[input.path] for input in inputs]


@pytest.fixture
def spec(tmp_path):
    return RunSpec(tmp_path, corpus=CorpusSettings(shard_bytes=4))


def test_a_manifest_names_each_input_with_its_bytes_or_its_fault(spec):
    plan = plan_for(spec, [A, B, BROKEN], Surveyor())
    assert plan.manifest["inputs"] == [
        {"name": "a.jsonl", "bytes": 9, "blake2b": "aa"},
        {"name": "b.jsonl", "bytes": 7, "blake2b": "bb"},
        {"name": "c.txt", "fault": "it is not a regular file"},
    ]
    assert "since" not in plan.manifest
    parts = [(part.name, part.first, part.fault) for shard in plan.shards for part in shard.parts]
    assert parts == [("a.jsonl", 0, ""), ("a.jsonl", 1, ""), ("b.jsonl", 0, ""), ("c.txt", 0, BROKEN.fault)]


def test_a_stopped_run_goes_on_without_reading_its_files_again(spec):
    first, again = Surveyor(), Surveyor()
    plan = plan_for(spec, [A, B, BROKEN], first)
    assert plan_for(spec, [A, B, BROKEN], again) == plan
    assert (first.calls, again.calls) == (1, 0)


@pytest.mark.parametrize(
    "changed",
    [A._replace(time=8), A._replace(size=10), A._replace(name="x.jsonl"), A._replace(path="/new/a.jsonl")],
)
def test_a_file_that_may_have_changed_is_read_again(spec, changed):
    plan_for(spec, [A, B], Surveyor())
    surveyor = Surveyor(**{"/new/a.jsonl": SURVEYS[A.path]})
    if (changed.size, changed.name) == (A.size, A.name):  # the same bytes: the run goes on
        plan_for(spec, [changed, B], surveyor)
    else:
        with pytest.raises(SettingsError, match="unfinished run with other inputs or settings"):
            plan_for(spec, [changed, B], surveyor)
    assert surveyor.calls == 1


def test_other_bytes_and_other_settings_are_another_run(spec):
    plan_for(spec, [A, B], Surveyor())
    said = rf"^{spec.folder().path} has an unfinished run with other inputs or settings: repeat the command"
    with pytest.raises(SettingsError, match=said):
        plan_for(spec, [A._replace(time=8), B], Surveyor(**{A.path: SURVEYS[A.path]._replace(hash="other")}))
    with pytest.raises(SettingsError, match=said):
        plan_for(spec, [A], Surveyor())
    with pytest.raises(SettingsError, match=said):
        plan_for(spec._replace(settings=Settings(threshold=0.5)), [A, B], Surveyor())


def test_the_loss_limit_may_change_between_two_runs(spec):
    plan = plan_for(spec, [A, B], Surveyor())
    gentler = CorpusSettings(shard_bytes=4, most_lost=1.0, least_pages=7, allow=("a.example",))
    assert plan_for(spec._replace(corpus=gentler), [A, B], Surveyor()) == plan


def test_what_determines_the_output_is_in_the_manifest(spec):
    found = settings_of(spec)
    assert (found["format"], found["detector"]) == (2, __version__)
    assert found["packages"]["numpy"] == version("numpy")
    assert found["corpus"]["shard_bytes"] == 4
    assert not {"most_lost", "least_pages", "allow"} & found["corpus"].keys()
    assert json.loads(json.dumps(found)) == found
    for other in (
        spec._replace(columns=Columns(text="body")),
        spec._replace(to="csv"),
        spec._replace(lines="column"),
        spec._replace(format="html"),
        spec._replace(csv_safe=True),
        spec._replace(settings=Settings(cut_headlines=False)),
    ):
        assert settings_of(other) != found


def test_a_run_that_goes_on_from_others_names_them(spec, tmp_path):
    spec = spec._replace(
        since=(EarlierRun(tmp_path / "old", "0123", ()), EarlierRun(tmp_path / "new", "4567", ()))
    )
    plan = plan_for(spec, [A], Surveyor())
    assert plan.manifest["since"] == ["0123", "4567"]


def stored(spec, surveys, files=None):
    """Change the surveys in the plan of a stopped run."""
    plan_for(spec, [A, B], Surveyor())
    path = spec.folder().path / PLAN
    plan = json.loads(path.read_text())
    plan["surveys"] = surveys
    path.write_text(json.dumps(plan))


WHOLE = ["bb", [[0, 0]], [[0, 7, "z"]]]


@pytest.mark.parametrize(
    ("starts", "pieces"),
    [
        ([], 0),
        ([[1, 0]], 1),
        ([[0, 1]], 1),
        ([[0, 0], [0, 1]], 2),
        ([[0, 0], [4, 2], [3, 3]], 3),
        ([[0, 0], [4, 2], [6, 1]], 3),
        ([[0, 0], [4, 1]], 1),
        ([[0, 0], [4, 1]], 3),
    ],
)
def test_parts_that_do_not_follow_each_other_are_refused(spec, starts, pieces):
    stored(spec, [["aa", starts, [[at, at + 1, "x"] for at in range(pieces)]], WHOLE])
    with pytest.raises(
        SettingsError, match=r"plan\.json is damaged .*: the parts of a file are not consecutive"
    ):
        plan_for(spec, [A, B], Surveyor())


@pytest.mark.parametrize(
    ("starts", "pieces"), [([[0, 0], [4, 0], [6, 0]], 3), ([[0, 0], [4, 1]], 2), ([[0, 0], [4, 1]], 0)]
)
def test_parts_that_follow_each_other_are_taken(spec, starts, pieces):
    """A part may begin with the same record as the part before it, if that one has only blank lines."""
    stored(spec, [["aa", starts, [[at, at + 1, "x"] for at in range(pieces)]], WHOLE])
    surveyor = Surveyor()
    assert plan_for(spec, [A, B], surveyor).manifest["inputs"][0]["blake2b"] == "aa"
    assert surveyor.calls == 0


def test_a_plan_without_all_surveys_is_made_again(spec):
    plan = plan_for(spec, [A, B], Surveyor())
    stored(spec, [WHOLE])
    surveyor = Surveyor()
    assert plan_for(spec, [A, B], surveyor) == plan
    assert surveyor.calls == 1


@pytest.mark.parametrize("content", ["{}", "[]", '{"manifest": {}, "files": 1, "surveys": []}', "no JSON"])
def test_a_damaged_plan_is_refused(spec, content):
    plan_for(spec, [A], Surveyor())
    (spec.folder().path / PLAN).write_text(content)
    with pytest.raises(SettingsError, match=r"plan\.json is damaged"):
        plan_for(spec, [A], Surveyor())


def with_kind(kind):
    return Input(f"/data/a.{kind}", f"a.{kind}", kind, 3)


@pytest.mark.parametrize(
    ("kind", "to", "said"),
    [
        ("page", "same", "a file of text"),
        ("warc", "same", "a WET file"),
        ("jsonl", "text", "a file of text"),
        ("csv", "warc.gz", "a WET file"),
    ],
)
def test_lines_need_an_output_with_columns(spec, kind, to, said):
    surveyor = Surveyor()
    with pytest.raises(SettingsError, match=f"a.{kind} becomes {said}, which has no columns: use --to jsonl"):
        plan_for(
            spec._replace(lines="column", to=to), [A._replace(kind="jsonl"), with_kind(kind)][1:], surveyor
        )
    assert surveyor.calls == 0
    surveyor = Surveyor(**{f"/data/a.{kind}": NOTHING_SEEN})
    plan_for(spec._replace(lines="sidecar", to=to), [with_kind(kind)], surveyor)


@pytest.mark.parametrize(
    ("kind", "to"), [("page", "jsonl"), ("warc", "parquet"), ("jsonl", "same"), ("csv", "csv.gz")]
)
def test_outputs_with_columns_have_one_for_lines(spec, kind, to):
    surveyor = Surveyor(**{f"/data/a.{kind}": NOTHING_SEEN})
    assert plan_for(spec._replace(lines="column", to=to), [with_kind(kind)], surveyor).shards


def test_the_id_of_a_run_is_that_of_its_manifest():
    first = run_id({"a": 1, "b": {"c": "\ud800", "d": 2}})
    assert first == run_id({"b": {"d": 2, "c": "\ud800"}, "a": 1})
    assert first != run_id({"a": 2, "b": {"c": "\ud800", "d": 2}})
    assert len(first) == 16
    assert int(first, 16) >= 0
