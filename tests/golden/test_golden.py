"""Golden pages: which lines must stay and which must go, as data, with strict known failures.

`pages/*.json` gives the expected label of each line of a page, and why the page is there: `blocks`
are the first and last lines of lists, tables and code that must stay whole; `asides` are lines of
captions, bylines, comments and teasers in or below a text. `known_failures.json` lists the lines
that the default model still gets wrong. A listed line that comes out right fails too, so that no
fix goes unnoticed (`python -m tests.golden.record` writes the list and does not let it grow).
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.golden.record import KNOWN_FAILURES, PAGES, failures_of, read_case

CASES = sorted(path.stem for path in PAGES.glob("*.json"))
TRAINING_DATA = Path(__file__).parents[2] / "training_data"
# What should happen to asides: comments and teasers go, captions stay, bylines may do either.
ASIDES = {"caption": "keep", "byline": "any", "comment": "drop", "teaser": "drop"}
# Common interface phrases, which any page in their language may have: not text that could be memorised.
STANDING_PHRASES = {"You may also like", "Ý kiến của bạn"}
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


@pytest.mark.parametrize("name", CASES)
def test_blocks_stay_and_asides_are_what_they_say(name):
    case = read_case(name)
    wanted = [line[0] for line in case["lines"]]
    for first, last in case.get("blocks", []):
        assert last > first
        assert set(wanted[first : last + 1]) == {"keep"}, (first, last)
    for aside, number in case.get("asides", []):
        assert wanted[number] == ASIDES[aside], (aside, number)


@pytest.mark.parametrize("name", CASES)
def test_a_cut_takes_the_headline_of_its_page_and_nothing_else(name):
    lines = read_case(name)["lines"]
    titles = {line[1].casefold() for line in lines if line[0] == "keep"}
    for line in lines:
        if line[0] == "cut":
            assert line[1].endswith(line[2])
            taken = line[1].removesuffix(line[2]).rstrip(" .:-–—|!?。：।").casefold()
            assert any(title.rstrip(" .!?。।") == taken.rstrip(" .!?。।") for title in titles), taken


def test_there_are_enough_cases_of_each_kind():
    cases = [read_case(name) for name in CASES]
    wanted = Counter(line[0] for case in cases for line in case["lines"])
    asides = Counter(aside for case in cases for aside, _ in case.get("asides", []))
    assert wanted["repeat"] >= 40
    assert wanted["cut"] >= 25
    assert sum(len(case.get("blocks", [])) for case in cases) >= 20
    assert set(asides) == set(ASIDES)
    assert asides.total() - asides["byline"] >= 20


def test_no_golden_line_stands_in_training_data():
    files = [path for path in sorted(TRAINING_DATA.rglob("*")) if path.suffix in (".jsonl", ".txt", ".html")]
    assert files
    texts = "\n".join(" ".join(path.read_text("utf-8").replace('\\"', '"').split()) for path in files)
    lines = {" ".join(line[1].split()) for name in CASES for line in read_case(name)["lines"]}
    found = {line for line in lines if len(line.split()) >= 4 and line in texts}
    assert found == STANDING_PHRASES


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
