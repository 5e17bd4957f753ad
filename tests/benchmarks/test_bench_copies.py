"""Copies on planted sites: which decisions count as correct."""

from benchmarks.data.planted.sites import PlantedLine, PlantedPage
from benchmarks.run.copies import (
    TWICE,
    is_right,
    judged,
    kind_of,
    planted_sites,
    row,
    stands_once,
    with_paragraph_twice,
)
from detector import Detector, Settings

LONG = (
    "The mill stood empty for thirty-one years until the town bought it back in spring and mended the roof."
)


def lines_of(text, **settings):
    return Detector(settings=Settings(**settings)).score(text, "text").lines


def test_a_paragraph_is_printed_twice():
    lines = [PlantedLine("a title", "content", "headline")]
    lines += [PlantedLine(f"{LONG} {at}", "content", "paragraph") for at in range(2)]
    lines += [PlantedLine("Share", "template", "fixed")]
    found = with_paragraph_twice(PlantedPage("a", tuple(lines))).lines
    assert [line.kind for line in found] == ["headline", "paragraph", "paragraph", TWICE, "fixed"]
    assert found[3].text == found[1].text


def test_what_is_right():
    (kept,) = lines_of(LONG, threshold=1.0)
    (gone,) = lines_of(LONG, threshold=0.0)
    content, again = PlantedLine(LONG, "content", "paragraph"), PlantedLine(LONG, "repeat", "verbatim")
    assert [is_right(kept, content), is_right(gone, content)] == [True, False]
    assert [is_right(kept, again), is_right(gone, again)] == [False, True]
    assert not is_right(kept, PlantedLine(LONG, "content", "prefix", cut=4)), "the beginning should be cut"
    assert [stands_once(kept, [kept, gone]), stands_once(kept, [kept, kept]), stands_once(gone, [gone])] == [
        True, False, False,
    ]  # fmt: skip


def test_a_heading_above_no_text_is_counted_apart():
    heading, text = PlantedLine("Method", "content", "heading"), PlantedLine(LONG, "content", "paragraph")
    page = PlantedPage(
        "a", (heading, text, heading, heading, PlantedLine("Share", "template", "fixed"), text, heading)
    )
    assert [kind_of(page, number) for number in range(7)] == [
        "heading", "paragraph", "heading-without-text", "heading-without-text", "template", "paragraph",
        "heading-without-text",
    ]  # fmt: skip


def test_shares_by_kind():
    found = row("page alone", [("verbatim", True), ("verbatim", False), ("headline", True)])
    assert found["right"] == {"verbatim": 0.5, "headline": 1.0}
    assert found["lines"] == {"verbatim": 2, "headline": 1}


def test_verbatim_copies_of_planted_sites_go(detector):
    (site,) = planted_sites(1)
    copies = [right for kind, right in judged(site.pages, detector) if kind == "verbatim"]
    assert len(copies) > 5
    assert all(copies)
