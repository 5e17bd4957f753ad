"""Decisions by kind: lines that are kept or dropped for their kind, whatever their score."""

from pathlib import Path

import numpy as np
import pytest

from detector import Detector
from detector.decisions import (
    BETWEEN_KEPT,
    COPY_DROPPED,
    HEADING_KEPT,
    KIND_DECIDED,
    ORIGINAL_KEPT,
    DecisionPolicy,
    decide,
)
from detector.decisions_by_kind import KINDS_WEIGHT, KnownKinds, by_kind, titles_of, with_kinds
from detector.records import COPY_KINDS, LINE_KINDS, Copies
from detector.settings import Settings
from detector.text.plain import text_batch
from detector.text.words import words_of
from tests.model.test_kind_network import HTML, TEXT


def known(*lines, forum=(0.0,), article=()):
    """Known kinds: for each line a dict of kinds and probabilities, for each page how likely it is a forum
    and an article.
    """
    shares = np.zeros((len(lines), len(LINE_KINDS)), np.float32)
    for at, line in enumerate(lines):
        for kind, share in line.items():
            shares[at, LINE_KINDS.index(kind)] = share
    articles = article or [0.0] * len(forum)
    return KnownKinds(shares, np.array(forum, np.float32), np.array(articles, np.float32))


def scores(*numbers):
    return np.array(numbers, np.float32)


def of_one_page(kinds, keep=(), drop=(), score=0.4):
    size = len(kinds.lines)
    return by_kind(scores(*[score] * size), kinds, np.array([0, size]), keep, drop)


def test_the_kinds_kept_and_dropped_and_the_score_of_the_others():
    line = known({"body": 0.3, "navigation": 0.2, "legal": 0.5})
    found = of_one_page(line, ["body"], ["navigation"])
    assert found.decided == pytest.approx([1 - (0.3 + 0.5 * 0.6)])
    assert found.content == pytest.approx([1 - 0.8 * 0.6])


def log_odds(share):
    return np.log(share / (1 - share))


@pytest.mark.parametrize(
    ("line", "score", "article", "said", "weight"),
    [
        ({"navigation": 0.9, "body": 0.1}, 0.2, 1.0, 0.9, KINDS_WEIGHT),
        ({"navigation": 0.1, "body": 0.9}, 0.8, 0.0, 0.1, KINDS_WEIGHT),
        ({"navigation": 0.1, "body": 0.9}, 0.8, 0.75, 0.1, KINDS_WEIGHT / 4),
        ({"navigation": 0.1, "body": 0.5, "caption": 0.4}, 0.8, 0.0, 0.1, KINDS_WEIGHT),
        # For the title, bylines, comments and notes about authors, the score counts.
        ({"navigation": 0.2, "body": 0.3, "byline": 0.5}, 0.6, 0.0, 0.5, KINDS_WEIGHT),
        ({"comment": 0.5, "author": 0.3, "title": 0.2}, 0.7, 0.0, 0.7, KINDS_WEIGHT),
    ],
)
def test_the_number_for_decisions_lies_between_the_score_and_what_the_kinds_say(
    line, score, article, said, weight
):
    (found,) = with_kinds(scores(score), known(line, article=[article]), np.array([0, 1]))
    wanted = (1 - weight) * log_odds(score) + weight * log_odds(said)
    assert found == pytest.approx(1 / (1 + np.exp(-wanted)), abs=0.0006)


def test_kinds_that_speak_for_a_line_do_not_add_to_the_content_of_its_page():
    lines = known({"body": 1.0}, {"navigation": 1.0})
    given, together = scores(0.8, 0.4), scores(0.6, 0.5)
    found = by_kind(given, lines, np.array([0, 2]), ["title"], together=together)
    assert found.decided == pytest.approx(together)
    assert found.content == pytest.approx([0.8, 0.5])


def test_without_kinds_the_score_decides_alone():
    given = scores(0.1, 0.9)
    none = KnownKinds(np.zeros((0, len(LINE_KINDS)), np.float32), scores(0), scores(0))
    assert with_kinds(given, none, np.array([0, 2])) is given


def test_each_line_is_decided_by_its_own_kinds():
    lines = known({"title": 1}, {"form": 1}, {"caption": 1}, {"title": 0.5, "caption": 0.5}, forum=(0, 0))
    found = by_kind(scores(0.9, 0.9, 0.1, 0.4), lines, np.array([0, 3, 4]), ["title"], ["caption"])
    assert found.decided == pytest.approx([0, 0.9, 1, 0.5])


