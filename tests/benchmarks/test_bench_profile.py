"""How site profiles are measured: template lines at the same content loss, sums over sites, tables."""

import numpy as np
import pytest

from benchmarks.data.profile_sites import drawn
from benchmarks.measures.profile_scores import Judged, template_left
from benchmarks.run.sites.profile import _changed, summary
from benchmarks.tables import profile_tables

SIDES = ("without", "with")


def judged(*lines):
    """Return a page from lines of (score, words, share of content, dropped)."""
    return Judged(0.5, np.array(lines, np.float64))


def test_template_is_compared_at_the_loss_that_the_decisions_had():
    before = [judged((0.9, 5, 0, 1), (0.8, 10, 1, 1), (0.7, 5, 0, 0), (0.1, 50, 1, 0))]
    after = [judged((0.9, 5, 0, 1), (0.2, 10, 1, 0), (0.8, 5, 0, 1), (0.1, 50, 1, 0))]
    assert template_left(before, after) == (0.0, 0.0)
    strict = [judged((0.9, 5, 0, 1), (0.8, 10, 1, 0), (0.7, 5, 0, 0), (0.1, 50, 1, 0))]
    assert template_left(strict, after) == (0.5, 0.0)
    tied = [judged((0.9, 5, 0, 1), (0.9, 10, 1, 0))]
    assert template_left(tied, tied) == (1.0, 1.0)


def test_other_pages_are_drawn_alike_and_never_the_page_itself():
    names = [f"page{number}" for number in range(20)]
    assert drawn(names, "page3") == drawn(names[::-1], "page3")
    assert sorted([*drawn(names, "page3"), "page3"]) == sorted(names)


def row(site, pages, without, with_):
    return {
        "format": "text",
        "others": 30,
        "site": site,
        "pages": pages,
        "f1_without": without,
        "f1_with": with_,
        "f1_gain_90": [with_ - without - 0.01, with_ - without + 0.01],
        "template_left_without": 0.2,
        "template_left_with": 0.1,
    }


def test_sites_count_once_each_and_the_worst_is_named():
    rows = [row("a", 5, 0.8, 0.9), row("b", 5, 0.9, 0.92), row("c", 1, 0.9, 0.8)]
    found, several = summary(rows)
    assert found["sites"] == 3
    assert several["sites"] == 2
    assert found["median_f1_with"] == pytest.approx(0.9)
    assert found["f1_error_falls_median"] == pytest.approx(0.2)
    assert found["worst_site"]["site"] == "c"
    assert found["sites_worse_by_01"] == ["c"]
    head, lines = profile_tables.summary({"summary": [found, several]}, ())
    assert [len(line) for line in lines] == [len(head)] * 2
    head, lines = profile_tables.sites({"rows": rows}, ("text", "30"))
    assert [line[0] for line in lines] == ["a", "b", "c"]
    assert lines[2][4] == "one page"


def test_changed_decisions_are_right_if_they_agree_with_the_truth():
    """Of lines (score, words, content, dropped): one dropped rightly, one kept wrongly, one without words."""
    before = [judged((0.4, 5, 0, 0), (0.9, 5, 0, 1), (0.1, 5, 1, 0), (0.4, 0, 0, 0))]
    after = [judged((0.6, 5, 0, 1), (0.4, 5, 0, 0), (0.1, 5, 1, 0), (0.6, 0, 0, 1))]
    assert _changed(before, after) == {"changed": 2, "changed_rightly": 1}


def test_a_site_that_changes_no_decision_has_no_share_of_right_ones():
    sides = {
        f"{name}_{side}": 0.5 for name in ("content_lost", "left_at_same_loss", "words_f1") for side in SIDES
    }
    lines = {f"template_lines_left_{side}": 1 for side in SIDES}
    row = {"format": "text", "pages": 1, "template_lines": 2, **lines, **sides}
    rows = [{**row, "changed": 0, "changed_rightly": 0}, {**row, "changed": 8, "changed_rightly": 6}]
    head, found = profile_tables.corpus({"corpus": rows}, ())
    assert {len(one) for one in found} == {len(head)}
    assert [one[-2:] for one in found] == [["0", ""], ["8", "75 %"]]
