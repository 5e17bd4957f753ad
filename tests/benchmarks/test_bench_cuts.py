"""Titles cut off lines of real pages: every cut that was ever made, checked by eye (benchmarks/labels/cuts.json)."""

import json

import pytest

from benchmarks.data.pages import Page
from benchmarks.data.sets import dataset
from benchmarks.files import ROOT
from benchmarks.labels.lines import lines_of
from detector.text.page import Page as Decoded

VERDICTS = ROOT / "benchmarks" / "labels" / "cuts.json"


def decoded(page: Page, format: str) -> Decoded:
    if format == "html":
        return Decoded.read(page.html, "html")
    return Decoded("\n".join(line.text for line in lines_of(page)), "text")


@pytest.mark.shared
def test_cuts_that_are_right_are_made_and_no_other(shared, detector):
    verdicts = json.loads(VERDICTS.read_text("utf-8"))
    formats = {(row["page"], row["format"]) for row in verdicts}
    sets = {page.split("/", 1)[0] for page, _ in formats}
    names = {page for page, _ in formats}
    pages = {page.key: page for name in sets for page in dataset(name).pages() if page.key in names}
    made = set()
    for name, format in formats:
        scored = detector.score_batch([decoded(pages[name], format)])[0]
        prefixes = [line for line in scored.lines if line.copy_kind == "headline-prefix" and line.kept]
        made |= {(name, format, line.number) for line in prefixes}
    right = {(row["page"], row["format"], row["line"]) for row in verdicts if row["right"]}
    assert made == right


def test_verdicts_say_why_a_cut_is_wrong():
    assert all(row["right"] or row["why"] for row in json.loads(VERDICTS.read_text("utf-8")))
