"""`detector train` and `detector evaluate` as a user calls them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from detector.cli.main import group, run
from detector.model.files import DEFAULT, load
from detector.records import LINE_KINDS

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PAGES, LABELLED = EXAMPLES / "messenger", EXAMPLES / "messenger-labelled.jsonl"
SLOGAN = "Subscribe for a year and the twelfth month is free"
HEADLINE = "Four swarms in one afternoon"


def call(capfd, *arguments):
    code = run([str(argument) for argument in arguments])
    out, err = capfd.readouterr()
    return code, out, err


def rows(path, *labels):
    path.write_text("".join(json.dumps(row) + "\n" for row in labels))
    return path


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    output = tmp_path_factory.mktemp("adapted") / "model"
    assert run(["train", str(PAGES), "--output", str(output)]) == 0
    return output


def test_a_model_is_written_beside_the_old_one(adapted):
    assert load(adapted).model_id != load(DEFAULT).model_id
    assert load(adapted).notes["adapted_from"] == load(DEFAULT).model_id
    assert (adapted / "precision.npz").exists()


def test_a_model_can_be_adapted_again(adapted, capfd, tmp_path):
    code, _, _ = call(capfd, "train", PAGES, "--model", adapted, "--output", tmp_path / "again")
    assert code == 0
    assert load(tmp_path / "again").notes["adapted_from"] == load(adapted).model_id


def test_the_old_model_is_kept_unless_told_otherwise(adapted, capfd, tmp_path):
    before = (adapted / "arrays.npz").read_bytes()
    code, _, err = call(capfd, "train", PAGES, "--output", adapted)
    assert code == 2
    assert "already exists" in err
    assert (adapted / "arrays.npz").read_bytes() == before
    wrong = rows(
        tmp_path / "l.jsonl", {"text": SLOGAN, "label": "content"}, {"text": HEADLINE, "label": "content"}
    )
    output = tmp_path / "model"
    code, out, err = call(capfd, "train", PAGES, "--labels", wrong, "--output", output)
    assert code == 3
    assert "pages held out, by page" in out
    assert "too few labels to tell" in out or "worse" in out
    assert "the model is not written" in err
    assert not output.exists()
    assert call(capfd, "train", PAGES, "--labels", wrong, "--output", output, "--anyway")[0] == 0
    assert output.exists()


def test_a_general_set_is_judged_and_may_share_no_site(capfd, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(LABELLED.read_text().replace('"group": "messenger"', '"group": "elsewhere"'))
    code, out, _ = call(capfd, "train", PAGES, "--general", other, "--output", tmp_path / "model")
    assert code == 0
    assert "general set" in out
    code, _, err = call(capfd, "train", PAGES, "--general", LABELLED, "--output", tmp_path / "second")
    assert code == 1
    assert "both sides of the split: messenger" in err
    assert not (tmp_path / "second").exists()


def test_answers_are_kept_taken_back_and_not_asked_again(tmp_path):
    labels, command = tmp_path / "answers.jsonl", ["train", str(PAGES), "--anyway", "--ask", "3"]
    options = ["--labels", str(labels), "--output"]
    first = CliRunner().invoke(
        group, [*command, *options, str(tmp_path / "a")], input="u\nwhat\nc\nt\nu\nt\ns\n"
    )
    assert first.exit_code == 0, first.output
    assert "no answer to undo" in first.output
    found = [json.loads(line) for line in labels.read_text().splitlines()]
    assert [row.get("label", "undo") for row in found] == [
        "content",
        "template",
        "undo",
        "template",
        "unknown",
    ]
    second = CliRunner().invoke(group, [*command, *options, str(tmp_path / "b")], input="q\n")
    assert second.exit_code == 0, second.output
    asked = [line for line in second.output.splitlines() if line.startswith("  > ")]
    assert asked
    assert not {row["text"] for row in found if "text" in row} & {line[4:] for line in asked}


def test_answers_by_kind_are_written_as_they_are_and_enter_takes_the_guess(tmp_path):
    labels = tmp_path / "answers.jsonl"
    options = ["--anyway", "--ask", "4", "--labels", str(labels), "--output", str(tmp_path / "model")]
    asked = CliRunner().invoke(group, ["train", str(PAGES), *options], input="\ne\nbyline\nO\n")
    assert asked.exit_code == 0, asked.output
    guess = asked.output.split("what is it? [")[1].split("]")[0]
    assert guess in LINE_KINDS
    found = [json.loads(line)["label"] for line in labels.read_text().splitlines()]
    assert found == [guess, "teaser", "byline", "comment"]
    assert "2 lines with known labels" in asked.output  # bylines and comments are neither


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--ask", "3"], "name a file for the answers"),
        (["--labels", "nowhere.jsonl"], "cannot be read"),
        (["--labels", {"text": "Nobody wrote this", "label": "template"}], "no line of these pages is"),
        (
            ["--labels", {"text": SLOGAN, "label": "template", "page": "bees.txt", "line": 2}],
            f"line 2 of bees.txt is “{HEADLINE}”, not “{SLOGAN}”",
        ),
        (["--labels", {"text": SLOGAN, "label": "advert"}], "unknown label 'advert'"),
        (["--model", "nowhere"], "nowhere"),
        (["--anew"], "cannot be read"),
    ],
)
def test_wrong_use_says_what_to_do(capfd, tmp_path, options, says):
    options = [rows(tmp_path / "l.jsonl", one) if isinstance(one, dict) else one for one in options]
    code, out, err = call(capfd, "train", PAGES, "--output", tmp_path / "model", *options)
    assert code in (1, 2)
    assert says in err
    assert "Traceback" not in err + out
    assert not (tmp_path / "model").exists()


def test_one_page_or_none_is_too_few(capfd, tmp_path):
    code, _, err = call(capfd, "train", PAGES / "bees.txt", "--output", tmp_path / "model")
    assert code == 1
    assert "one page only (bees.txt)" in err
    (tmp_path / "empty").mkdir()
    code, _, err = call(capfd, "train", tmp_path / "empty", "--output", tmp_path / "model")
    assert code == 1
    assert "has no pages" in err
    for name in ("bees.txt", "choir.txt"):
        shutil.copy(PAGES / name, tmp_path / "empty")
    code, _, err = call(capfd, "train", tmp_path / "empty", "--output", tmp_path / "model")
    assert code == 1
    assert "nothing to learn (pages: 2, sites: 1)" in err


def test_evaluate_compares_page_by_page(adapted, capfd, tmp_path):
    report = tmp_path / "report.html"
    code, out, _ = call(
        capfd, "evaluate", "default", LABELLED, "--compare", adapted, "--html", report, "--json"
    )
    assert code == 0
    found = json.loads(out)
    one = found["compared"]["text"]["words_f1"]
    assert one["before"] == found["text"]["all"]["words_f1"]
    assert one["difference"] == pytest.approx(one["after"] - one["before"])
    assert one["difference_90"][0] > 0
    html = report.read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert "src=" not in html
    assert html.count("<svg") == 2


def test_a_model_compared_with_itself_is_the_same(capfd):
    code, out, _ = call(capfd, "evaluate", "default", LABELLED, "--compare", "default", "--json")
    assert code == 0
    compared = json.loads(out)["compared"]["text"]
    assert compared["words_f1"]["difference_90"] == [0, 0]
    assert compared["most_better"] == compared["most_worse"] == []


def test_a_threshold_is_read_off_and_used(adapted, capfd, tmp_path):
    stored = tmp_path / "careful.toml"
    goal = ["--lose-at-most", "0.1%"]
    code, _, err = call(capfd, "evaluate", adapted, LABELLED, *goal, "--store", stored)
    assert code == 0
    assert "written" in err
    code, out, _ = call(capfd, "clean", PAGES / "bees.txt", "--model", adapted, "--settings", stored)
    assert code == 0
    assert HEADLINE in out
    code, _, err = call(capfd, "evaluate", adapted, LABELLED, "--store", stored)
    assert code == 2
    assert "needs a goal" in err


def test_pages_without_labels_cannot_be_evaluated(capfd):
    code, _, err = call(capfd, "evaluate", "default", PAGES)
    assert code == 1
    assert "no labelled page" in err


def test_pages_with_gold_texts_beside_them_are_evaluated(capfd, tmp_path):
    for name in ("bees", "choir"):
        shutil.copy(PAGES / f"{name}.txt", tmp_path)
        lines = (PAGES / f"{name}.txt").read_text().split("\n")
        (tmp_path / f"{name}.gold.txt").write_text("\n".join(lines[2:6]))
    code, out, _ = call(capfd, "evaluate", "default", tmp_path)
    assert code == 0
    assert "2 pages" in out


def test_a_single_page_has_no_interval(capfd, tmp_path):
    single = rows(tmp_path / "one.jsonl", {"page": "Home\nNews", "labels": ["template", "template"]})
    code, out, _ = call(capfd, "evaluate", "default", single, "--compare", "default")
    assert code == 0
    assert "(one page: no interval)" in out
    assert "content lost none known" in out
    assert "nan" not in out
    code, out, _ = call(capfd, "evaluate", "default", single, "--json")
    assert json.loads(out)["text"]["all"]["content_lost"] is None


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (
            {"page": "x\ny", "labels": ["content"]},
            "has 1 labels, and 2 lines that are not blank: give a label",
        ),
        ({"page": "x", "labels": ["advert"]}, "label 0 is 'advert', which does not exist; there are title"),
        ({"page": "x", "labels": ["unknown"]}, "no labelled page among 1"),
        ({"page": "x", "gold": "x", "format": "pdf"}, "line 1: \"format\" is html or text, not 'pdf'"),
        ({"page": "x", "gold": "x", "fold": "a"}, 'line 1: "fold" must be a whole number, not a text'),
        ({"page": "x", "gold": "x", "weight": "a"}, 'line 1: "weight" must be a number, not a text'),
        (None, "has no page"),
    ],
)
def test_labels_that_do_not_fit_say_where(capfd, tmp_path, record, says):
    path = rows(tmp_path / "l.jsonl", *([record] if record else []))
    code, out, err = call(capfd, "evaluate", "default", path)
    assert code == 1
    assert says in err
    assert out == ""
    assert "Traceback" not in err
