"""Consent walls, logins and errors in 17 languages: found, in text and in HTML."""

import json
from html import escape
from pathlib import Path

import pytest

from detector.text.page import Page

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("no_content_pages.jsonl").read_text("utf-8").splitlines()
]


def page_of(case, format):
    if format == "text":
        return Page("\n".join(case["lines"]), "text")
    head, *rest = (escape(line) for line in case["lines"])
    body = "".join(f"<p>{line}</p>" for line in rest)
    return Page.read(f"<title>{head}</title><body><h1>{head}</h1>{body}</body>", "html")


# Of HTML without elements that say what a line is, fewer than nine of ten are found: consent walls and logins that are
# likelier than any other kind, but at less than .6, are called ordinary pages.
@pytest.mark.parametrize(("format", "share"), [("text", 0.9), ("html", 0.7)])
def test_most_are_found_in_twelve_languages(detector, format, share):
    cases = [case for case in CASES if case["kind"] in ("consent wall", "login", "error")]
    pages = detector.score_batch([page_of(case, format) for case in cases])
    found = [page.verdict.kind == case["kind"] for page, case in zip(pages, cases, strict=True)]
    assert sum(found) >= share * len(cases)
    assert len({case["language"] for case, is_found in zip(cases, found, strict=True) if is_found}) >= 12
