"""Metadata of a page, and where each field was found."""

import json

import pytest

import detector
from detector.results.metadata.languages import language_tag, text_language
from detector.results.metadata.read import iso_date


def metadata(head, body="<p>x</p>", url="https://example.org/a/b"):
    return detector.score(f"<html><head>{head}</head><body>{body}</body></html>", "html", url).metadata


def ld(value):
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "The ferry runs again",
    "author": [{"@type": "Person", "name": "Ada Brekke"}, {"@id": "#jon"}],
    "datePublished": "2024-05-03T08:00:00+02:00",
    "dateModified": "2024-05-04",
    "image": {"@type": "ImageObject", "url": "/ferry.jpg"},
    "publisher": {"@type": "Organization", "name": "The Harbour Post"},
    "mainEntityOfPage": {"@id": "https://example.org/ferry"},
    "inLanguage": "en-GB",
}


def test_json_ld():
    found = metadata(ld({"@graph": [ARTICLE, {"@id": "#jon", "@type": "Person", "name": "Jon Lie"}]}))
    plain = found.to_dict()
    assert plain["title"] == {"value": "The ferry runs again", "source": "json-ld:headline"}
    assert [one["value"] for one in plain["authors"]] == ["Ada Brekke", "Jon Lie"]
    assert plain["published"]["value"] == "2024-05-03T08:00:00+02:00"
    assert plain["modified"] == {"value": "2024-05-04", "source": "json-ld:dateModified"}
    assert plain["image"]["value"] == "https://example.org/ferry.jpg"
    assert plain["site_name"] == {"value": "The Harbour Post", "source": "json-ld:publisher"}
    assert plain["canonical_url"]["value"] == "https://example.org/ferry"
    assert plain["language"] == {"value": "en-GB", "source": "json-ld:inLanguage"}


def test_open_graph_and_meta():
    found = metadata(
        "<title>The ferry | The Post</title><meta property=og:title content='The ferry'>"
        "<meta name=author content='By Ada Brekke'><meta property=article:author content='https://example.org/ada'>"
        "<meta property=article:published_time content='2024-05-03T08:00:00Z'>"
        "<meta property=og:site_name content='The Post'><meta property=og:image content='f.jpg'>"
        "<meta property=og:locale content=nn_NO><link rel=canonical href='/ferry'>"
    )
    assert {name: str(value) for name, value in (
        ("title", found.title), ("author", found.authors[0]), ("published", found.published),
        ("site", found.site_name), ("image", found.image), ("language", found.language),
        ("address", found.canonical_url),
    )} == {
        "title": "The ferry", "author": "Ada Brekke", "published": "2024-05-03T08:00:00+00:00",
        "site": "The Post", "image": "https://example.org/a/f.jpg", "language": "nn-NO",
        "address": "https://example.org/ferry",
    }  # fmt: skip
    assert found.title.source == "opengraph:og:title"
    assert found.authors[0].source == "meta:author"


def test_microdata():
    body = (
        "<div itemscope itemtype='https://schema.org/BlogPosting'><h1 itemprop=headline>A ferry</h1>"
        "<span itemprop=author itemscope itemtype='https://schema.org/Person'><b itemprop=name>Ada</b></span>"
        "<time itemprop=datePublished datetime='2024-05-03'>May</time></div>"
    )
    found = metadata("", body)
    assert found.title.source == "microdata:headline"
    assert [str(author) for author in found.authors] == ["Ada"]
    assert (str(found.published), found.published.source) == ("2024-05-03", "microdata:datePublished")


def test_a_list_of_articles_is_not_their_title():
    things = {"@type": "CollectionPage", "name": "News", "mainEntity": {
        "@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "One of many"}]}}  # fmt: skip
    assert str(metadata(ld(things)).title) == "News"


def test_a_reviewer_is_no_author():
    things = {"@type": "Product", "name": "Stove", "review": {"@type": "Review", "author": {"name": "Eve"}}}
    found = metadata(ld(things))
    assert str(found.title) == "Stove"
    assert found.authors == ()


def test_what_markup_does_not_say():
    found = metadata("<title>Only a title</title>")
    assert found.title.source == "html:title"
    assert (found.authors, found.published, found.image) == ((), None, None)


def test_a_date_in_time_or_in_the_address():
    assert metadata("", "<time datetime='2024-05-03'>x</time>").published.source == "html:time"
    canonical = "<link rel=canonical href='https://example.org/2024/05/03/ferry'>"
    assert metadata(canonical).published.source == "address"


@pytest.mark.parametrize(
    "harm",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"@type": "Article", "headline": }',
        '{"@type": "Article", "headline": 7, "author": [[["x"]]], "image": [null]}',
        '{"@id": "#a", "@type": "Article", "author": {"@id": "#a"}}',
        json.dumps({"@type": "Article", "headline": "x" * 100_000}),
    ],
)
def test_markup_that_is_made_to_do_harm(harm):
    found = metadata(f"<title>t</title><script type='application/ld+json'>{harm}</script>")
    assert str(found.title) == "t"


def test_json_as_pages_write_it():
    found = metadata(
        '<script type="application/ld+json">//<![CDATA[\n{"@type":"Article","headline":"a\nb"}\n//]]></script>'
    )
    assert str(found.title) == "a b"


def test_an_image_is_no_script():
    assert metadata("<meta property=og:image content='javascript:x()'>").image is None


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en_US", "en-US"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("de, en", "de"),
        ("English", None),
        ("", None),
    ],
)
def test_language_tags(said, tag):
    assert language_tag(said) == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Die Mühle stand viele Jahre leer, bis die Stadt sie kaufte und wieder öffnete.", "de"),
        ("Kereta api itu berangkat dari stasiun pukul tujuh pagi dan tiba siang hari.", "id"),
        ("その水車小屋は三十一年のあいだ空き家だったが、町がそれを買い取った。", "ja"),
        ("12 345", None),
    ],
)
def test_the_language_of_a_text(text, tag):
    found = text_language(text)
    assert (found and found.value) == tag
    assert found is None or (found.source == "text" and 0 < found.confidence <= 1)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-05-03", "2024-05-03"),
        ("2024/05/03", "2024-05-03"),
        ("20240503", "2024-05-03"),
        ("2024-05-03T10:00Z", "2024-05-03T10:00:00+00:00"),
        ("3 May 2024", None),
        ("", None),
    ],
)
def test_dates(text, date):
    assert iso_date(text) == date


def test_plain_text_has_a_language_only():
    found = detector.score(
        "Die Mühle stand viele Jahre leer, bis die Stadt sie kaufte und wieder öffnete."
    ).metadata
    assert found.title is None
    assert str(found.text_language) == "de"
