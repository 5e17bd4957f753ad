"""`detector.train` and `detector.evaluate`: the same results as the commands, from files and from records."""

import bz2
import gzip
import json
import sys
from pathlib import Path

import pytest

import detector
from detector.cli.main import run
from detector.errors import ModelFormatError, PageError, SettingsError
from detector.model.files import default_model, load
from detector.training.data.labelled_pages import LabelledPage
from detector.training.data.line_labels import LineLabel
from detector.training.data.page_files import read_page_files

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import backports.zstd as zstd

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PAGES, LABELLED = EXAMPLES / "messenger", EXAMPLES / "messenger-labelled.jsonl"
SLOGAN = "Subscribe for a year and the twelfth month is free"


@pytest.fixture(scope="module")
def trained():
    return detector.train(PAGES)


def test_a_call_trains_what_the_command_trains(trained, tmp_path):
    assert run(["train", str(PAGES), "--output", str(tmp_path / "by-command")]) == 0
    trained.save(tmp_path / "by-call")
    assert load(tmp_path / "by-call").model_id == load(tmp_path / "by-command").model_id
    for name in ("arrays.npz", "precision.npz"):
        assert (tmp_path / "by-call" / name).read_bytes() == (tmp_path / "by-command" / name).read_bytes()


def test_files_names_and_records_are_the_same(trained):
    records = read_page_files([PAGES])
    for pages in (str(PAGES), [PAGES], records, iter(records)):
        assert detector.train(pages).model.model_id == trained.model.model_id


def test_a_model_in_memory_can_be_adapted(trained):
    again = detector.train(PAGES, model=trained.model)
    assert again.memory == (None, None)
    assert again.model.notes["adapted_from"] == trained.model.model_id


def test_labels_and_general_pages_are_judged(tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(LABELLED.read_text().replace('"group": "messenger"', '"group": "elsewhere"'))
    found = detector.train(PAGES, labels=[LineLabel(SLOGAN, "template")], general=other)
    assert found.held_back.pages
    assert found.general.pages == 3
    wrong = detector.train(PAGES, labels=[LineLabel(SLOGAN, "content")])
    assert not wrong.is_better


def test_a_model_is_not_written_over(trained, tmp_path):
    trained.save(tmp_path / "model")
    with pytest.raises(SettingsError, match="already exists"):
        trained.save(tmp_path / "model")
    trained.save(tmp_path / "model", replace=True)


def test_a_call_measures_what_the_command_measures(capfd):
    assert run(["evaluate", "default", str(LABELLED), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    for model in ("default", default_model()):
        assert json.loads(json.dumps(detector.evaluate(model, LABELLED).measures)) == told


def test_two_models_are_compared(trained):
    (one,) = detector.evaluate("default", [LABELLED], compare=trained.model).compared
    assert one["words_f1"]["difference"] > 0


@pytest.mark.parametrize("pages", ["text", "html"])
def test_a_profile_of_the_site_helps(pages, tmp_path, capfd):
    labelled = LABELLED
    if pages == "html":
        rows = [json.loads(row) for row in LABELLED.read_text().splitlines()]
        for row in rows:
            row["page"] = "".join(f"<p>{line}</p>" for line in row["page"].split("\n"))
        labelled = tmp_path / "labelled.jsonl"
        labelled.write_text("".join(json.dumps(row) + "\n" for row in rows))
    profile = detector.SiteProfile.learn(sorted(PAGES.iterdir()))
    profile.save(tmp_path / "site.profile")
    alone = detector.evaluate("default", labelled).measures[pages]["all"]
    known = detector.evaluate("default", labelled, site=profile).measures[pages]["all"]
    assert known["words_f1"] >= alone["words_f1"]
    assert known["template_recall"] >= alone["template_recall"]
    assert known["brier_by_line"] < alone["brier_by_line"]
    command = ["evaluate", "default", str(labelled), "--site", str(tmp_path / "site.profile"), "--json"]
    assert run(command) == 0
    assert json.loads(capfd.readouterr().out)[pages]["all"]["words_f1"] == known["words_f1"]


def test_labels_of_a_long_line_hold_for_its_parts_with_a_profile():
    menu = (
        "Home Boats for hire Our crew and their stories Prices and seasons Contact Newsletter Log in Register"
    )
    pages = [
        f"{menu} {' '.join(f'{name}{chr(97 + at % 26) * (at // 26 + 1)}' for at in range(250))}."
        for name in "abcde"
    ]
    profile = detector.SiteProfile.learn(pages[1:])
    record = LabelledPage("x", pages[0], "text", None, ("content",), "site")
    found = detector.evaluate("default", record, site=profile).judged[0].examples
    assert found.share.size == 2
    assert found.share.tolist() == [1.0, 1.0]


WRONG = {
    "one page": (lambda: detector.train(PAGES / "bees.txt"), PageError, "one page only"),
    "no page": (lambda: detector.train([]), PageError, "one page only"),
    "nowhere": (lambda: detector.train("nowhere"), PageError, "does not exist"),
    "anew with a model": (lambda: detector.train(LABELLED, "default", anew=True), SettingsError, "trains a new model"),
    "anew of one group": (lambda: detector.train(LABELLED, anew=True), PageError, "three groups"),
    "no labels": (lambda: detector.evaluate("default", PAGES), PageError, r"no labelled page .*bees\.txt"),
    "not a model": (lambda: detector.evaluate("nowhere", LABELLED), ModelFormatError, "nowhere"),
    "no profile": (lambda: detector.evaluate("default", LABELLED, site="no"), ModelFormatError, "detector profile"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "says"), WRONG.values(), ids=WRONG.keys())
def test_wrong_use_says_what_to_do(call, error, says):
    with pytest.raises(error, match=says):
        call()


@pytest.mark.parametrize("end", [".gz", ".bz2", ".zst"])
def test_compressed_records_are_records(tmp_path, end):
    compress = {".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstd.compress}[end]
    whole = read_page_files([LABELLED])
    path = tmp_path / f"labelled.jsonl{end}"
    path.write_bytes(compress(LABELLED.read_bytes()))
    assert read_page_files([path]) == whole
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(PageError, match="cannot be read"):
        read_page_files([path])
    table = tmp_path / f"pages.tsv{end}"
    table.write_bytes(compress(b"page\tgold\nThe mill, it stood empty.\tThe mill\n"))
    assert [page.page for page in read_page_files([table])] == ["The mill, it stood empty."]


def test_files_of_records_that_are_not_read_are_refused(tmp_path):
    for name in ("pages.parquet", "crawl.warc.gz"):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(PageError, match="write its pages as JSONL or CSV"):
            read_page_files([tmp_path / name])