def test_lines_with_copies_of_them_as_headlines_are_titles():
    names = ("", "headline", "headline-prefix", "block", "headline")
    kinds = [COPY_KINDS.index(name) if name else 0 for name in names]
    copies = Copies(np.array([-1, 3, 4, 2, 3]), np.array(kinds, np.uint8), np.zeros(5, np.int32))
    assert titles_of(copies).tolist() == [3, 4]


def test_a_title_by_its_copies_has_ten_times_the_odds():
    lines = known({"title": 0.2}, {"title": 0.2}, {"body": 1.0})
    found = by_kind(scores(0.4, 0.4, 0.4), lines, np.array([0, 3]), ["title"], [], np.array([1])).decided
    share = 2.5 / 3.5  # odds of ¼ to 1, ten times
    title = share**2 / (share**2 + 0.2**2)
    assert found == pytest.approx([0.4, 1 - (title + (1 - title) * 0.6), 0.4], abs=0.0006)


def test_what_is_dropped_is_not_kept():
    line = known({"body": 0.7, "navigation": 0.7})
    found = of_one_page(line, ["body"], ["navigation"])
    assert found.decided == pytest.approx([0.7])
    assert of_one_page(known({"navigation": 1.2}), [], ["navigation"]).content == pytest.approx([1.0])


def test_scores_stay_where_no_kinds_are_known_or_wanted():
    line, given = known({"body": 1.0}), scores(0.4)
    for found in (
        by_kind(given, line, np.array([0, 1])),
        by_kind(given, known(), np.array([0, 1]), ["body"]),
    ):
        assert all(column is given for column in found)


def test_what_is_decided_by_is_in_thousandths():
    found = of_one_page(known({"body": 0.12345}, {"legal": 0.45678}), ["body"], ["legal"], score=0.111)
    for column in found:
        assert column.dtype == np.float32
        assert np.array_equal(column, (np.rint(column * 1000) / 1000).astype(np.float32))
    assert found.decided[0] == pytest.approx(round(1 - (0.12345 + 0.87655 * 0.889), 3))


@pytest.mark.parametrize(
    ("titles", "pages", "score", "wanted"),
    [
        ((0.5, 0.9, 0.3, 0.2), (0, 2, 2, 4), 1, (1, 0.1, 1 - 0.09 / 0.13, 1)),
        (
            (0.5, 0.75, 0.25, 0.2, 0.2 / 3, 0.2 / 3, 0.09, 0),
            (0, 3, 3, 6, 8),
            0.8,
            (0.8, 0.2, 0.8, 0.8 * (1 - 9 / 11), 0.8, 0.8, 0.8 * (1 - 0.09), 0.8),
        ),
    ],
)
def test_only_the_likeliest_line_of_each_page_is_its_title_if_it_stands_out(titles, pages, score, wanted):
    """The second page has no line."""
    lines = known(*({"title": share} for share in titles), forum=np.zeros(len(pages) - 1))
    found = by_kind(scores(*[score] * len(titles)), lines, np.array(pages), ["title"], ["comment"])
    assert found.decided == pytest.approx(wanted, abs=0.0006)


@pytest.mark.parametrize(
    ("comments", "forum", "score", "wanted"),
    [
        ((0.8, 0.4, 0.8), 0.25, 0, [(share - 0.25) / 0.75 for share in (0.8, 0.4, 0.8 * 0.75)]),
        ((0.25, 0.75, 1), 0.75, 0.25, (0.25, 0.75, 0.25)),
        ((1, 1, 0), 0, 0.25, (1, 1, 0.25)),
    ],
)
def test_comments_go_from_a_quarter_on_and_are_content_of_a_forum(comments, forum, score, wanted):
    """The last line is on a page of its own, which may be a forum."""
    lines = known(*({"comment": share} for share in comments), forum=(0, forum))
    found = by_kind(scores(*[score] * 3), lines, np.array([0, 2, 3]), [], ["comment"])
    assert found.decided == pytest.approx(wanted, abs=0.0006)
    assert found.content == pytest.approx(wanted, abs=0.0006)


def test_kept_comments_count_whatever_the_page_is():
    lines = known(*({"comment": share} for share in (0.25, 0.75, 1, 1)), forum=(0, 0.75))
    found = by_kind(scores(*[0.25] * 4), lines, np.array([0, 3, 4]), ["comment"])
    assert found.decided == pytest.approx([0.188, 0.062, 0, 0], abs=0.0006)


