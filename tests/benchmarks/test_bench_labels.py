import json
from dataclasses import replace

import pytest

from benchmarks.data.folds import splits
from benchmarks.data.pages import Page
from benchmarks.labels import label_files, packets
from benchmarks.labels.agreement import kappa, one_against_rest, pairs_of, unsettled
from benchmarks.labels.check import check, texts_of_pages
from benchmarks.labels.label_files import LABELS, LabelError, Labels, drawn, read, settled
from benchmarks.labels.lines import Line, lines_of, repeats_itself

LINES = [Line("Home", "li"), Line("A bridge opens in town", "h1"), Line("It is long.", "p")]


def test_an_answer_is_read():
    text = "=== s/1\ntemplate 0-1 4\ncontent 2-3\ncontent 1\n\n=== s/2\nmetadata 7\n"
    assert packets.parse_answer(text, "a") == {
        "s/1": {0: "template", 1: "content", 4: "template", 2: "content", 3: "content"},
        "s/2": {7: "metadata"},
    }


@pytest.mark.parametrize("text", ["content 1", "=== s/1\njunk 1", "=== s/1\ncontent one"])
def test_an_invalid_answer_is_refused(text):
    with pytest.raises(LabelError, match="line"):
        packets.parse_answer(text, "a")


def test_every_line_needs_a_label():
    known = {"home": "template"}
    labels = packets.complete("s/1", LINES, {1: "content", 2: "content"}, known)
    assert labels == ["template", "content", "content"]
    assert known["abridgeopensintown"] == "content"
    with pytest.raises(LabelError, match="line 2 has no label"):
        packets.complete("s/1", LINES, {1: "content"}, {"home": "template"})
    with pytest.raises(LabelError, match="no line 3"):
        packets.complete("s/1", LINES, {3: "content"}, {})


def test_lines_of_a_page_and_their_repeats():
    html = (
        b"<body><nav><a>Home</a></nav><h1>A bridge opens in town</h1><p>It is long.<p>a bridge opens in town"
    )
    page = Page("s", "1", "s.example", html=html)
    lines = lines_of(page)
    assert [line.block for line in lines[1:]] == ["h1", "p", "p"]
    assert repeats_itself(lines)
    assert not repeats_itself(LINES)
    assert lines_of(replace(page, html=None, text="one\n\n two")) == [Line("one", ""), Line(" two", "")]


def test_a_packet_shows_a_sites_lines_once():
    pages = [LINES, [LINES[0], Line("Other", "h1")]]
    assert packets.template_groups(pages) == {"home"}
    page = Page("s", "1", "s.example", html=b"<li>Home<h1>x")
    shown = packets._shown(page, LINES, {"home"})
    assert shown.split("\n")[2:4] == ["0 ^ Home", "1 h1| A bridge opens in town"]


def test_kappa_is_agreement_beyond_chance():
    same = [("content", "content"), ("template", "template")] * 5
    assert kappa(same, LABELS) == 1
    by_chance = [("content", "content"), ("content", "template"), ("template", "content"), ("template",) * 2]
    assert kappa(by_chance, LABELS) == 0
    # 2 of 10 differ; both say content in half of the cases: (.8 - .5) / (1 - .5).
    some = [("content", "content")] * 4 + [("template", "template")] * 4
    some += [("content", "template"), ("template", "content")]
    assert kappa(some, LABELS) == pytest.approx(0.6)
    assert one_against_rest(some, "content") == pytest.approx(0.6)


def test_readings_of_other_lines_are_refused():
    one = Labels("s/1", ("a", "b"), ("content", "template"))
    assert pairs_of([one], [one]) == {("s/1", 0): ("content",) * 2, ("s/1", 1): ("template",) * 2}
    with pytest.raises(LabelError, match="same lines"):
        pairs_of([one], [replace(one, hashes=("a", "c"))])


def test_settled_labels_must_be_of_labelled_pages(tmp_path):
    label_files.write(tmp_path / "first.jsonl", [Labels("s/1", ("a", "b"), ("content", "template"))])
    change = [{"why": "it is", "lines": [["s/1", 1, "repeat"]]}]
    (tmp_path / "settled.json").write_text(json.dumps(change))
    assert settled(tmp_path) == [Labels("s/1", ("a", "b"), ("content", "repeat"))]
    (tmp_path / "settled.json").write_text(json.dumps([{"why": "", "lines": [["s/2", 1, "repeat"]]}]))
    with pytest.raises(LabelError, match="has no label"):
        settled(tmp_path)


def test_our_labels_are_as_the_rule_wants_them():
    pages, split = drawn(), splits.load()
    first, second = read(label_files.FOLDER / "first.jsonl"), read(label_files.FOLDER / "second.jsonl")
    assert len(pages) >= 200
    assert len({page["language"] for page in pages}) >= 25
    assert sum(page["repeats"] for page in pages) >= 60
    assert {row.page for row in first} == {page["page"] for page in pages}
    assert {row.page for row in second} == {page["page"] for page in pages if page["twice"]}
    assert len(second) >= 60
    assert [len(row.labels) for row in sorted(first, key=lambda row: row.page)] == [
        page["lines"] for page in pages
    ]
    assert not unsettled(pairs_of(first, second))
    locked = {page["page"] for page in pages if page["locked"]}
    assert split.locked >= locked
    assert 0.28 < len(locked) / len(pages) < 0.36
    # Pages of a locked page's site are never trained on.
    assert not any(
        split.may_train(page) for page in split.group_of_page if split.group(page) in split.locked_groups
    )
    assert {split.group(page["page"]) for page in pages if not page["locked"]}.isdisjoint(split.locked_groups)


@pytest.mark.shared
def test_our_labels_are_those_of_the_pages(shared):
    rows = settled()
    texts = texts_of_pages({row.page for row in rows})
    check(rows, lambda page: texts[page])
