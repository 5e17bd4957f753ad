"""Golden pages: what must stay and go, as data, with known failures that are strict.

`pages/*.json` says what each line of a page should be, and why. `known_failures.json`
lists the lines that the shipped model still gets wrong; a line that is listed and right
fails too, so that a repair is noticed (`python -m tests.golden.record` writes the list,
and refuses to let it grow).
"""

import json
from pathlib import Path

import pytest

from tests.golden.record import KNOWN_FAILURES, PAGES, failures_of, read_case

CASES = sorted(path.stem for path in PAGES.glob("*.json"))
KNOWN = json.loads(KNOWN_FAILURES.read_text("utf-8"))["lines"]


@pytest.mark.parametrize("name", CASES)
def test_golden_page(detector, name):
    failures = failures_of(detector, read_case(name))
    known = KNOWN.get(name, [])
    new = [failure for failure in failures if failure not in known]
    repaired = [failure for failure in known if failure not in failures]
    assert not new, f"wrong now: {new}"
    assert not repaired, f"right now, take it off known_failures.json: {repaired}"


@pytest.mark.parametrize("name", CASES)
def test_golden_page_is_well_formed(name):
    case = read_case(name)
    assert set(case) >= {"title", "language", "script", "kind", "format", "why", "input", "lines"}
    assert all(line[0] in ("keep", "drop", "repeat", "cut", "any") for line in case["lines"])


def test_golden_pages_cover_what_they_should():
    cases = [read_case(name) for name in CASES]
    assert len(cases) >= 40
    assert len({case["language"] for case in cases}) >= 12
    assert len({case["script"] for case in cases}) >= 6
    assert {case["format"] for case in cases} == {"text", "html"}


def test_poems_and_pages_without_template_lose_nothing(detector):
    for name in CASES:
        case = read_case(name)
        if case["kind"] in ("poem", "song") or all(line[0] == "keep" for line in case["lines"]):
            lost = [text for want, _, text in failures_of(detector, case) if want == "keep"]
            known = [text for want, _, text in KNOWN.get(name, []) if want == "keep"]
            assert lost == known, name


def test_known_failures_name_pages_that_exist():
    assert set(KNOWN) <= {Path(name).stem for name in CASES}
