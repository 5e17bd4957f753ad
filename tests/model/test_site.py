"""The step for sites: what it computes, and what it leaves unchanged bit for bit."""

import numpy as np
import pytest

from detector.detector import Detector
from detector.features.schema import NOVEL_RUNS, SITE, SITE_BLOCKS, SITE_OWN, names
from detector.features.site import site_features
from detector.model.files import default_model
from detector.model.score import _kinds_with_sites, _KnownLines, _listed_titles, _without_titles, score_lines
from detector.records import LINE_KINDS, Repeats
from detector.sites.recurrence import NO_COUNTS, LineRecurrence, Sites, count_lines
from detector.text.decoding import utf8
from detector.text.keys import line_keys, site_id
from detector.text.page import Page
from detector.text.plain import text_batch
from detector.text.read import read_batch
from detector.text.words import words_of
from tests.oracles.model import log_odds_of

PAGES = [
    Page(
        f"Home\nOur boats\nStory {number}\nThe boat left at dawn with {number} crates of fish.\nAll rights",
        "text",
    )
    for number in range(6)
]
DETECTOR = Detector()


def counts_of(pages, site):
    batch = text_batch([utf8(page.text) for page in pages])
    return count_lines(
        line_keys(words_of(batch)), batch.page_segment(), np.full(len(pages), site_id(site), np.int64)
    )


def sites(counts, counted, *names_):
    return Sites(counts, np.array([site_id(name) for name in names_], np.int64), counted)


def same(one, two):
    return (
        np.array_equal(one.scores, two.scores)
        and np.array_equal(one.decisions.kept, two.decisions.kept)
        and np.array_equal(one.contributions, two.contributions[:, : one.contributions.shape[1]])
    )


def test_pages_of_unknown_and_of_small_sites_keep_their_scores_bit_for_bit():
    alone = DETECTOR.run(PAGES)
    of_nobody = sites(NO_COUNTS, False, *"abcdef")
    assert same(alone, DETECTOR.run(PAGES, of_nobody))
    two = counts_of(PAGES[:2], "a")
    assert same(DETECTOR.run(PAGES[:2]), DETECTOR.run(PAGES[:2], sites(two, True, "a", "a")))
    known = DETECTOR.run(PAGES[:2], sites(two, False, "a", "a"))
    assert not np.array_equal(known.scores, DETECTOR.run(PAGES[:2]).scores)


def test_one_is_taken_off_where_a_page_is_counted_itself():
    everything, others = counts_of(PAGES, "a"), counts_of(PAGES[1:], "a")
    counted = DETECTOR.run(PAGES[:1], sites(everything, True, "a"))
    assert np.array_equal(counted.scores, DETECTOR.run(PAGES[:1], sites(others, False, "a")).scores)


def test_other_pages_of_a_batch_and_of_other_sites_change_nothing():
    counts = counts_of(PAGES, "a")
    together = DETECTOR.run(PAGES, sites(counts, True, "a", "b", "a", "b", "a", "a"))
    segments = together.batch.page_segment()
    for number, site in enumerate("ababaa"):
        one = DETECTOR.run([PAGES[number]], sites(counts, True, site))
        part = slice(int(segments[number]), int(segments[number + 1]))
        assert np.array_equal(together.scores[part], one.scores)
        assert np.array_equal(together.contributions[part], one.contributions)


@pytest.mark.parametrize("format", ["text", "html"])
def test_scores_are_those_of_the_oracle(format):
    pages = [Page(page.text if format == "text" else f"<p>{page.text}</p>", format) for page in PAGES]
    result = DETECTOR.run(pages, sites(counts_of(PAGES, "a"), True, *"aaaaaa"))
    batch, words, markup, _ = read_batch(pages)
    alone = score_lines(batch, words, markup, DETECTOR.model)
    step = getattr(default_model(), format).site
    table = site_features(alone.log_odds, result.recurrence, words, batch.page_segment())
    wanted = np.interp(log_odds_of(table, step.network), *step.calibration)
    run, is_long = (table[:, names(SITE_BLOCKS).index(name)] for name in ("run_share_of_new", "is_long"))
    stays = (wanted < alone.scores) & (run < 0.2) & (is_long == 0)
    assert result.scores == pytest.approx(np.where(stays, alone.scores, wanted), abs=0.0011)
    site = result.contributions[:, -1]
    assert (np.sign(site) == np.sign(result.scores - alone.scores)).mean() > 0.99


def test_the_site_brings_back_no_short_lines_outside_of_the_text():
    """The last line is as new to the site as the story, but two menu lines are between them."""
    story = [f"The boat {at} came home late in the evening, and the crew told of a storm." for at in range(9)]
    text = "\n".join(["Home", "News", *story, "Imprint", "Privacy policy", "Lena likes our new boat"])
    other = "Home\nNews\nImprint\nPrivacy policy"
    counts = counts_of([Page(f"{other}\nStory {at}", "text") for at in range(12)], "a")
    page = [Page(text, "text")]
    alone, known = DETECTOR.run(page), DETECTOR.run(page, sites(counts, False, "a"))
    assert known.scores[-1] == alone.scores[-1] > 0.5
    assert (known.scores[2:11] <= alone.scores[2:11]).all()
    assert not known.contributions[-1, -1]


