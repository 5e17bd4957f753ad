import json
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.data.folds.balance import assign_folds
from benchmarks.data.folds.make_splits import joined
from benchmarks.data.folds.near_pages import Document, Vocabulary, near_pairs
from benchmarks.data.folds.splits import (
    FORMAT,
    LeakError,
    Splits,
    UnknownPageError,
    check_split,
    check_whole,
    load,
)
from benchmarks.data.pages import named_domain, registrable
from benchmarks.errors import BenchmarkError


@pytest.fixture(scope="module")
def stored():
    return load()


def test_stored_splits_part_no_group(stored):
    pages = list(stored.group_of_page)
    for fold in range(stored.folds):
        train, test = stored.parts(fold, pages)
        check_split(stored, train, test)
        assert 0.1 < len(test) / len(pages) < 0.3


def test_every_fold_has_its_share_of_wcxb(stored):
    folds = Counter(stored.fold(page) for page in stored.group_of_page if page.startswith("wcxb-dev/"))
    assert max(folds.values()) - min(folds.values()) < 30


def test_a_leaking_split_is_refused(stored):
    pages = list(stored.group_of_page)
    train, test = stored.parts(0, pages)
    group = next(name for name, size in Counter(map(stored.group, test)).items() if size > 1)
    moved = next(page for page in test if stored.group(page) == group and page not in stored.never_train)
    with pytest.raises(LeakError, match="both sides"):
        check_split(stored, [*train, moved], [page for page in test if page != moved])


def test_a_random_split_by_page_is_refused(stored):
    pages = [page for page in stored.group_of_page if page not in stored.never_train]
    with pytest.raises(LeakError):
        check_split(stored, pages[::2], pages[1::2])


def test_held_out_pages_are_refused_in_training(stored):
    for page in ("seed/000_ee9f2e6456678d31", "labelled/vnexpress-net-vi", "fundus/vn__VnExpress_2025_10_22"):
        assert page in stored.never_train
        with pytest.raises(LeakError, match="never"):
            check_split(stored, [page], [])


def test_locked_labels_are_refused_in_training(stored):
    locked = replace(stored, locked=frozenset({"wcxb-dev/0001"}))
    with pytest.raises(LeakError, match="never"):
        check_split(locked, ["wcxb-dev/0001"], [])
    assert all("wcxb-dev/0001" not in locked.parts(fold, ["wcxb-dev/0001"])[0] for fold in range(5))


def test_groups_without_a_fold_are_refused(stored):
    broken = replace(stored, fold_of_group={**stored.fold_of_group, stored.group("wcxb-dev/0001"): 9})
    with pytest.raises(LeakError, match="no fold"):
        check_whole(broken)


def test_unknown_pages_are_named(stored):
    with pytest.raises(UnknownPageError, match="nowhere/1"):
        stored.fold("nowhere/1")


def test_a_book_is_one_group_over_its_languages(stored):
    books = {
        stored.group(page)
        for page in stored.group_of_page
        if page.startswith("sites/") and "debian-handbook" in page.split("/")[1]
    }
    assert books == {"book:debian-handbook"}


def test_a_domain_is_one_group_over_the_sets(stored):
    scraped = {stored.group(page) for page in stored.group_of_page if "petanikode" in page.split("/", 1)[1]}
    assert scraped == {"petanikode.com"}


def test_other_formats_are_refused(tmp_path):
    path = tmp_path / "splits.json"
    path.write_text(json.dumps({"format": FORMAT + 1}))
    with pytest.raises(BenchmarkError, match="format"):
        load(path)


def test_registrable_keeps_private_suffixes():
    assert registrable("www.a.b.github.io") == "b.github.io"
    assert registrable("News.BBC.co.uk:80") == "bbc.co.uk"
    assert named_domain("blog.python.org.html") == "python.org"


def test_joined_prefers_books_and_follows_chains():
    groups = joined(["a.com", "b.com", "c.com", "book:x"], [("b.com", "c.com"), ("c.com", "book:x")])
    assert groups == {"a.com": "a.com", "b.com": "book:x", "c.com": "book:x", "book:x": "book:x"}


def test_folds_are_balanced_and_seeded():
    pages = [(f"g{group}", "set", "article", "en") for group in range(60) for _ in range(1 + group % 4)]
    folds = assign_folds(pages, 5, seed=1)
    assert folds == assign_folds(list(reversed(pages)), 5, seed=1)
    sizes = Counter(folds[page[0]] for page in pages)
    assert max(sizes.values()) - min(sizes.values()) <= 2


def test_near_pages_are_found_across_domains_only():
    vocabulary = Vocabulary()
    words = [f"word{number}" for number in range(200)]
    texts = {
        "s/1": ("a.com", words),
        "s/2": ("b.com", [*words[:150], *(f"new{number}" for number in range(50))]),
        "s/3": ("a.com", words),
        "s/4": ("c.com", [f"other{number}" for number in range(200)]),
    }
    documents = [
        Document(page, domain, "gold", vocabulary.shingles(" ".join(text)))
        for page, (domain, text) in texts.items()
    ]
    assert [(pair.left, pair.right) for pair in near_pairs(documents)] == [("s/1", "s/2"), ("s/2", "s/3")]


def test_splits_record_is_plain():
    tiny = Splits({"s/1": "g"}, {"g": 0}, 5, frozenset(), frozenset())
    assert tiny.parts(0, ["s/1"]) == ([], ["s/1"])
    assert tiny.parts(1, ["s/1"]) == (["s/1"], [])
