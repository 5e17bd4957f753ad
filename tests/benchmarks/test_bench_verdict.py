"""Consent walls, logins and error pages: what is counted."""

from benchmarks.run.verdict import Judged, measures, page_of_lines, written_pages


def test_ordinary_pages_and_others_are_counted_apart():
    found = measures(
        [
            Judged("a/1", "de", "", "article"),
            Judged("a/2", "de", "", "login"),
            Judged("a/3", "en", "", "listing"),
            Judged("written/0", "en", "login", "login"),
            Judged("written/1", "fr", "login", "error"),
        ]
    )
    assert found["ordinary"] == {"pages": 3, "wrong": 1, "names": ["a/2"]}
    assert found["languages"] == {"de": {"pages": 2, "wrong": 1}, "en": {"pages": 1, "wrong": 0}}
    assert found["written"] == {"login": {"pages": 2, "found": 1}}
    assert (found["written_languages"], found["found_languages"]) == (2, 1)


def test_written_pages_have_three_kinds_in_many_languages():
    pages = written_pages()
    assert {kind for _, kind, _ in pages} == {"consent wall", "login", "error"}
    assert len({language for language, *_ in pages}) >= 12


def test_lines_become_the_same_lines_in_both_formats(detector):
    for format in ("html", "text"):
        page = detector.score_batch([page_of_lines(["A <title>", "One line & more"], format)])[0]
        assert [line.text for line in page.lines] == ["A <title>", "One line & more"]
