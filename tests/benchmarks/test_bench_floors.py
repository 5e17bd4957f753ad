import json
import random
import re
from dataclasses import replace

import pytest

from benchmarks.data.pages import LabelledLine, Page
from benchmarks.data.planted.sites import site
from benchmarks.labels.check import check, order_of_lengths
from benchmarks.labels.label_files import LabelError, Labels, line_hash, read
from benchmarks.measures import floors
from benchmarks.measures.floors import FloorError, Sample


def planted_sample():
    """Return a sample of planted pages: gold text, snippets and line labels."""
    pages = []
    for number in range(6):
        for page in site(seed=4, number=number, size=6).pages:
            content = [line.text for line in page.lines if line.label == "content"]
            template = [line.text for line in page.lines if line.label == "template"]
            lines = tuple(LabelledLine(line.text, line.label) for line in page.lines)
            text = "\n".join(line.text for line in page.lines)
            pages.append(
                Page(
                    "planted",
                    page.id,
                    page.id.split("/")[0],
                    text=text,
                    gold="\n".join(content),
                    wanted=tuple(content[:2]),
                    unwanted=tuple(template[:2]),
                    lines=lines,
                )
            )
    return Sample({"planted": pages}, {page.key: page.text for page in pages})


@pytest.fixture(scope="module")
def sample():
    return planted_sample()


@pytest.fixture(scope="module")
def truth(sample):
    return {
        page.text: "\n".join(line.text for line in page.lines if line.label == "content")
        for page in sample.pages["planted"]
    }


def right(truth):
    return lambda page, given: truth[page]


def worse_by(truth, share):
    """Return a scorer that loses every `share`-th line of the correct text."""

    def clean(page, given):
        lines = truth[page].split("\n")
        return "\n".join(line for at, line in enumerate(lines) if at % share)

    return clean


def test_a_right_scorer_has_full_marks(sample, truth):
    found = floors.sample_figures(right(truth), sample)
    assert found["sample/text/planted/words_f1"] == 1
    assert found["sample/text/planted/content_kept"] == 1
    # Some short template lines are also words of the content.
    assert found["sample/text/planted/line_template_recall"] > 0.98


@pytest.mark.parametrize("share", [2, 5, 8])
def test_a_deliberately_worse_model_is_caught(sample, truth, share):
    stored = {"sample": sample.hash(), "floors": floors.sample_figures(right(truth), sample)}
    floors.check(stored["floors"], stored, sample.hash())
    found = floors.sample_figures(worse_by(truth, share), sample)
    with pytest.raises(FloorError, match="below the floor"):
        floors.check(found, stored, sample.hash())


def test_keeping_everything_is_caught(sample, truth):
    stored = {"sample": sample.hash(), "floors": floors.sample_figures(right(truth), sample)}
    found = floors.sample_figures(lambda page, given: page, sample)
    assert found["sample/text/planted/content_kept"] == 1
    with pytest.raises(FloorError, match="template_recall"):
        floors.check(found, stored, sample.hash())


def test_other_data_is_refused(sample, truth):
    found = floors.sample_figures(right(truth), sample)
    with pytest.raises(FloorError, match="data"):
        floors.check(found, {"sample": "other", "floors": found}, sample.hash())


def test_shuffled_truth_changes_the_hash(sample):
    pages = sample.pages["planted"]
    labels = [line.label for line in pages[0].lines]
    random.Random(1).shuffle(labels)
    shuffled = tuple(
        LabelledLine(line.text, label) for line, label in zip(pages[0].lines, labels, strict=True)
    )
    changed = Page(pages[0].set, pages[0].id, pages[0].domain, text=pages[0].text, lines=shuffled)
    assert Sample({"planted": [changed, *pages[1:]]}, sample.texts).hash() != sample.hash()


def test_floors_go_up_only():
    assert floors.raised({"a": 0.9}, {"a": 0.8}, allow_regression=False) == {"a": 0.9}
    with pytest.raises(FloorError, match="only go up"):
        floors.raised({"a": 0.7}, {"a": 0.8}, allow_regression=False)
    with pytest.raises(FloorError, match="not measured"):
        floors.raised({}, {"a": 0.8}, allow_regression=False)
    assert floors.raised({"a": 0.7}, {"a": 0.8}, allow_regression=True) == {"a": 0.7}


