"""Page sets with different kinds of gold: loaders, measures of page parts, and what each gold says about kinds."""

import gzip
import json

import numpy as np
import pytest

from benchmarks.data.folds.balance import assign_folds
from benchmarks.data.folds.make_splits import Row, half_to_test
from benchmarks.data.kinds_of_sets import EVERY, KINDS, SAID, said_of
from benchmarks.data.loaders import page_sets
from benchmarks.data.pages import Page, Part
from benchmarks.data.sets import OF_PAGES, SCORABLE, dataset
from benchmarks.measures import metrics
from benchmarks.measures.scoring import measures, scored


def written(path, *rows):
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_comments_stand_apart_from_the_gold(tmp_path):
    row = {
        "id": "dragnet/1",
        "url": "http://www.a.example.org/x",
        "html": "<p>Story",
        "gold": "Story",
        "comments": "No!",
    }
    path = written(
        tmp_path / "dragnet.jsonl.gz", row, {**row, "id": "dragnet/2", "url": None, "comments": ""}
    )
    first, second = page_sets.dragnet(path)
    assert (first.key, first.gold, first.comments, first.domain) == (
        "dragnet/dragnet/1",
        "Story",
        "No!",
        "example.org",
    )
    assert (second.comments, second.domain) == (None, "dragnet/2")


def test_a_page_without_address_is_of_the_site_that_it_links_to_most(tmp_path):
    links = "".join(
        f'<a href="http://{host}/">x</a>' for host in ("ads.google.com",) * 3 + ("www.news.de",) * 2
    )
    row = {"id": "l3s/1", "html": links, "gold": "Story", "headline": "Story", "comments": ""}
    (page,) = page_sets.l3s_gn1(written(tmp_path / "l3s_gn1.jsonl.gz", row))
    assert (page.domain, page.title) == ("news.de", "Story")


def test_a_thread_whose_page_lacks_its_posts_has_no_gold(tmp_path):
    row = {
        "id": "a/1",
        "url": "http://a.de/",
        "html": "<p>One two three",
        "posts": [{"post_text": "One two three"}],
    }
    path = written(tmp_path / "f.jsonl.gz", row, {**row, "posts": [{"post_text": "One two three four"}]})
    assert [page.gold for page in page_sets.forums(path)] == ["One two three", None]


def test_parts_that_do_not_stand_in_the_page_are_counted_nowhere(tmp_path):
    row = {
        "id": "recipes/1", "url": "http://a.de/", "html": "<li>2 eggs</li><p>Stir.", "lang": "en", "title": "Cake",
        "ingredients": ["2 eggs", "3 g salt"], "instructions": ["Stir.", "…"],
    }  # fmt: skip
    (page,) = page_sets.recipes(written(tmp_path / "r.jsonl.gz", row))
    assert page.parts == (Part("ingredient", "2 eggs"), Part("step", "Stir."))


def test_headlines_comments_and_parts_are_measured():
    page = Page(
        "s", "1", "a.de", gold="Cake of today", title="Cake of today", comments="Yes\nThat is a very good cake",
        parts=(Part("ingredient", "2 eggs"), Part("step", "Stir well")),
    )  # fmt: skip
    other = Page("s", "2", "b.de", gold="Soup", title="Soup")
    found = measures([scored(page, "Cake of\ntoday!\n2 eggs\nwell, stir"), scored(other, "Nothing")])
    assert found["headline"]["mean"] == 0.5
    assert found["comments"] == {"left": 0.0, "lines": 1, "pages": 1}
    assert found["parts"] == {"ingredient": {"kept": 1.0, "parts": 1}, "step": {"kept": 0.0, "parts": 1}}
    assert measures([scored(page, "That is a very good cake")])["comments"]["left"] == 1
    assert "parts" not in measures([scored(other, "Soup")])


def test_contained_words_stand_together_and_whole():
    words = metrics.tokens("Ice, cream and cakes")
    assert metrics.contains(words, "ICE CREAM")
    assert not metrics.contains(words, "cake")
    assert not metrics.contains(words, "ice and")


def test_every_truth_says_something_of_kinds():
    assert len(KINDS) == len(EVERY) == 13
    sets = {record.name for record in OF_PAGES if record.name in SCORABLE}
    assert sets | {"wcxb-dev", "daniel", "fundus"} <= SAID.keys()
    for name, said in SAID.items():
        assert said.inside | said.outside | said.comments <= EVERY, name
        assert "body" in said.inside, name
    assert said_of("no such set").inside == EVERY


def test_half_of_the_sites_are_never_trained_on_unless_another_set_has_them():
    rows = [Row("dragnet", str(number), f"{number}.org", "en", "article") for number in range(200)]
    rows += [Row("wcxb-dev", "w", "7.org", "en", "article"), Row("dragnet", "b", "8.org", "en", "article")]
    group_of = {row.domain: row.domain for row in rows}
    tested = half_to_test(rows, group_of)
    assert 70 < len(tested) < 130
    assert "dragnet/7" not in tested
    assert ("dragnet/8" in tested) == ("dragnet/b" in tested)
    assert tested == half_to_test(rows[::-1], group_of)


def test_groups_stay_in_the_folds_that_they_were_in():
    pages = [(f"g{group}", "set", "article", "en") for group in range(60)]
    known = {f"g{group}": group % 2 for group in range(20)}
    folds = assign_folds(pages, 5, seed=1, known=known)
    assert {name: folds[name] for name in known} == known
    assert np.bincount(list(folds.values())).max() <= 13


@pytest.mark.shared
def test_the_loaders_read_their_files(shared):
    for name, pages in (("web-forum-52", 70), ("leogao-htmltotext", 17), ("cleanportaleval", 27)):
        found = list(dataset(name).pages())
        assert len(found) == pages
        assert {page.set for page in found} == {name}
        assert len({page.key for page in found}) == pages
        assert all(page.html for page in found)
        assert sum(page.gold is None for page in found) == (4 if name == "web-forum-52" else 0)
