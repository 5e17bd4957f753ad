"""Reasons can be checked: quoted words move the score as stated, and facts are those of the page."""

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from detector.features.schema import CODES
from detector.model.score import score_lines
from detector.records import Batch
from detector.results.quoted_words import NO_WORD, quoted_words
from detector.text.page import Page
from detector.text.read import read_batch
from detector.text.words import words_of
from tests.oracles.words import words_of as words_in

PAGES = sorted((Path(__file__).parents[1] / "golden" / "pages").glob("*.json"))
PHRASES = CODES.index("phrases")
FOUND = re.compile("“([^”]*)”")


def case_page(path):
    case = json.loads(path.read_text("utf-8"))
    source = case["input"] if isinstance(case["input"], str) else "\n".join(case["input"])
    return case["language"], Page.read(source, case["format"])


def another(word):
    """Return a word of as many bytes that no model knows: the same word backwards."""
    turned = word[::-1]
    return turned if turned != word else "".join(chr(ord(char) ^ 1) for char in word)


def without_words(batch: Batch, words, numbers):
    data = batch.data.copy()
    for number in numbers:
        start, end = words.start[number], words.end[number]
        other = another(data[start:end].tobytes().decode()).encode()
        if len(other) == end - start:
            data[start:end] = np.frombuffer(other, np.uint8)
    return batch._replace(data=data)


def moved(detector, page, most):
    """Yield how far the score moves in the stated direction when a line's quoted words are replaced."""
    batch, words, markup, _ = read_batch([page])
    scored = score_lines(batch, words, markup, detector.model)
    said = scored.contributions[:, PHRASES]
    quoted = quoted_words(words, detector.model.phrases, said)
    rows = np.flatnonzero((quoted != NO_WORD).any(axis=1))[:most]
    for row in rows.tolist():
        numbers = words.segment_word[row] + quoted[row][quoted[row] != NO_WORD]
        other = without_words(batch, words, numbers)
        after = score_lines(other, words_of(other), markup, detector.model)
        yield float(np.sign(said[row]) * (scored.log_odds[row] - after.log_odds[row]))


def test_without_the_quoted_words_the_score_moves_as_the_reason_says(detector):
    by_language: dict[str, list[float]] = {}
    for path in PAGES:
        language, page = case_page(path)
        by_language.setdefault(language, []).extend(moved(detector, page, most=12))
    lines = [value for values in by_language.values() for value in values]
    assert len(lines) >= 250
    assert np.mean(np.array(lines) > 0) >= 0.9
    assert sum(len(values) >= 3 for values in by_language.values()) >= 20
    assert all(np.median(values) > 0 for values in by_language.values() if len(values) >= 3)


@pytest.fixture(scope="module")
def pages(detector):
    return [detector.score_batch([case_page(path)[1]])[0] for path in PAGES[::3]]


def lines_with_reason(pages, code):
    for page in pages:
        lines = [line for line in page.lines if line.score is not None]
        for at, line in enumerate(lines):
            for reason in line.reasons:
                if reason.code == code:
                    yield lines, at, reason


def test_quoted_words_stand_in_their_line(pages):
    quoted = 0
    for lines, at, reason in lines_with_reason(pages, "phrases"):
        text = " ".join(lines[at].text.split())
        for phrase in FOUND.findall(reason.text):
            assert phrase in text
            assert phrase != text
            quoted += 1
        if "“" in reason.text:
            assert ("boilerplate" in reason.text) == (reason.contribution > 0)
    assert quoted > 50


def test_lines_around_are_counted(pages):
    checked = 0
    for lines, at, reason in lines_with_reason(pages, "neighbours"):
        found = re.fullmatch(r"(all|\d+ of the) (\d+) lines around it are (boilerplate|content)", reason.text)
        if found and len(lines) == sum(len(line.text) <= 1000 for line in lines):
            others = [*lines[max(at - 4, 0) : at], *lines[at + 1 : at + 5]]
            alike = sum((line.score < 0.5) == (found[3] == "content") for line in others)
            assert len(others) == int(found[2])
            assert alike == (len(others) if found[1] == "all" else int(found[1].split()[0]))
            assert (found[3] == "boilerplate") == (reason.contribution > 0)
            checked += 1
    assert checked > 50


def test_lines_of_content_on_the_page_are_counted(pages):
    checked = 0
    for lines, _, reason in lines_with_reason(pages, "page"):
        found = re.fullmatch(r"(\d+) of the page's (\d+) lines? are content", reason.text)
        if found and all(len(line.text) <= 1000 for line in lines):
            assert int(found[2]) == len(lines)
            assert int(found[1]) == sum(line.score < 0.5 for line in lines)
            checked += 1
    assert checked > 20


def test_places_are_those_of_the_line(pages):
    checked = 0
    for lines, at, reason in lines_with_reason(pages, "place"):
        before = any(line.score < 0.5 for line in lines[:at])
        after = any(line.score < 0.5 for line in lines[at + 1 :])
        wanted = {
            "comes after the last line of content": (True, False),
            "comes before the first line of content": (False, True),
            "is between lines of content": (True, True),
        }
        if reason.text in wanted:
            assert (before, after) == wanted[reason.text]
            checked += 1
    assert checked > 50


def test_words_that_return_are_counted(pages):
    checked = 0
    for lines, at, reason in lines_with_reason(pages, "cohesion"):
        found = re.match(
            r"(?:only )?(\d+) of its (\d+) (rarer )?words? appears? in other lines of content", reason.text
        )
        none = re.fullmatch(r"its (rarer )?words appear in no other line of content", reason.text)
        if not (found or none) or any(len(line.text) > 1000 for line in lines):
            continue
        words = [{word.key for word in words_in(line.text)} for line in lines]
        rare = [
            word for word in words[at] if sum(word in other for other in words) <= max(3, len(lines) / 10)
        ]
        others = [other for number, other in enumerate(words) if number != at and lines[number].score < 0.5]
        returns = sum(any(word in other for other in others) for word in rare)
        assert (returns, len(rare)) == ((int(found[1]), int(found[2])) if found else (0, len(rare)))
        is_rarer = "rarer" in reason.text
        assert is_rarer == (len(rare) < len(words[at]))
        checked += 1
    assert checked > 50


def test_a_page_that_travels_takes_its_quotations_along_but_not_the_weights(detector):
    pages = [detector.score(case_page(path)[1]) for path in PAGES[:10]]
    again = pickle.loads(pickle.dumps(pages))
    assert [page.lines for page in again] == [page.lines for page in pages]
    assert any("“" in reason.text for page in again for line in page.lines for reason in line.reasons)
    assert len(pickle.dumps(detector.score("a line"))) < 20_000