def test_names_of_lines_that_may_be_titles_are_not_masked():
    """Each page by its own most likely title; a page may be empty."""
    share = [0.8, 0.3, 0.45, 0.05, 0.09, 0.15]
    kinds = np.zeros((6, len(LINE_KINDS)), np.float32)
    kinds[:, LINE_KINDS.index("title")] = share
    nothing = np.zeros(6, np.int32)
    seen = LineRecurrence(nothing, nothing, np.full(6, 9, np.int32), np.zeros(4, np.int32))
    found = _without_titles(seen, kinds, np.array([0, 0, 3, 5, 6]))
    assert found.named.tolist() == [0, 9, 0, 9, 9, 0]
    assert not _without_titles(seen, kinds[:0], np.array([0, 0, 3, 5, 6])).named.any()
    none = LineRecurrence(*(array[:0] for array in seen[:4]))
    assert not _without_titles(none, kinds[:0], np.array([0])).named.size


def test_the_title_stays_one_although_all_other_pages_list_it():
    """Three pages of four lines: title twice above its text; once; twice, but its text is on other pages."""
    title = LINE_KINDS.index("title")
    kinds = np.full((12, len(LINE_KINDS)), 0.01, np.float32)
    kinds[:, title] = [0.4, 0.1, 0, 0.3, 0.4, 0, 0, 0, 0.4, 0, 0, 0]
    copies = np.array([2, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 2], np.int32)
    nothing = np.zeros(12, np.int64)
    repeats = Repeats(nothing, copies, *(nothing,) * 5)
    masked = np.array([9, 9, 0, 9, 9, 0, 0, 9, 9, 9, 9, 9], np.int32)
    seen = LineRecurrence(masked, masked, np.zeros(12, np.int32), np.full(3, 9, np.int32))
    lines = _KnownLines(None, kinds, repeats, seen)
    is_text = np.array([False, False, True, False] * 3)
    rows = _listed_titles(lines, is_text, np.array([0, 4, 8, 12]))
    assert rows.tolist() == [0]
    before, after = np.full(12, 0.8, np.float32), np.full(12, 0.99, np.float32)
    found = _kinds_with_sites(kinds, before, after, rows)
    assert found[0, title] > kinds[0, title]
    assert found[4, title] < kinds[4, title] / 2
    assert _listed_titles(lines._replace(kinds=kinds[:0]), is_text, np.array([0, 4, 8, 12])).size == 0


@pytest.mark.parametrize("format", ["text", "html"])
def test_a_headline_that_every_page_lists_stays(format):
    """The latest headline is in the list of all pages, also below its own text."""
    latest, story = "Grain prices fall for a third week", [
        "The millers of the valley say that they have never seen a harvest like this one, and that prices will "
        "not recover before spring.",
        "At the market in Horn a sack of rye cost nine crowns on Monday, four less than in August, and most "
        "farmers took their grain home again.",
        "The council meets on Thursday to talk about a store for the surplus, which two villages have offered "
        "to build beside the station.",
    ]  # fmt: skip

    def page(number, headline, body):
        lines = ["Home", "About us", f"{10 + number}.09.2024", headline, *body, "Latest", latest]
        if format == "text":
            return Page("\n".join(lines), "text")
        return Page(
            "".join(f"<h2>{one}</h2>" if one == headline else f"<p>{one}</p>" for one in lines), "html"
        )

    others = [page(at, f"Story {at} of the valley", [f"{one} {at}" for one in story]) for at in range(1, 12)]
    pages = [page(0, latest, story), *others]
    batch, words, *_ = read_batch(pages)
    counts = count_lines(line_keys(words), batch.page_segment(), np.full(len(pages), site_id("a"), np.int64))
    alone, known = DETECTOR.run(pages[:1]), DETECTOR.run(pages[:1], sites(counts, True, "a"))
    title = LINE_KINDS.index("title")
    assert known.recurrence.exact[3] == 11
    assert known.line_kinds[3, title] > 0.9 * alone.line_kinds[3, title]
    assert known.line_kinds[-1, title] < alone.line_kinds[-1, title] + 0.01
    assert known.decisions.kept.tolist() == [*(False,) * 3, *(True,) * 4, False, False]


def test_columns_are_named_and_finite():
    words = words_of(text_batch([b"Home\nNews 1\nNews 2\n\nA long story of boats"]))
    seen = LineRecurrence(
        np.array([3, 0, 1, 0], np.int32),
        np.array([3, 2, 2, 0], np.int32),
        np.zeros(4, np.int32),
        np.array([3], np.int32),
    )
    table = site_features(np.zeros(4, np.float32), seen, words, np.array([0, 4]))
    column = {name: table[:, number] for number, name in enumerate(names(SITE_BLOCKS))}
    assert np.isfinite(table).all()
    assert column["site_share"].tolist() == pytest.approx([1, 0, 1 / 3, 0])
    assert column["site_masked_share"].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 0])
    assert column["site_is_new"].tolist() == [0, 1, 0, 1]
    assert column["site_before"].tolist() == pytest.approx([1, 1, 2 / 3, 2 / 3])
    assert column["site_relative_share"].tolist() == pytest.approx([1, 2 / 3, 2 / 3, 0])
    assert len(names(SITE_BLOCKS)) == len(SITE) + len(NOVEL_RUNS) + len(SITE_OWN)
