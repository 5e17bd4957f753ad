"""A run over new pages only that continues a finished one."""

import json
import shutil

import pytest

from detector import clean_corpus
from detector.cli.main import run as command
from detector.corpus.earlier_runs import earlier_runs
from detector.corpus.manifest import settings_of
from detector.corpus.restore import stored_records
from detector.corpus.run import Resources, run
from detector.engines.in_process import InProcess
from detector.engines.processes import Processes
from detector.errors import SettingsError
from detector.settings import CorpusSettings, EngineSettings, RecordSettings
from tests.corpus.made import everything, page, read_jsonl, records, write_jsonl
from tests.corpus.test_run import StopsAfter

RULES = {"shard_bytes": 20_000, "keep": "longest"}
ENGINE = EngineSettings("process")
# On one old page and on six new ones: only together are they evidence.
NOTICE = """All photographs on this page were taken by the author.
The next issue of the Valley Post comes out on Friday.
Tell us what you think about this story.
The editors thank everyone who helped with this story."""


def rows():
    """Old pages, and new ones of the same two sites and of a third."""
    found = records(36)
    old, new = found[:24], found[24:]
    with_notice = [old[0], *new[::2]]
    for row in with_notice:
        row["text"] = row["text"].replace("\nPage ", f"\n{NOTICE}\nPage ", 1)
    new.append({**old[3], "id": "again", "url": "https://other.example/x"})
    end = "After it the boats came home, and the lamps on the quay were lit again."
    longer = page(5, 1).replace("\nPage ", f"\n{end}\nPage ", 1)
    new.append({**old[5], "id": "longer", "url": "https://other.example/y", "text": longer})
    alone = [{"id": "alone", "text": page(50 + number)} for number in range(2)]
    return [*old, alone[0]], [*new, alone[1]]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A finished run over the old pages, a run that continues it, and one over all pages."""
    folder = tmp_path_factory.mktemp("since")
    old, new = rows()
    write_jsonl(folder / "old.jsonl", old)
    write_jsonl(folder / "new.jsonl", new)
    rules = CorpusSettings(**RULES)
    clean_corpus([folder / "old.jsonl"], folder / "old", corpus=rules, engine=ENGINE)
    before = everything(folder / "old")
    clean_corpus([folder / "new.jsonl"], folder / "new", corpus=rules, engine=ENGINE, since=folder / "old")
    assert everything(folder / "old") == before
    inputs = [folder / "old.jsonl", folder / "new.jsonl"]
    clean_corpus(inputs, folder / "all", corpus=rules, engine=ENGINE)
    return folder


def lines_of(folder):
    return {record.id: (record.scores, record.kept) for record in stored_records(folder)}


def test_new_pages_are_judged_as_in_a_run_over_all_pages(place):
    old, new, whole = (lines_of(place / name) for name in ("old", "new", "all"))
    # The second of two documents with the same id is named after its file.
    assert {**new, "alone": whole["alone"]} == {**{name: whole[name] for name in new}}
    assert len(new) == len(rows()[1])
    assert any(old[name] != whole[name] for name in old if name != "alone")


def test_documents_of_the_old_run_stay(place):
    found = {row["id"]: row for row in read_jsonl(place / "new", "duplicates.jsonl")}
    run_of_old = json.loads((place / "old" / "manifest.json").read_text())["run"]
    assert {name: row["duplicate_of"] for name, row in found.items()} == {
        "again": "page-3",
        "longer": "page-5",
    }
    assert {row["run"] for row in found.values()} == {run_of_old}
    assert found["again"]["similarity"] == 1
    assert not {"again", "longer"} & {row["id"] for row in read_jsonl(place / "new" / "data")}
    assert json.loads((place / "new" / "manifest.json").read_text())["since"] == [run_of_old]


def test_the_report_says_which_old_decisions_would_change(place):
    found = json.loads((place / "new" / "report.json").read_text())["since"]
    old, whole = lines_of(place / "old"), lines_of(place / "all")
    changed = {name for name in old if name != "alone" and old[name][1] != whole[name][1]}
    lines = sum(
        one != other for name in changed for one, other in zip(old[name][1], whole[name][1], strict=True)
    )
    assert found["pages_judged_again"] == 24
    assert found["pages_that_would_change"] == len(changed) > 0
    assert found["lines_that_would_go"] + found["lines_that_would_stay"] == lines == len(found["examples"])
    assert {row["id"] for row in found["examples"]} == changed
    # The longer copy would stay, and the old page would go.
    assert found["documents_that_would_go"] == 1
    assert [row["id"] for row in found["documents_listed"]] == ["page-5"]
    assert (found["documents"], found["duplicates_of_them"]) == (25, 2)
    assert "Runs before" in (place / "new" / "report.html").read_text()


@pytest.fixture
def spec_since(place, spec_of):
    def make(name="out", old="old", **corpus):
        spec = spec_of(name=name, **{**RULES, **corpus})
        return spec._replace(since=earlier_runs(place / old, settings_of(spec), spec.output))

    return make


def test_workers_and_interruptions_change_nothing(place, spec_since, tmp_path):
    given = [str(place / "new.jsonl")]
    run(given, spec_since("one"), InProcess(), Resources(1, 10**9, 100_000_000))
    for tasks in (3, 7):
        with pytest.raises(KeyboardInterrupt):
            run(given, spec_since("two"), StopsAfter(tasks), Resources(1, 10**9, 100_000_000))
    engine = Processes(2)
    run(given, spec_since("two"), engine, Resources(1, 10**9, 1_000))
    engine.close()
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_a_run_goes_on_from_one_that_went_on(place, spec_since, tmp_path):
    more = [{**rows()[1][0], "id": "third", "url": "https://third.example/"}, *records(44)[40:]]
    path = write_jsonl(tmp_path / "more.jsonl", more)
    spec = spec_since("third", old="new")
    assert [one.folder.name for one in spec.since] == ["old", "new"]
    run([str(path)], spec, InProcess(), Resources(1, 10**9, 100_000_000))
    (gone,) = read_jsonl(spec.output, "duplicates.jsonl")
    assert (gone["id"], gone["duplicate_of"]) == ("third", rows()[1][0]["id"])
    rules = CorpusSettings(**RULES)
    inputs = [place / "old.jsonl", place / "new.jsonl", path]
    clean_corpus(inputs, tmp_path / "all", corpus=rules, engine=ENGINE)
    found, whole = lines_of(spec.output), lines_of(tmp_path / "all")
    assert found == {name: whole[name] for name in found}


def test_containment(tmp_path):
    """A new page that contains an old one would replace it; one that an old page contains goes."""
    rules = CorpusSettings(near_duplicates="containment")
    text = {number: page(number) for number in range(4)}
    write_jsonl(
        tmp_path / "old.jsonl", [{"id": "both", "text": text[0] + text[1]}, {"id": "two", "text": text[2]}]
    )
    write_jsonl(
        tmp_path / "new.jsonl", [{"id": "one", "text": text[1]}, {"id": "more", "text": text[2] + text[3]}]
    )
    clean_corpus([tmp_path / "old.jsonl"], tmp_path / "old", corpus=rules, engine=ENGINE)
    outcome = clean_corpus(
        [tmp_path / "new.jsonl"], tmp_path / "new", corpus=rules, engine=ENGINE, since=tmp_path / "old"
    )
    assert [row["id"] for row in read_jsonl(tmp_path / "new" / "data")] == ["more"]
    assert [row["id"] for row in outcome.report["since"]["documents_listed"]] == ["two"]


def refused(place, tmp_path, old, **options):
    rules = CorpusSettings(**{**RULES, **options})
    with pytest.raises(SettingsError) as error:
        clean_corpus([place / "new.jsonl"], tmp_path / "out", corpus=rules, engine=ENGINE, since=old)
    assert not (tmp_path / "out").exists()
    return str(error.value)


def test_other_settings_are_refused_by_name(place, tmp_path):
    said = refused(place, tmp_path, place / "old", duplicates=0.7)
    assert "corpus.duplicates is 0.8 there, and 0.7 here" in said
    assert str(place / "old") in said


def test_settings_that_change_no_old_decision_may_differ(place, tmp_path):
    outcome = clean_corpus(
        [place / "new.jsonl"],
        tmp_path / "out",
        corpus=CorpusSettings(**{**RULES, "shard_bytes": 9_000, "index": False}),
        records=RecordSettings(to="csv", lines="none"),
        engine=ENGINE,
        since=place / "old",
    )
    assert outcome.report["since"]["documents"] == 25
    assert not (tmp_path / "out" / "index").exists()
    said = refused(place, tmp_path / "next", tmp_path / "out")
    assert "has no index/" in said
    assert "index = false" in said


def changed_copy(place, tmp_path, change):
    shutil.copytree(place / "old", tmp_path / "copy")
    change(tmp_path / "copy")
    return tmp_path / "copy"


def other_version(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["settings_of"]["detector"] = "0.1"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def cut(name):
    return lambda folder: (folder / "index" / name).write_bytes((folder / "index" / name).read_bytes()[:-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (other_version, "was made by version 0.1"),
        (lambda folder: (folder / "manifest.json").unlink(), "holds no finished run"),
        (lambda folder: shutil.rmtree(folder / "index"), "has no index/"),
        (cut("clean/00001/text.bin"), "text.bin is damaged"),
        (cut("count/00000/pages.zst"), "pages.zst is damaged"),
        (
            lambda folder: (folder / "index" / "sketches" / "00000" / "keys.npy").unlink(),
            "keys.npy is missing",
        ),
        (lambda folder: (folder / "index" / "index.json").write_text("{"), "index.json is damaged"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "manifest.json is damaged"),
    ],
)
def test_runs_that_cannot_be_continued_are_refused(place, tmp_path, change, message):
    assert message in refused(place, tmp_path, changed_copy(place, tmp_path, change))


def test_a_chain_that_was_replaced_is_refused(place, tmp_path):
    for name in ("old", "new"):
        shutil.copytree(place / name, tmp_path / name)
    manifest = json.loads((tmp_path / "old" / "manifest.json").read_text())
    (tmp_path / "old" / "manifest.json").write_text(json.dumps({**manifest, "run": "another"}))
    assert "another run is now" in refused(place, tmp_path, tmp_path / "new")
    assert "is the output folder itself" in refused(place, tmp_path, tmp_path / "out")


def test_the_command(place, tmp_path, capfd):
    (tmp_path / "rules.toml").write_text('shard_bytes = 20000\nkeep = "longest"\n')
    rules = ["--rules", str(tmp_path / "rules.toml"), "--engine", "process"]
    given = ["clean", str(place / "new.jsonl"), "--output", str(tmp_path / "out"), *rules]
    assert command([*given, "--since", str(place / "old")]) == 0
    said = capfd.readouterr().err
    assert "25 documents of 1 earlier run stay" in said
    assert "of 24 earlier pages judged again" in said
    assert everything(tmp_path / "out" / "data") == everything(place / "new" / "data")
    assert command([*given, "--since", str(tmp_path / "nothing")]) == 2
    assert "holds no finished run" in capfd.readouterr().err
