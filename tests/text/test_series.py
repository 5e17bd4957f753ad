"""Many pages in Python: what is refused, what is left out, and what is put in its place."""

import math
from pathlib import Path

import numpy as np
import pandas
import pytest

import detector as package
from detector import Page, Settings, SiteProfile
from detector.detector import Detector
from detector.errors import DetectorError, PageError

STORY = "The town council met on Monday to discuss the new bridge, and voted nine to two in favour of it."
HTML = f"<html><body><h1>A title</h1><p>{STORY}</p></body></html>"


@pytest.mark.parametrize("pages", [STORY, STORY.encode(), Path("a.html"), Page(STORY, "text")])
def test_a_single_page_is_refused_at_once(detector, pages):
    with pytest.raises(TypeError, match="expected many pages, not one"):
        detector.score_pages(pages)


def test_a_table_is_refused(detector):
    table = pandas.DataFrame({"html": [HTML]})
    for pages in (table, {"html": [HTML]}):
        with pytest.raises(TypeError, match="give the column with the pages"):
            detector.score_pages(pages)
    assert len(list(detector.score_pages(table["html"]))) == 1


def test_a_number_is_refused(detector):
    with pytest.raises(TypeError, match="expected many pages, not int"):
        detector.score_pages(5)


def test_an_error_is_raised_where_it_stands(detector):
    found = detector.score_pages([STORY, Path("missing.html"), STORY])
    assert next(found).clean_text == STORY
    with pytest.raises(PageError, match=r"^pages\[1\]: missing.html does not exist$"):
        next(found)


@pytest.mark.parametrize("size", [1, 500_000])
def test_an_error_is_left_out_or_stands_in_its_place(detector, size):
    small = Detector(detector.model, Settings(batch_bytes=size))
    explosive = Page("".join(f"<p><b id={number}>x" for number in range(12_000)), "html")
    pages = [STORY, Path("missing.html"), 5, explosive, "https://example.org/", HTML]
    assert [page.format for page in small.score_pages(pages, errors="skip")] == ["text", "html", "html"]
    found = list(small.score_pages(pages, errors="return"))
    assert [isinstance(one, DetectorError) for one in found] == [False, True, True, False, True, False]
    assert str(found[2]) == "pages[2]: a page is str, bytes or pathlib.Path, not int"
    assert "formatting" in found[3].simplified
    assert "Page.fetch('https://example.org/')" in str(found[4])


@pytest.mark.parametrize("nothing", [None, math.nan, np.float32("nan"), pandas.NA, pandas.NaT])
def test_what_is_missing_is_an_error_or_an_empty_page(detector, nothing):
    pages = pandas.Series([STORY, nothing, STORY], dtype=object)
    with pytest.raises(PageError, match=r"pages\[1\]: no page, but .*missing='empty'"):
        list(detector.score_pages(pages))
    assert len(list(detector.score_pages(pages, errors="skip"))) == 2
    texts = [page.clean_text for page in detector.score_pages(pages, missing="empty")]
    assert texts == [STORY, "", STORY]


def test_unknown_choices_are_refused(detector):
    with pytest.raises(ValueError, match="errors is one of raise, skip, return, not 'ignore'"):
        detector.score_pages([], errors="ignore")
    with pytest.raises(ValueError, match="missing is one of error, empty, not 'drop'"):
        detector.score_pages([], missing="drop")


def test_a_profile_is_not_learned_from_the_characters_of_a_page():
    with pytest.raises(TypeError, match="expected many pages"):
        SiteProfile.learn(HTML)
    with pytest.raises(PageError, match=r"pages\[1\]"):
        SiteProfile.learn([HTML, None])


@pytest.mark.parametrize("address", ["https://example.org/story", "HTTP://example.org", " http://a.b/c\n"])
def test_an_address_is_not_taken_for_a_page(detector, address):
    with pytest.raises(ValueError, match=r"is an address, not a page: pass Page\.fetch\("):
        detector.score(address)
    assert detector.score(f"{address.strip()} has the story").lines
    assert detector.score(Page(address, "text")).lines


@pytest.mark.parametrize("format", ["text", "markdown", "html", "xml", "json", "jsonl"])
def test_a_page_is_cleaned_to_every_format(detector, format):
    page = detector.score(HTML)
    writers = {
        "text": page.clean_text, "markdown": page.to_markdown(), "html": page.to_html(),
        "xml": page.to_tei(), "json": page.to_json(), "jsonl": page.to_jsonl(),
    }  # fmt: skip
    assert package.clean(HTML, format=format) == detector.clean(HTML, format) == writers[format]


def test_unknown_formats_are_refused(detector):
    with pytest.raises(ValueError, match="'md' is not an output format: use one of text, markdown"):
        detector.clean(HTML, "md")
    with pytest.raises(ValueError, match="a page is read as 'text' or 'html', not 'markdown'"):
        detector.score(HTML, "markdown")


def test_the_format_of_the_input_is_given_apart(detector):
    assert package.clean(HTML, input_format="text") == HTML
    assert package.score(HTML, format="text").format == "text"


def test_a_page_that_was_read_is_scored(detector):
    page = detector.score(Page(HTML, "html"), url="https://example.org/")
    assert page.to_dict() == detector.score(HTML, url="https://example.org/").to_dict()


def test_the_default_model_has_a_name(detector):
    assert Detector("default").model is Detector().model
