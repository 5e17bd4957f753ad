"""Decisions that a site changes: which count as right, which lines are drawn for readers, tables."""

import numpy as np
import pytest

from benchmarks.labels.site_decisions import EACH, ChangedLine, drawn, shown
from benchmarks.measures.site_decisions import LEAST_PAGES, DecidedPage, decided, of_sites, site_row
from benchmarks.run.sites.decisions import summary
from benchmarks.tables import profile_tables
from benchmarks.tables.cells import read
from benchmarks.tables.fill import LABELS
from detector.model.files import default_model
from detector.records import LINE_KINDS
from detector.training.data.examples import FOLDS, examples_of
from detector.training.data.labelled_pages import LabelledPage

MENU = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("Home", "News", "About us", "Contact"))


def labelled(name, site, html="<p>x</p>", **known):
    return LabelledPage(
        **{"id": name, "page": html, "format": "html", "gold": "", "labels": None, "group": site, **known}
    )


def page(name="a", site="a.example", share=(1.0,), alone=(True,), with_site=(True,), words=None):
    known = labelled(name, site)
    size = np.array([5] * len(share) if words is None else words, np.int64)
    lines = [f"line {number}" for number in range(len(share))]
    kept = (np.array(alone), np.array(with_site))
    return DecidedPage(known, np.array(share), size, *kept, (0.5, 0.75), lines)


def test_changes_are_right_if_they_agree_with_the_truth():
    """Brought back rightly and wrongly, dropped wrongly; no words, no truth, no change."""
    one = page(
        share=(1.0, 0.0, 0.9, 1.0, -1.0, 1.0),
        alone=(False, False, True, True, True, True),
        with_site=(True, True, False, False, False, True),
        words=(5, 5, 5, 0, 5, 5),
    )
    assert one.changed.tolist() == [True, True, True, False, False, False]
    assert site_row("html", "a.example", [one, page()]) == {
        "format": "html", "site": "a.example", "pages": 2, "f1_without": 0.5, "f1_with": 0.75,
        "brought_back": 2, "brought_back_rightly": 1, "dropped": 1, "dropped_rightly": 0,
    }  # fmt: skip


def test_sites_are_summed_and_their_f1_is_averaged():
    changed = page(alone=(False,))
    rows = [
        site_row("text", "a", [changed]),
        site_row("text", "b", [changed, page()]),
    ]
    text, html = summary([*rows, site_row("html", "c", [page()])])
    assert text["sites"] == 2
    assert text["pages"] == 3
    assert text["f1_with"] == 0.75
    assert (text["brought_back"], text["brought_back_rightly"]) == (2, 2)
    assert (html["brought_back"], html["dropped"]) == (0, 0)


def test_only_html_pages_of_sites_with_enough_pages_are_decided():
    def pages(site, number, format="html"):
        return [labelled(f"{site}{at}", site, format=format) for at in range(number)]

    large, small = pages("large", LEAST_PAGES), pages("small", LEAST_PAGES - 1)
    text, alone = pages("text", 20, "text"), pages("", 20)
    assert of_sites([*large, *small, *text, *alone]) == large
    assert large[0].is_complete
    assert not labelled("a", "a", labels=("content", "unknown")).is_complete


@pytest.mark.parametrize("format", ["text", "html"])
def test_pages_are_decided_alone_and_with_their_site(format):
    body = "".join(
        f"<p>Paragraph {{0}} has {at} things to say of its own, and says them at length.</p>"
        for at in range(4)
    )
    pages = [
        labelled(
            str(at), "a.example", f"<ul>{MENU}</ul><h1>Title {at}</h1>{body.format(at)}",
            gold=f"Title {at}", fold=at % FOLDS,
        )
        for at in range(LEAST_PAGES)
    ]  # fmt: skip
    examples = examples_of(sorted(pages, key=lambda one: one.fold))
    found = list(decided(examples, [default_model()] * FOLDS, format))
    assert sorted(one.page.id for one in found) == sorted(one.id for one in pages)
    for one in found:
        assert one.lines[:2] == ["Home", "News"]
        assert one.share.size == one.words.size == one.alone.size == one.with_site.size == len(one.lines)
        assert not one.with_site[:4].any()
        assert one.with_site[5:].all()


def test_lines_to_judge_are_drawn_by_a_fixed_rule():
    pages = [page(f"p{at}", f"site{at % 3}", (1.0,) * 4, (False,) * 4, (True,) * 4) for at in range(9)]
    lines = [ChangedLine("html", one, at) for one in pages for at in range(4)]
    found = drawn(lines)
    assert found == drawn(lines)
    assert len(found) == 3 * EACH
    assert list(shown(7, ChangedLine("html", pages[0], 1))) == [
        "=== 7 · site0 · line 2 of 4", "title: ", "    line 0", ">>> line 1", "    line 2", "    line 3",
    ]  # fmt: skip


def test_readers_judged_every_line():
    labels = read(LABELS, "site-decisions")
    keys = {(line["format"], line["page"], line["line"]) for line in labels["lines"]}
    assert len(keys) == len(labels["lines"])
    for line in labels["lines"]:
        assert len(line["readers"]) == 2
        for kind, stays in line["readers"]:
            assert kind in LINE_KINDS
            assert stays in ("stays", "goes", "either")


def test_tables_of_changed_decisions():
    row = {"format": "text", "sites": 2, "pages": 30, "f1_without": 0.8, "f1_with": 0.9,
           "brought_back": 10, "brought_back_rightly": 4, "dropped": 0, "dropped_rightly": 0}  # fmt: skip
    sites = [{"format": "text", "f1_without": 0.8, "f1_with": f1} for f1 in (0.7, 0.803, 0.9)]
    head, (cells,) = profile_tables.decisions({"summary": [row], "rows": sites}, ())
    assert len(cells) == len(head)
    assert cells[5:] == ["1, 1", "10", "40 %", "0", "", "40 %"]
    line = {"format": "html", "kept": True, "right_by_gold": False}
    said = [("stays", "stays"), ("goes", "goes"), ("stays", "goes"), ("either", "stays")]
    lines = [{**line, "readers": [["body", one], ["body", two]]} for one, two in said]
    _, rows = profile_tables.judged({"lines": lines}, ())
    assert rows[2] == ["html", "brought back", "4", "2", "50 %", "0 %"]
    assert rows[0] == ["text", "brought back", "0", "0", "", ""]
