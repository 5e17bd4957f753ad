"""Consent walls, logins and error pages in 17 languages are found, as text and as HTML."""

import pytest

from benchmarks.run.verdict import page_of_lines, written_pages

PAGES = written_pages()


@pytest.mark.parametrize(("format", "share"), [("text", 0.9), ("html", 0.9)])
def test_most_are_found_in_twelve_languages(detector, format, share):
    pages = detector.score_batch([page_of_lines(lines, format) for *_, lines in PAGES])
    said = [page.verdict.kind for page in pages]
    found = [language for (language, kind, _), name in zip(PAGES, said, strict=True) if kind == name]
    assert len(found) >= share * len(PAGES)
    assert len(set(found)) >= 12