@pytest.mark.parametrize(("threshold", "ruled"), [(0.5, False), (0.3, True)])
def test_a_line_that_its_kind_decided_says_so(threshold, ruled):
    """With a score of .4, the line stays at a threshold of .5 even without its kind, but not at .3."""
    batch = text_batch([b"some words of a line"])
    none = Copies(np.array([-1]), np.zeros(1, np.uint8), np.zeros(1, np.int32))
    policy = DecisionPolicy(Settings(keep=("body",), drop=(), least_content=0, mostly_content=1), threshold)
    found = decide(
        scores(0.4), words_of(batch), batch.page_segment(), none, policy, None, known({"body": 0.9})
    )
    assert found.kept.tolist() == [True]
    assert (found.rule[0] == KIND_DECIDED) == ruled


def among(numbers, kinds, copies=None, **settings):
    """Decide the lines of one page, four words each; `copies`: rows of the copies, with their originals."""
    batch = text_batch([b"\n".join(b"some words of it" for _ in numbers)])
    found = Copies(
        np.full(len(numbers), -1), np.zeros(len(numbers), np.uint8), np.zeros(len(numbers), np.int32)
    )
    for row, original in (copies or {}).items():
        found.of[row], found.kind[row] = original, COPY_KINDS.index("repeat")
    chosen = Settings(**({"least_content": 0, "mostly_content": 1} | settings))
    policy = DecisionPolicy(chosen, chosen.threshold)
    of_an_article = known(*kinds, article=[1.0])
    return decide(scores(*numbers), words_of(batch), batch.page_segment(), found, policy, None, of_an_article)


BODY = {"body": 0.9}


def test_body_between_two_kept_lines_stays_and_says_so():
    found = among([0.1, 0.8, 0.1, 0.8, 0.8, 0.1], [BODY] * 6)
    assert found.kept.tolist() == [True, True, True, False, False, True]
    assert found.rule.tolist() == [0, BETWEEN_KEPT, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("score", "kind", "settings"),
    [
        (0.9, BODY, {}),
        (0.8, {"byline": 0.6, "body": 0.4}, {}),
        (0.8, BODY, {"threshold": 0.5}),
        (0.8, BODY, {"keep": (), "drop": ()}),
        (0.8, BODY, {"drop": ("body",)}),
    ],
)
def test_what_stands_between_and_goes(score, kind, settings):
    around = {"body": 0.8, "navigation": 0.2}
    found = among([0.1, score, 0.1], [around, kind, around], **settings)
    assert found.kept.tolist() == [True, False, True]
    assert not (found.rule == BETWEEN_KEPT).any()


def test_repeats_are_not_kept_between_lines():
    found = among([0.1, 0.8, 0.1], [BODY] * 3, {1: 0})
    assert found.kept.tolist() == [True, False, True]


PARAGRAPH = "The mill stood empty for years until the town bought it and the wheel turned once more in May."
TAG = {"byline": 0.6, "body": 0.2, "navigation": 0.2}


def of_lines(lines, numbers, kinds, **settings):
    """Decide the lines of pages that are given as lists."""
    batch = text_batch(["\n".join(page).encode() for page in lines])
    none = np.zeros(len(numbers), np.int32)
    copies = Copies(np.full(len(numbers), -1), none.astype(np.uint8), none)
    chosen = Settings(**({"least_content": 0, "mostly_content": 1} | settings))
    given = known(*kinds, forum=[0.0] * len(lines), article=[1.0] * len(lines))
    policy = DecisionPolicy(chosen, chosen.threshold)
    return decide(scores(*numbers), words_of(batch), batch.page_segment(), copies, policy, None, given)


@pytest.mark.parametrize("heading", ["Ingredients", "Zum Schluss:", "材料", "What they did"])
def test_a_short_heading_between_paragraphs_stays_and_says_so(heading):
    found = of_lines([[PARAGRAPH, heading, PARAGRAPH]], [0.1, 0.74, 0.1], [BODY, TAG, BODY])
    assert found.kept.tolist() == [True, True, True]
    assert found.rule.tolist() == [0, HEADING_KEPT, 0]


