"""`series.detector` in pandas gives the results of a detector."""

import pytest

import detector
from detector import Detector, Settings
from detector.errors import PageError

pandas = pytest.importorskip("pandas")

import detector.integrations.pandas  # noqa: E402


def test_a_column_is_cleaned_under_its_index_and_name(pages, clean):
    series = pandas.Series([*pages, None], index=["a", "b", "c"], name="html")
    found = series.detector.clean()
    assert found.to_dict() == {"a": clean[0], "b": clean[1], "c": None}
    assert found.name == "html"


def test_markdown_and_another_detector(pages):
    series = pandas.Series(pages)
    careful = Detector(settings=Settings(threshold=1.0))
    assert series.detector.clean("markdown")[0].startswith("# The mill")
    assert "Leave a Reply" in series.detector.clean(detector=careful)[1]


def test_pages_are_rows_and_what_is_no_page_is_named(pages, clean):
    found = pandas.Series([pages[0], 3.5, float("nan")]).detector.score()
    assert found["text"].tolist() == [clean[0], None, None]
    assert "not float" in found["detector_fault"][1]
    assert found["detector_fault"].isna().tolist() == [True, False, True]
    assert found["detector_content_share"][0] == detector.score(pages[0]).content_share
    assert found["detector_verdict"][0] == detector.score(pages[0]).verdict.kind


def test_an_item_that_is_no_page_is_an_error_of_clean():
    with pytest.raises(PageError, match="not float"):
        pandas.Series([3.5]).detector.clean()


def test_lines_are_rows(pages):
    found = pandas.Series(pages, index=["a", "b"]).detector.lines()
    lines = [line for line in detector.score(pages[1]).lines if line.score is not None]
    assert found.loc["b", "score"].tolist() == [line.score for line in lines]
    assert found.loc["b", "reason"].tolist() == [line.why for line in lines]


def test_a_text_that_is_the_name_of_a_file_is_a_text(tmp_path, monkeypatch):
    (tmp_path / "page.txt").write_text("something else")
    monkeypatch.chdir(tmp_path)
    found = pandas.Series(["page.txt"]).detector.score()
    assert found["detector_fault"].tolist() == [None]


def test_an_empty_column():
    assert pandas.Series([], dtype=object).detector.clean().tolist() == []
    assert pandas.Series([], dtype=object).detector.lines().empty


def test_an_error_names_the_position_of_the_page():
    """Missing pages before it did not count."""
    with pytest.raises(PageError, match=r"^pages\[2\]: a page is str"):
        pandas.Series([None, "A page", 3]).detector.clean()
