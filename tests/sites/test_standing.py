"""What addresses say about pages."""

import pytest

from detector.sites.standing import IS_LISTING, ITSELF, LISTING, VERSION, standing_of

LISTINGS = (
    "/", "/index.html", "/tag/harbour", "/en/category/news/", "/author/ann?x=1", "/archive/", "/archives.php",
    "/archive/2024/05.html", "/2024", "/2024/05", "/blog/2024/05/17/", "/page/2", "/tag/x/page/3", "/s?page=2",
    "/tags", "/en/categories/", "/authors", "/search/label/x", "/index.php?topic=x&page=2",
)  # fmt: skip
PAGES = (
    "/2024/05/flood", "/archives/123", "/?p=123", "/s?page=1", "/stage/amplifier", "/2024/77", "/tagged",
    "/category/news/flood.html", "/category/news/the-flood-in-the-valley", "/authors/jane/the-flood", "/tag",
    "/wiki/Tag", "/wiki/Tags", "/wiki/Category", "/wiki/Author", "/wiki/Archive", "/wiki/Print", "/wiki/Mobile",
    "/wiki/Amp", "/how/to/use/tags", "/index.php?page=42", "/?page=3", "/s?page=51", "/#!/story/42", "/#/story",
    "/mobile/new-phone-review", "/print/3.html", "/print", "/amp",
)  # fmt: skip
VERSIONS = ("/s/amp", "/amp/s", "/s/3/print.html", "/s?print", "/s?amp", "/s?outputType=amp")


@pytest.mark.parametrize(
    ("paths", "wanted"),
    [(LISTINGS, LISTING), (PAGES, 0), (VERSIONS, VERSION)],
    ids=["listing", "page", "version"],
)
def test_paths(paths, wanted):
    found = {path: standing_of(f"https://www.valley.example{path}") for path in paths}
    assert found == dict.fromkeys(paths, wanted)


def test_hosts():
    hosts = ("amp.valley.example", "m.valley.example", "mobile.valley.example:8080", "print.valley.example")
    assert {standing_of(f"https://{host}/s") for host in hosts} == {VERSION}
    assert standing_of("https://magazine.example/s") == standing_of("https://mobile.example/s") == 0


@pytest.mark.parametrize(
    ("canonical", "wanted"),
    [
        ("https://valley.example/s", ITSELF),
        ("http://www.valley.example/s/#top", ITSELF),
        ("/s", ITSELF),
        (" https://valley.example:443/s\n", ITSELF),
        ("https://valley.example/", 0),
        ("/index.html", 0),
        ("https://valley.example/s?page=2", VERSION),
        ("https://other.example/s", VERSION),
        ("https://[", 0),
        ("", 0),
    ],
)
def test_canonical_links(canonical, wanted):
    page = f'<head><link href="{canonical}" rel="canonical"></head>'
    assert standing_of("https://valley.example/s", page) == wanted


@pytest.mark.parametrize(
    ("url", "canonical", "wanted"),
    [
        ("https://valley.example/t?f=2&t=3", "https://valley.example/t?f=2&amp;t=3", ITSELF),
        ("https://valley.example/t?f=2&t=3", "/t?t=3&f=2", ITSELF),
        ("https://valley.example/t?f=2&t=3", "/t?t=2&f=3", VERSION),
        ("https://valley.example:8443/s", "https://valley.example/s", VERSION),
        ("https://xn--mller-kva.example/s", "https://müller.example/s", ITSELF),
        ("https://mül..ler.example/s", "https://mül..ler.example/s/", ITSELF),
        ("valley.example/s", "https://valley.example/s", ITSELF),
        ("valley.example/s", "/s", ITSELF),
        ("/a/s.html", "https://valley.example/a/s.html", ITSELF),
        ("a/s.html", "https://valley.example/a/s.html", ITSELF),
        ("m.valley.example/s", "https://valley.example/s", VERSION),
        ("/a/s.html", "https://valley.example/a/t.html", VERSION),
        ("https://valley.example/", "https://valley.example/index.html", LISTING + ITSELF),
        ("https://m.valley.example/", "https://valley.example/", LISTING + VERSION),
        ("https://m.valley.example/s", "https://valley.example/", VERSION),
        ("https://valley.example/#!/s/42", "https://valley.example/", 0),
    ],
)
def test_one_page_has_several_addresses(url, canonical, wanted):
    assert standing_of(url, f'<link rel="canonical" href="{canonical}">') == wanted


@pytest.mark.parametrize("home", ["/", "https://valley.example", "https://valley.example/index.html"])
def test_a_link_to_the_first_page_on_every_page_says_nothing(home):
    assert standing_of(None, f'<link rel="canonical" href="{home}">') == 0


def test_a_page_without_an_address_has_that_of_its_canonical_link():
    assert standing_of(None, '<link rel=canonical href="https://valley.example/tag/x">') == LISTING
    assert standing_of(None, "<p>canonical") == standing_of(None) == 0


def test_a_version_of_a_listing():
    amp, tag = "https://amp.valley.example/tag/x", "https://valley.example/tag/x"
    assert standing_of(amp) == LISTING + VERSION
    assert standing_of(amp, f'<link rel="canonical" href="{tag}">') == LISTING + VERSION
    assert (
        standing_of("https://amp.valley.example/s", '<link rel="canonical" href="//valley.example/s">')
        == VERSION
    )


def test_a_listing_stays_one_at_its_own_address():
    url = "https://valley.example/tag/x"
    standing = standing_of(url, f'<link rel="canonical" href="{url}">')
    assert LISTING < standing <= IS_LISTING < VERSION