@pytest.mark.parametrize(
    ("line", "score", "kind", "settings"),
    [
        ("Ingredients", 0.75, TAG, {}),
        ("Ingredients", 0.7, {"byline": 0.6, "navigation": 0.4}, {}),
        ("Ingredients", 0.7, {"caption": 1.0}, {}),  # the credit of a picture
        ("Ingredients", 0.7, TAG, {"threshold": 0.5}),
        ("Ingredients", 0.7, TAG, {"drop": ("byline",)}),
        ("Ingredients", 0.7, TAG, {"drop": ("body",)}),
        ("Ingredients", 0.7, TAG, {"keep": (), "drop": ()}),
        ("3 May", 0.7, TAG, {}),
        ("Read on.", 0.7, TAG, {}),
        ("[edit]", 0.7, TAG, {}),
        ("Anna Reed in Ostrand", 0.7, TAG, {}),
    ],
)
def test_short_lines_that_are_no_headings(line, score, kind, settings):
    sure = {"body": 1.0}
    found = of_lines([[PARAGRAPH, line, PARAGRAPH]], [0.1, score, 0.1], [sure, kind, sure], **settings)
    assert not (found.rule == HEADING_KEPT).any()


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        ([["Ingredients", PARAGRAPH]], [0.7, 0.1]),  # the name of an author, perhaps
        ([[PARAGRAPH], ["Ingredients", PARAGRAPH]], [0.1, 0.7, 0.1]),
        ([[PARAGRAPH, "Ingredients"], [PARAGRAPH]], [0.1, 0.7, 0.1]),
        ([[PARAGRAPH, "Ingredients", PARAGRAPH, PARAGRAPH]], [0.1, 0.7, 0.9, 0.1]),
        ([[PARAGRAPH, "Ingredients", "Two eggs and flour"]], [0.1, 0.7, 0.1]),
        ([[PARAGRAPH, "Accept all", "Ingredients", PARAGRAPH]], [0.1, 0.9, 0.7, 0.1]),  # buttons
    ],
)
def test_a_heading_stands_between_kept_paragraphs_of_its_page(lines, numbers):
    kinds = [{"byline": 1.0} if "Ingredients" in line else BODY for page in lines for line in page]
    found = of_lines(lines, numbers, kinds)
    assert not (found.rule == HEADING_KEPT).any()


@pytest.mark.parametrize("share", [0.85, 0.84])
def test_the_paragraph_of_a_heading_is_surely_body(share):
    found = of_lines([[PARAGRAPH, "Bahan", PARAGRAPH]], [0.1, 0.7, 0.1], [BODY, TAG, {"body": share}])
    assert found.kept[1] == (share >= 0.85)


TITLE = {"title": 0.6}


@pytest.mark.parametrize("threshold", [None, 1.0])
def test_a_title_that_comes_again_goes_whatever_its_score(threshold):
    found = among([0.1, 0.1, 0.05, 0.1], [BODY, TITLE, TITLE, BODY], {2: 1}, threshold=threshold)
    assert found.kept.tolist() == [True, True, False, True]
    assert found.rule[2] == COPY_DROPPED


def test_the_original_of_a_title_stays_for_it():
    found = among([0.1, 0.95, 0.05], [BODY, TITLE, TITLE], {2: 1}, threshold=0.2, keep=(), drop=("legal",))
    assert found.kept.tolist() == [True, True, False]
    assert found.rule[1] == ORIGINAL_KEPT


def test_a_repeat_that_is_no_title_stays_where_its_score_is_low():
    found = among([0.1, 0.1, 0.05], [BODY, BODY, TITLE], {2: 1})
    assert found.kept.tolist() == [True, True, True]


def test_to_keep_the_title_drops_nothing_else():
    """The page's threshold is that of the scores without it."""
    page = "<nav><a href=/>Home</a></nav><h1>A title</h1><p>The town council met on Monday to discuss the bridge.</p>"
    for text in (HTML, TEXT, page):
        alone, default = (Detector(settings=Settings(keep=keep, drop=())).score(text) for keep in ((), None))
        assert {line.number for line in alone.lines if line.kept} <= {
            line.number for line in default.lines if line.kept
        }


def test_the_kind_is_named_where_it_decided():
    """A line that its score alone would keep says that its kind is dropped."""
    page = Path("examples/news.html").read_bytes()
    by_score = Detector(settings=Settings(keep=(), drop=())).score(page)
    without = Detector(settings=Settings(drop=("body",))).score(page)
    changed = [
        new for old, new in zip(by_score.lines, without.lines, strict=True) if old.kept and not new.kept
    ]
    assert {line.reasons[-1].text for line in changed if line.kind == "body"} == {
        "dropped because of its kind, body"
    }
    assert all(reason.code != "kind" for line in by_score.lines for reason in line.reasons)
