"""A corpus run from input to output."""

import json
import random
from pathlib import Path

import pytest

from detector.corpus.restore import restored, settings_of, stored_records
from detector.corpus.run import Resources, run
from detector.corpus.steps.clean import is_titled
from detector.detector import Detector, Page
from detector.engines.in_process import InProcess
from detector.engines.processes import Processes
from detector.errors import SettingsError
from detector.features.schema import SITE_CODE
from detector.settings import Settings
from tests.corpus.made import everything, page, read_jsonl, story, write_jsonl

ROOT = Path(__file__).parent.parent.parent


def test_stories_stay_and_templates_go(clean, pages, tmp_path):
    out, outcome = clean(write_jsonl(tmp_path / "in" / "pages.jsonl", pages))
    rows = read_jsonl(out / "data")
    assert [row["id"] for row in rows] == [row["id"] for row in pages]
    for number, row in enumerate(rows):
        assert all(line in row["text"] for line in story(number)[1:])
        assert "All rights reserved" not in row["text"]
        assert row["url"] == pages[number]["url"]
        assert row["date"] == pages[number]["date"]
        assert row["detector_verdict"]
        assert 0 <= row["detector_content_share"] <= 1
    assert outcome.published
    assert outcome.report["total"]["kept"] == len(pages)
    assert {row["name"] for row in outcome.report["by_site"]} == {"site0.example", "site1.example"}
    assert not (out / ".run").exists()


def test_near_duplicates_of_what_stays_go(clean, pages, tmp_path):
    again = {**pages[3], "id": "again", "url": "https://other.example/x"}
    again["text"] = (
        again["text"].replace("Home", "Start").replace("until the rain began.", "until it rained.", 1)
    )
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", [*pages, again]))
    assert "again" not in {row["id"] for row in read_jsonl(out / "data")}
    found = [json.loads(line) for line in (out / "duplicates.jsonl").read_text().splitlines()]
    assert [(row["id"], row["duplicate_of"]) for row in found] == [("again", "page-3")]
    assert 0.8 <= found[0]["similarity"] < 1
    assert outcome.report["total"]["duplicates"] == 1
    kept, _ = clean(tmp_path / "pages.jsonl", name="kept", duplicates=0)
    assert "again" in {row["id"] for row in read_jsonl(kept / "data")}
    assert not (kept / "duplicates.jsonl").exists()


def test_kept_and_dropped_are_all(clean, pages, tmp_path):
    texts = [*(row["text"] for row in pages), "a\r\nb\rc\n\n", "", "lone \ud800 surrogate\n", "no end"]
    rows = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", rows))
    back = [json.loads(line) for line in restored(out, None, False)]
    assert [row["text"] for row in back] == texts
    assert [row["id"] for row in back] == [row["id"] for row in rows]


def test_stored_scores_give_the_clean_text_again(clean, pages, tmp_path):
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", pages), duplicates=0)
    written = [row["text"] for row in read_jsonl(out / "data")]
    detector = Detector()
    for as_decided in (True, False):
        again = [json.loads(line)["text"] for line in restored(out, detector, as_decided)]
        assert again == written


def test_html_is_restored_line_by_line(clean, tmp_path):
    folder = tmp_path / "site"
    for number in range(4):
        body = "".join(f"<p>{line}</p>" for line in page(number).split("\n"))
        (folder / "a").mkdir(parents=True, exist_ok=True)
        (folder / "a" / f"{number}.html").write_text(f"<html><body>{body}</body></html>")
    out, _ = clean(folder, duplicates=0)
    back = [json.loads(line) for line in restored(out, None, False)]
    assert [row["text"] for row in back] == [page(number) for number in range(4)]
    again = [json.loads(line)["text"] for line in restored(out, Detector(), True)]
    written = [(out / "data" / "a" / f"{number}.txt").read_text().removesuffix("\n") for number in range(4)]
    assert again == written


