"""Sites as crawls find them: which pages stay, that their template goes, and that nothing else is lost."""

from typing import Final

import pytest

from tests.corpus.made import read_jsonl, write_jsonl
from tests.corpus.made_sites import (
    GO,
    SITES,
    archive,
    article_of_six_pages,
    halves,
    listing,
    releases,
    tag_pages,
)

# Of the template of a site: without markup, a few lines beside the text stay, if few pages have them.
MOST_LEFT: Final = {"html": 0.0, "text": 0.02}


def texts(out):
    return {row["id"]: row["text"].split("\n") for row in read_jsonl(out / "data", "*.jsonl")}


def cleaned(clean, tmp_path, pages, **rules):
    path = write_jsonl(tmp_path / "pages.jsonl", [page.row() for page in pages])
    out, _ = clean(path, **rules)
    return texts(out)


def staying(name, pages):
    return {page.id: page for page in pages if not page.id.startswith(GO.get(name, ("-",)))}


def left_and_lost(pages, found):
    """The lines of the template that are left, and the headlines and paragraphs that are lost."""
    left = [(page.id, line) for page in pages for line in page.template if line in found[page.id]]
    lost = [(page.id, line) for page in pages for line in page.own if line not in found[page.id]]
    return left, lost


@pytest.mark.parametrize("format", ["html", "text"])
@pytest.mark.parametrize("name", SITES)
def test_what_stays_of_a_site(clean, tmp_path, name, format):
    pages = list(SITES[name](format))
    found = cleaned(clean, tmp_path, pages)
    wanted = staying(name, pages)
    assert set(found) == set(wanted)
    left, lost = left_and_lost(list(wanted.values()), found)
    assert lost == []
    assert len(left) <= MOST_LEFT[format] * sum(len(page.template) for page in wanted.values())


@pytest.mark.parametrize("format", ["html", "text"])
@pytest.mark.parametrize("name", SITES)
def test_passages_take_no_headline_and_stay_on_the_first_page(clean, tmp_path, name, format):
    pages = list(SITES[name](format))
    found = cleaned(clean, tmp_path, pages, passages="drop")
    wanted = staying(name, pages)
    assert set(found) == set(wanted)
    _, lost = left_and_lost(list(wanted.values()), found)
    # The first paragraphs of the later pages of an article.
    repeated = [
        (page.id, page.own[1])
        for page in wanted.values()
        if page.id.startswith("long") and not page.id.endswith("-1")
    ]
    assert lost == repeated


@pytest.mark.parametrize("format", ["html", "text"])
def test_the_best_of_print_versions(clean, tmp_path, format):
    """A print version has less template, so more of it is content."""
    found = cleaned(clean, tmp_path, list(SITES["print versions"](format)), keep="best")
    assert set(found) == {f"print{number}" for number in range(15)}


@pytest.mark.parametrize("format", ["html", "text"])
def test_the_best_of_equal_shares_is_at_its_own_address(clean, tmp_path, format):
    mobile = [page for page in SITES["mirrors"](format) if page.id.startswith("m")]
    copies = [page._replace(id=f"www{page.id}", url=page.url.replace("//m.", "//www.")) for page in mobile]
    found = cleaned(clean, tmp_path, [*mobile, *copies], keep="best")
    assert set(found) == {page.id for page in copies}


@pytest.mark.parametrize("format", ["html", "text"])
def test_a_mobile_version_with_the_first_half(clean, tmp_path, format):
    """The whole article is the original, and nothing is left of the other page."""
    pages = list(halves(format))
    found = cleaned(clean, tmp_path, pages, passages="drop")
    whole = [page for page in pages if page.id.startswith("www")]
    assert set(found) == {page.id for page in whole}
    assert left_and_lost(whole, found)[1] == []


@pytest.mark.parametrize("passages", ["keep", "drop"])
@pytest.mark.parametrize("format", ["html", "text"])
def test_tag_pages_with_one_article(clean, tmp_path, format, passages):
    """Their headline is in their title as well, but their address says what they are."""
    pages = list(tag_pages(format))
    found = cleaned(clean, tmp_path, pages, passages=passages)
    articles = [page for page in pages if not page.id.startswith("tag")]
    assert set(found) == {page.id for page in articles}
    assert left_and_lost(articles, found)[1] == []


def test_a_listing_of_first_paragraphs(clean, tmp_path):
    """Headlines of other pages make it a listing, although it is shorter than they are."""
    around, *articles = listing("html")
    found = cleaned(clean, tmp_path, [around, *articles], passages="drop")
    assert left_and_lost(articles, found)[1] == []
    assert not set(around.own[2::2]) & set(found.get("around", ()))


@pytest.mark.parametrize("format", ["html", "text"])
def test_an_archive_without_a_headline_of_its_own(clean, tmp_path, format):
    pages = list(archive(format))
    found = cleaned(clean, tmp_path, pages, passages="drop")
    assert set(found) == {page.id for page in pages[1:]}
    assert left_and_lost(pages[1:], found)[1] == []


@pytest.mark.parametrize("number", [2, 4, 6])
@pytest.mark.parametrize("format", ["html", "text"])
def test_a_headline_that_many_articles_share(clean, tmp_path, format, number):
    """They stay whole, and the page with all of them does not take their text."""
    pages = list(releases(format, number))
    found = cleaned(clean, tmp_path, pages, passages="drop")
    today, *articles = pages
    assert set(found) >= {page.id for page in articles}
    lost = [line for page in articles for line in page.own[1:] if line not in found[page.id]]
    assert lost == []
    assert not set(today.own[1:]) & set(found.get(today.id, ()))


@pytest.mark.parametrize("format", ["html", "text"])
def test_an_article_of_six_pages_keeps_its_headlines(clean, tmp_path, format):
    pages = list(article_of_six_pages(format))
    found = cleaned(clean, tmp_path, pages, passages="drop")
    assert set(found) == {page.id for page in pages}
    _, lost = left_and_lost(pages, found)
    lead = pages[0].own[1]
    assert {line for _, line in lost} == {lead}
    assert len(lost) == 5
