"""trafilatura and resiliparse as a first step: the lines of their output, scored."""

import pytest

import detector
from detector import Page


def lines_of(page):
    return [line.text for line in page.lines if line.score is not None]


def test_trafilatura(pages):
    trafilatura = pytest.importorskip("trafilatura")
    from detector.integrations.trafilatura import score

    found = score(pages[0], url="https://example.org/mill", favor_recall=True)
    text = trafilatura.extract(pages[0], url="https://example.org/mill", favor_recall=True)
    assert lines_of(found) == [line for line in text.splitlines() if line.strip()]
    assert found.to_dict()["lines"] == detector.score(Page(text, "text")).to_dict()["lines"]
    assert found.url == "https://example.org/mill"


def test_trafilatura_finds_nothing():
    pytest.importorskip("trafilatura")
    from detector.integrations.trafilatura import score

    assert score("<html><body></body></html>").lines == ()


def test_resiliparse(pages):
    pytest.importorskip("resiliparse")
    from resiliparse.extract.html2text import extract_plain_text

    from detector.integrations.resiliparse import score

    found = score(pages[0])
    text = extract_plain_text(pages[0])
    assert lines_of(found) == [line for line in text.splitlines() if line.strip()]
    assert "Your email address" in text
    assert "Your email address" not in found.clean_text
    assert "mill stood empty" in found.clean_text
    assert lines_of(score(pages[0], main_content=True)) != lines_of(found)
