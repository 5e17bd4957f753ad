"""Adapting to languages that were kept out: which pages are learned from, and what the tables say."""

from dataclasses import replace

import pytest

from benchmarks.measures.adaptation_gap import closed
from benchmarks.run.adaptation import MOST_SITES, PAGES, drawn, split
from benchmarks.tables import adaptation_tables
from benchmarks.train.adaptation_models import PAIRS, TEST_FOLDS, used_in_training
from detector.training.data.labelled_pages import LabelledPage


def page(number, group, fold=2, **fields):
    given = {"set": "daniel", "language": "el"} | fields
    return LabelledPage(f"{group}/{number}", "", "html", "", None, group, fold=fold, **given)


def figures(f1, loss=0.2):
    return {
        read: {"words_f1": f1, "content_lost": 0.1, "log_loss": loss} for read in ("html", "html as text")
    }


def language(without, reached, frozen, known, low=0.01):
    draws = [
        {
            "unlabelled": figures(reached + shift, 0.15),
            "answered": figures(reached + shift, 0.15),
            "answered_frozen": figures(frozen, 0.18),
            "general_answered": figures(0.8, 0.26),
            "general_answered_frozen": figures(0.85, 0.25),
        }
        for shift in (-0.02, 0.02)
    ]
    return {
        "test_pages": 9,
        "test_sites": 3,
        "without": figures(without),
        "with": figures(known, 0.1),
        "gap_words_f1_90": {"html": [low, 0.3], "html as text": [low, 0.3]},
        "draws": draws,
    }


@pytest.fixture
def result():
    models = {
        name: {"model_id": name, "share": 0.4, "seed": 0, "pages": pages, "pages_of_sets": {"daniel": pages}}
        for name, pages in (("without", 1200), ("with", 1500))
    }
    return {
        "models": models,
        "general_without": figures(0.9, 0.25),
        "languages": {
            "el": language(0.5, 0.75, 0.6, 0.9),
            "pl": language(0.5, 0.85, 0.72, 0.9),
            "xx": language(0.5, 0.6, 0.6, 0.9, low=-0.01),
        },
    }


def test_a_smaller_share_of_pages_is_a_part_of_a_larger_one():
    pages = [page(number, "site", set=name) for number in range(300) for name in ("wcxb-dev", "own")]
    shares = (0.2, 0.4, 1.0)
    small, middle, whole = ({one.id + one.set for one in pages if used_in_training(one, s)} for s in shares)
    assert small < middle < whole
    assert len([one for one in pages if one.set == "own" and used_in_training(one)]) == 300


def test_twenty_pages_of_four_sites_are_drawn_by_seed():
    pages = [page(number, group) for group in "abcdef" for number in range(10)] + [page(0, "small")]
    found = drawn(pages, 1)
    assert len(found) == PAGES
    assert len({one.group for one in found}) == MOST_SITES
    assert "small" not in {one.group for one in found}
    assert drawn(pages[::-1], 1) == found != drawn(pages, 2)


def test_no_site_is_both_tested_and_adapted_to():
    pages = [page(fold, f"site{fold}", fold) for fold in range(5)]
    pages += [replace(pages[0], language="ru"), replace(pages[4], set="wcxb-dev")]
    test, learn = split(pages, PAIRS["news"], "el")
    assert {one.fold for one in test} == set(TEST_FOLDS)
    assert [one.group for one in learn] == ["site2", "site3", "site4"]


def test_the_closed_share_is_that_of_the_mean_of_the_draws():
    found = language(0.5, 0.75, 0.6, 0.9)
    assert closed(found, "html", "words_f1", "answered") == pytest.approx(0.625)
    assert closed(found, "html", "log_loss", "answered_frozen") == pytest.approx(0.2)


def test_the_table_of_languages_shows_frozen_networks_beside_fitted_ones(result):
    head, rows = adaptation_tables.languages(result)
    assert {len(row) for row in rows} == {len(head)}
    assert rows[0] == [
        "el, text", "9 / 3", "words F1", "0.500", "0.750", "0.750", "0.600", "0.900", "62%", "62%", "25%",
    ]  # fmt: skip
    assert [row[-3:] for row in rows if row[0].startswith("xx")] == [["no gap"] * 3] * 4
    means = [row for row in rows if row[0] == "mean of 2, text"]
    assert means[0][-3:] == ["75%", "75%", "40%"]


def test_without_a_gap_there_is_no_mean(result):
    result["languages"] = {"xx": result["languages"]["xx"]}
    assert adaptation_tables.languages(result)[1][-1][-3:] == ["no gap"] * 3


def test_the_table_of_other_pages_has_every_figure_before_and_after(result):
    rows = adaptation_tables.general(result)[1]
    assert rows[:3] == [
        ["after el, text", "words F1", "0.9000", "0.8000", "0.8500"],
        ["after el, text", "content lost", "0.1000", "0.1000", "0.1000"],
        ["after el, text", "log loss", "0.2500", "0.2600", "0.2500"],
    ]
    assert len(rows) == 3 * 2 * 3


def test_the_table_of_models_says_what_they_learned_from(result):
    assert adaptation_tables.models(result)[1] == [
        ["without the languages", "40%", "0", "1,200", "1200 daniel"],
        ["with the languages", "40%", "0", "1,500", "1500 daniel"],
    ]


def test_the_table_of_time_has_cpu_seconds():
    row = {"set": "sites", "pages": 1000, "sites": 39, "megabytes_of_pages": 38.3}
    rows = [row | {"seconds": 41.6, "cpu_seconds": 32.4, "megabytes": 501.5}]
    assert adaptation_tables.thousand({"rows": rows})[1] == [["sites", "1,000 / 39", "38", "32", "0.50"]]