def test_another_order_of_inputs_and_other_workers_give_the_same_bytes(clean, pages, tmp_path):
    files = []
    for number in range(4):
        rows = pages[number * 10 : number * 10 + 10]
        files.append(write_jsonl(tmp_path / "in" / f"{number}.jsonl", rows))
    one, _ = clean(*files, name="one")
    random.Random(3).shuffle(files)
    two, _ = clean(*files, name="two", engine=Processes(2), memory=1_000)
    assert everything(one) == everything(two)


def test_a_finished_run_is_not_done_again(clean, pages, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    out, first = clean(path)
    before = everything(out)
    _, second = clean(path)
    assert second.published
    assert second.report == json.loads(json.dumps(first.report))
    assert everything(out) == before
    write_jsonl(path, pages[:5])
    with pytest.raises(SettingsError, match="finished run"):
        clean(path)


def test_another_run_refuses_the_folder(clean, pages, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(SettingsError, match="not empty"):
        clean(path)


class StopsAfter:
    """An engine that fails after some tasks, as if killed between two of them."""

    def __init__(self, tasks):
        self.tasks = tasks

    def run(self, task, items):
        for item in items:
            if self.tasks == 0:
                raise KeyboardInterrupt
            self.tasks -= 1
            yield task(item)

    def close(self):
        pass


@pytest.mark.parametrize("tasks", range(1, 13, 3))
def test_a_stopped_run_goes_on_to_the_same_bytes(clean, pages, tmp_path, tasks):
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    whole, _ = clean(path, name="whole")
    with pytest.raises(KeyboardInterrupt):
        clean(path, engine=StopsAfter(tasks))
    assert not (tmp_path / "out" / "manifest.json").exists()
    out, _ = clean(path, engine=InProcess())
    assert everything(out) == everything(whole)


def test_a_stopped_run_refuses_other_inputs_and_settings(clean, pages, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    with pytest.raises(KeyboardInterrupt):
        clean(path, engine=StopsAfter(3))
    with pytest.raises(SettingsError, match="unfinished run"):
        clean(path, duplicates=0.5)
    write_jsonl(path, pages[:-1])
    with pytest.raises(SettingsError, match="unfinished run"):
        clean(path)


def test_the_guard_stops_until_it_is_allowed(clean, pages, tmp_path):
    lost = [
        {"id": f"x{at}", "source": "listing", "text": "Share this page\nLeave a Reply"} for at in range(30)
    ]
    path = write_jsonl(tmp_path / "pages.jsonl", [*pages, *lost])
    out, outcome = clean(path, least_pages=20)
    assert [(loss.kind, loss.name) for loss in outcome.losses] == [("source", "listing")]
    assert not outcome.published
    assert {item.name for item in out.iterdir()} == {".run", "log.txt"}
    kept = everything(out / ".run" / "clean")
    assert kept

    class Untouched(InProcess):
        def run(self, task, items):
            found = list(super().run(task, items))
            assert everything(out / ".run" / "clean") == kept
            return iter(found)

    _, outcome = clean(path, least_pages=20, allow=("listing",), engine=Untouched())
    assert outcome.published
    assert len(read_jsonl(out / "data")) == len(pages)


def test_rules_go_before_scores(clean, pages, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    out, _ = clean(
        path,
        protect=("^Privacy",),
        template=("came to WATCH",),
        thresholds={"site1.example": 1.0},
        duplicates=0,
    )
    zero, one, *_ = read_jsonl(out / "data")
    assert "Privacy policy" in zero["text"]
    assert "came to watch" not in zero["text"]
    assert "Share this page" not in zero["text"]
    assert "Share this page" in one["text"]
    assert "came to watch" not in one["text"]
    reasons = json.loads((out / "report.json").read_text())["bytes_dropped_by_reason"]
    assert reasons["phrase"] > 0


def test_another_policy_leaves_what_was_ruled(clean, pages, tmp_path):
    rules = {
        "protect": ("^Privacy",),
        "template": ("came to WATCH",),
        "thresholds": {"site1.example": 1.0},
        "duplicates": 0,
    }
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", pages), **rules)
    # The policy of the run gives what was written, rules included.
    again = [json.loads(line)["text"] for line in restored(out, Detector(), False)]
    assert again == [row["text"] for row in read_jsonl(out / "data")]
    for threshold in (0.0, 1.0):
        other = Detector(settings=Settings(threshold=threshold))
        zero, one, *_ = [json.loads(line)["text"] for line in restored(out, other, False)]
        assert "Privacy policy" in zero
        assert "came to watch" not in zero + one
        assert ("Share this page" in zero) == (threshold == 1)
        assert "Share this page" in one


def test_a_goal_is_looked_up_in_the_model_of_the_run(clean, pages, tmp_path):
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", pages[:4]))
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["settings_of"]["model"] = "another"
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert list(restored(out, Detector(settings=Settings(threshold=0.5)), False))
    with pytest.raises(SettingsError, match="those of the model another"):
        list(restored(out, Detector(settings=Settings(recall=0.99)), False))


def test_the_runs_other_settings_hold(spec_of, pages, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", pages[:4])
    spec = spec_of()._replace(settings=Settings(threshold=0.3, cut_headlines=False))
    run([str(path)], spec, InProcess(), Resources(1, 10**9, 100_000_000))
    assert settings_of(spec.output) == Settings(cut_headlines=False)
    manifest = json.loads((spec.output / "manifest.json").read_text())
    manifest["settings_of"]["settings"]["unknown"] = 1
    (spec.output / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(SettingsError, match="--settings"):
        settings_of(spec.output)


def test_a_lone_page_is_judged_as_by_itself(clean, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", [{"id": "a", "text": page(1)}, {"id": "b", "text": page(2)}])
    out, _ = clean(path)
    detector = Detector()
    alone = [detector.score_batch([Page(page(number), "text")])[0].clean_text for number in (1, 2)]
    assert [row["text"] for row in read_jsonl(out / "data")] == alone


def test_the_report_is_one_file(clean, pages, tmp_path):
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", pages))
    html = (out / "report.html").read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "src=" not in html
    assert "http" not in html.replace("http://www.w3.org", "")
    assert f"{len(pages)} of {len(pages)} documents kept" in html
    assert json.loads((out / "report.json").read_text("utf-8")) == json.loads(json.dumps(outcome.report))
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["inputs"][0]["name"] == "pages.jsonl"
    assert manifest["settings_of"]["model"] == Detector().model.model_id


def test_in_one_call(pages, tmp_path):
    from detector import Columns, CorpusSettings, EngineSettings, RecordSettings, clean_corpus
    from detector.model.files import DEFAULT

    renamed = [
        {("body" if name == "text" else name): value for name, value in page.items()} for page in pages
    ]
    write_jsonl(tmp_path / "in" / "pages.jsonl", renamed)
    outcome = clean_corpus(
        [tmp_path / "in"],
        tmp_path / "out",
        corpus=CorpusSettings(duplicates=0),
        records=RecordSettings(Columns(text="body"), model=DEFAULT, to="csv", lines="none"),
        engine=EngineSettings("process"),
    )
    assert outcome.published
    assert outcome.report["total"]["kept"] == len(pages)
    assert list((tmp_path / "out" / "data").rglob("*.csv"))
    assert not (tmp_path / "out" / "lines").exists()


def test_the_example_of_rules_can_be_read():
    from detector.settings import CorpusSettings

    rules = CorpusSettings.read(ROOT / "examples" / "rules.toml", ("a",))
    assert rules.thresholds == {"poems.example": 1.0}
    assert rules.allow == ("a",)


@pytest.mark.parametrize(
    "text",
    [
        "protect = '['",
        "protect = ['(']",
        "most_lost = 2",
        "thresholds = 3",
        "nothing = 1",
        "x",
        "duplicates = 7",
    ],
)
def test_wrong_rules_are_explained(tmp_path, text):
    from detector.settings import CorpusSettings

    (tmp_path / "rules.toml").write_text(text)
    with pytest.raises(SettingsError):
        CorpusSettings.read(tmp_path / "rules.toml")


def test_markup_is_no_text_that_is_lost(clean, pages, tmp_path):
    attributes = " ".join(f"data-{number}='{'x' * 80}'" for number in range(60))
    heavy = [
        {**page, "text": "".join(f"<p {attributes}>{line}</p>" for line in page["text"].split("\n"))}
        for page in pages
    ]
    _, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", heavy), least_pages=5)
    assert outcome.losses == []
    assert outcome.published


def test_the_evidence_of_sites_has_its_name(clean, pages, tmp_path):
    """The strongest evidence is always one that `detector score` names too."""
    rows = [
        {**row, "text": row["text"] + "\nThe harbour clock has stood still since the flood."} for row in pages
    ]
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", rows), lines="sidecar")
    reasons = {reason for record in stored_records(out) for reason in record.reasons}
    assert set(outcome.report["bytes_dropped_by_reason"]) <= reasons
    assert "score" not in reasons
    assert SITE_CODE in reasons


@pytest.mark.parametrize(
    ("keep", "stays"), [("article", "story"), ("first", "archive"), ("longest", "long"), ("best", None)]
)
def test_which_near_duplicate_stays(clean, tmp_path, keep, stays):
    """An archive page with a whole story comes first, a longer copy of the story last."""
    own = story(3)
    teasers = [f"{title} - read more" for title in (story(number)[0] for number in range(20, 60))]
    rows = [
        {"id": "archive", "text": "\n".join(["Archive", *teasers, *own, *teasers])},
        {"id": "story", "text": "\n".join(own)},
        {
            "id": "long",
            "text": "\n".join(
                [*own, "The rain began at nine and did not end before the morning of the next day."]
            ),
        },
    ]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    whole, _ = clean(path, name="whole", duplicates=0)
    share = {row["id"]: row["detector_content_share"] for row in read_jsonl(whole / "data")}
    assert len(share) == len(rows)
    out, _ = clean(path, keep=keep, duplicates=0.6)
    assert [row["id"] for row in read_jsonl(out / "data")] == [stays or max(share, key=share.get)]


@pytest.mark.parametrize(("keep", "stays"), [("article", "story"), ("first", "archive")])
def test_an_archive_page_with_a_single_story_does_not_stay_instead_of_it(clean, tmp_path, keep, stays):
    """Both pages have the same text, so only the `<title>` tells which of them is the story."""
    title, *paragraphs = story(3)
    body = f"<h1>{title}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    heads = {"archive": "March 2024 - The Valley Post", "story": f"{title} - The Valley Post"}
    rows = [
        {"id": name, "text": f"<html><head><title>{head}</title></head><body>{body}</body></html>"}
        for name, head in heads.items()
    ]
    out, _ = clean(write_jsonl(tmp_path / "pages.jsonl", rows), keep=keep)
    assert [row["id"] for row in read_jsonl(out / "data")] == [stays]


@pytest.mark.parametrize(
    ("text", "title", "wanted"),
    [
        ("The  Harbour\nIt rained.", "the harbour - The Valley Post", True),
        ("The Harbour", None, False),
        ("", "The Harbour", False),
        ("The Harbour\nIt rained.", "March 2024", False),
    ],
)
def test_a_title_that_names_the_first_line(text, title, wanted):
    assert is_titled(text.encode(), title) is wanted


def test_empty_documents_are_no_copies_of_each_other(clean, pages, tmp_path):
    empty = [
        {"id": f"empty-{number}", "text": text} for number, text in enumerate(["", " ", "", "Home\nLogin"])
    ]
    out, outcome = clean(write_jsonl(tmp_path / "pages.jsonl", [*pages[:9], *empty]))
    assert outcome.report["total"]["empty"] == len(empty)
    assert (out / "duplicates.jsonl").read_text() == ""
    assert outcome.report["near_duplicate_groups_by_size"] == {}
