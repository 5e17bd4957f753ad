"""Counts of lines by site: merged in any order, each page once, no pages of other sites."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.sites.names import site_of_url
from detector.sites.recurrence import NO_COUNTS, Sites, count_lines, line_recurrence, merge, pruned
from detector.text.decoding import utf8
from detector.text.keys import line_keys, site_id
from detector.text.plain import text_batch
from detector.text.words import words_of

LINES = st.lists(
    st.sampled_from(
        ["Menu", "Leave a Reply", "Page 1", "Page 2", "…", "A headline", "news of Ann", "news of Tom"]
    ),
    max_size=6,
)
PAGES = st.lists(st.tuples(LINES, st.sampled_from([1, 2, -3])), max_size=8)


def batch_of(pages):
    """Keys, first segment of each page, and its site."""
    batch = text_batch([utf8("\n".join(lines)) for lines, _ in pages])
    sites = np.array([site for _, site in pages], np.int64)
    return line_keys(words_of(batch)), batch.page_segment(), sites


def counts_of(pages):
    return count_lines(*batch_of(pages)) if pages else NO_COUNTS


def same(one, two):
    return all(
        left.dtype == right.dtype and np.array_equal(left, right)
        for left, right in zip(one, two, strict=True)
    )


@settings(max_examples=50)
@given(PAGES, st.integers(0, 8), st.randoms())
def test_merging_parts_in_any_order_gives_the_bits_of_the_whole(pages, cut, random):
    shuffled = [*pages]
    random.shuffle(shuffled)
    parts = [counts_of(shuffled[cut:]), counts_of(shuffled[:cut])]
    whole = counts_of(pages)
    assert same(merge(parts), whole)
    assert same(merge(parts[::-1]), whole)
    assert same(merge([merge(parts), NO_COUNTS]), whole)


@settings(max_examples=50)
@given(PAGES.filter(bool))
def test_what_is_seen_is_what_a_plain_count_says(pages):
    keys, page_segment, page_site = batch_of(pages)
    seen = line_recurrence(keys, page_segment, Sites(counts_of(pages), page_site, counted=True))
    for page, (lines, site) in enumerate(pages):
        others = [set(other) for number, (other, of) in enumerate(pages) if of == site and number != page]
        assert seen.site_pages[page] == len(others)
        for line, row in zip(lines, range(int(page_segment[page]), int(page_segment[page + 1])), strict=True):
            has_words = line != "…"
            assert seen.exact[row] == (has_words and sum(line in other for other in others))
            of_names = sum(bool({"news of Ann", "news of Tom"} & other) for other in others)
            is_template = line.startswith("news") and of_names >= max(3, 0.2 * len(others))
            if line != "Leave a Reply":
                assert seen.named[row] == (of_names if is_template else 0)
            if line.startswith("Page"):
                alike = sum(bool({"Page 1", "Page 2"} & other) for other in others)
                assert seen.masked[row] == alike
            else:
                assert seen.masked[row] == seen.exact[row]


def test_names_are_masked_if_that_makes_a_line_template():
    """On a fifth of the other pages, and at least three."""
    names = ["Ann", "Tom", "Léa Roy", "Budi", "Siti", "Eva"]
    for others, wanted in ((3, 3), (2, 0)):
        pages = [([f"{at} photos of {name}", "Menu"], 7) for at, name in enumerate(names[: others + 1])]
        keys, page_segment, page_site = batch_of(pages)
        seen = line_recurrence(keys, page_segment, Sites(counts_of(pages), page_site, counted=True))
        assert seen.exact.tolist() == [0, others] * len(pages)
        assert seen.masked.tolist() == [0, others] * len(pages)
        assert seen.named.tolist() == [wanted, 0] * len(pages)
    pages += [(["Menu"], 7)] * 14
    keys, page_segment, page_site = batch_of(pages)
    seen = line_recurrence(keys, page_segment, Sites(counts_of(pages), page_site, counted=True))
    assert not seen.named.any()


def test_a_page_that_is_not_counted_sees_all():
    pages = [(["Menu", "News of today"], 7)] * 3
    keys, page_segment, page_site = batch_of([(["Menu", "Other news"], 7)])
    seen = line_recurrence(keys, page_segment, Sites(counts_of(pages), page_site, counted=False))
    assert seen.exact.tolist() == [3, 0]
    assert seen.site_pages.tolist() == [3]


@given(PAGES, PAGES)
@settings(max_examples=30)
def test_pages_of_another_site_change_nothing_of_a_site(pages, others):
    others = [(lines, 99) for lines, _ in others]
    of_site = Sites(counts_of(pages), np.zeros(0, np.int64), counted=False)
    both = Sites(merge([of_site.counts, counts_of(others)]), of_site.page_site, counted=False)
    if pages:
        keys, page_segment, page_site = batch_of(pages)
        one, two = (
            line_recurrence(keys, page_segment, sites._replace(page_site=page_site))
            for sites in (of_site, both)
        )
        assert same(one, two)


def test_pruning_leaves_lines_that_recur():
    counts = counts_of([(["Menu", "One"], 1), (["Menu", "Two", "Page 1"], 1), (["Menu", "Page 2"], 2)])
    few = pruned(counts)
    assert few.pages.tolist() == [2]
    assert few.site_pages.tolist() == [2, 1]
    assert same(pruned(few), few)


@pytest.mark.parametrize("name", ["example.org", "page:a/b.html#3", "ünïcode", ""])
def test_ids_of_sites_are_signed_and_apart(name):
    assert -(2**63) <= site_id(name) < 2**63
    assert site_id(name) != site_id(name + "x")


def test_what_is_no_host_is_no_site():
    """Pages with the same such text as their URL would have shared their counts."""
    for url in ("unknown", "n/a", "None", "not a url", "nan", "http://not a host/x", "", "http://"):
        assert site_of_url(url) is None, url
    for url in ("v.example/a", "//www.v.example/a", "http://v.example", "v.example:80/a?b=c d"):
        assert site_of_url(url) == "v.example", url
    assert site_of_url("http://intranet/page") == "intranet"