def test_a_floor_that_was_lowered_is_refused(monkeypatch):
    earlier = [{"floors": {"a": 0.9, "b": 0.5}}, {"floors": {"a": 0.8, "c": 0.7}}]
    now = {"floors": {"a": 0.9, "b": 0.6, "c": 0.7}}
    assert floors.lowered(now, earlier) == []
    assert floors.lowered({"floors": {"a": 0.85, "b": 0.6}}, earlier) == [
        "a: 0.85, was 0.900",
        "c: gone, was 0.700",
    ]
    reasons = {"a": "no gold sentence is trained on", "c": "not measured any more"}
    assert floors.lowered({"floors": {"a": 0.85, "b": 0.6}, "lowered": reasons}, earlier) == []
    monkeypatch.setattr(floors, "_earlier", lambda: earlier)
    floors.check_not_lowered(now)
    with pytest.raises(FloorError, match=r"only go up.*\na: 0.85, was 0.900"):
        floors.check_not_lowered({"floors": {"a": 0.85, "b": 0.6, "c": 0.7}})


def test_the_floors_of_this_checkout_were_not_lowered():
    stored = json.loads(floors.PATH.read_text())
    floors.check_not_lowered(stored)
    name = next(iter(stored["floors"]))
    if not floors._earlier():
        pytest.skip("no history of the floors")
    with pytest.raises(FloorError, match=re.escape(name)):
        floors.check_not_lowered({"floors": {**stored["floors"], name: stored["floors"][name] - 0.001}})


def labels_of(sample):
    return [
        Labels(
            page.key,
            tuple(line_hash(line.text) for line in page.lines),
            tuple(line.label for line in page.lines),
        )
        for page in sample.pages["planted"]
    ]


def lines_of(sample):
    texts = {page.key: [line.text for line in page.lines] for page in sample.pages["planted"]}
    return lambda page: texts[page]


def test_right_labels_pass(sample):
    check(labels_of(sample), lines_of(sample))


def test_a_shuffled_label_file_is_caught(sample):
    rows = labels_of(sample)
    labels = [label for row in rows for label in row.labels]
    random.Random(7).shuffle(labels)
    shuffled = [replace(row, labels=tuple(labels.pop() for _ in row.labels)) for row in rows]
    with pytest.raises(LabelError, match="shuffled"):
        check(shuffled, lines_of(sample))


def test_labels_of_shifted_lines_are_caught(sample):
    shifted = [replace(row, hashes=(*row.hashes[1:], row.hashes[0])) for row in labels_of(sample)]
    with pytest.raises(LabelError, match="another text"):
        check(shifted, lines_of(sample))


def test_unknown_missing_and_double_labels_are_refused(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text('{"page": "s/1", "hashes": ["x"], "labels": ["junk"]}\n')
    with pytest.raises(LabelError, match="not a label"):
        read(path)
    path.write_text('{"page": "s/1", "hashes": ["x", "y"], "labels": ["content"]}\n')
    with pytest.raises(LabelError, match="1 labels for 2 lines"):
        read(path)
    path.write_text('{"page": "s/1", "hashes": ["x"], "labels": ["content"]}\n' * 2)
    with pytest.raises(LabelError, match="twice"):
        read(path)


@pytest.mark.shared
def test_the_hand_labels_have_their_order_and_shuffled_ones_have_not(shared):
    from benchmarks.data.sets import dataset
    from benchmarks.measures.metrics import tokens

    lines = [line for page in dataset("labelled").pages() for line in page.lines]
    lengths, labels = [len(tokens(line.text)) for line in lines], [line.label for line in lines]
    assert order_of_lengths(lengths, labels) > 0.8
    random.Random(3).shuffle(labels)
    assert order_of_lengths(lengths, labels) < 0.6


@pytest.mark.shared
def test_the_shipped_model_and_the_kept_results_hold_the_floors(shared, capsys):
    floors.command([], standalone_mode=False)
    assert "out-of-fold/" in capsys.readouterr().out
