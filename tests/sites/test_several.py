"""Pages of two sites are refused, with an example of each; a redesigned site is not."""

import gzip

import pytest

from detector.cli.main import run
from detector.errors import PageError
from detector.sites.addresses import address_of
from detector.sites.profile import SiteProfile
from detector.text.page import Page

HARBOUR = ["Home", "Boats for hire", "Our crew", "Prices and seasons", "Contact", "Written by the crew"]
BAKERY = ["Start", "Bread of the day", "Cakes to order", "Where we bake", "Jobs", "Baked since 1911"]
WORDS = ["anna", "berta", "clara", "dora", "emma", "frida", "greta", "hanna", "ida", "jana"]
CANONICAL = '<link rel="canonical" href="https://{0}/{1}">'
OG = "<meta content='https://www.{0}/{1}' property=og:url>"


def text(frame, word):
    half = len(frame) // 2
    body = [f"What {word} saw", f"In the evening {word} told all of it.", f"Nobody believed {word} at first."]
    return "\n".join([*frame[:half], *body, *frame[half:]])


def html(frame, word, host="", head=CANONICAL):
    lines = "".join(f"<p>{line}</p>" for line in text(frame, word).split("\n"))
    return f"<html><head>{head.format(host, word) if host else ''}</head><body>{lines}</body></html>"


def pages(make, frame, *more, words=WORDS):
    return [make(frame, word, *more) for word in words]


TWO = {
    "by canonical links": [
        *pages(html, HARBOUR, "harbour.example"),
        *pages(html, BAKERY, "shop.bakery.example"),
    ],
    "by og:url": [*pages(html, HARBOUR, "harbour.example", OG), *pages(html, BAKERY, "bakery.example", OG)],
    "a single page": [*pages(html, HARBOUR, "harbour.example"), html(BAKERY, "karla", "bakery.example")],
    "two pages": [html(HARBOUR, "anna", "harbour.example"), html(BAKERY, "karla", "bakery.example")],
}


@pytest.mark.parametrize("two", TWO.values(), ids=TWO.keys())
def test_pages_that_say_two_sites_are_refused(two):
    with pytest.raises(PageError, match=r"bakery\.example \(\d+ pages?, such as page \d+\)") as error:
        SiteProfile.learn(two)
    assert "harbour.example" in str(error.value)
    assert "--redesigned" in str(error.value)
    assert SiteProfile.learn(two, redesigned=True).pages == len(two)


def test_text_of_two_sites_is_refused():
    two = [*pages(text, HARBOUR), *pages(text, BAKERY, words=WORDS[:4])]
    with pytest.raises(PageError, match="10 pages, such as page 1; 4 pages, such as page 11"):
        SiteProfile.learn(two)
    assert SiteProfile.learn(two, redesigned=True).templates == (10, 4)


def test_text_of_two_sites_without_newlines_is_refused():
    def page(frame, word):
        body = " ".join(f"{word}{'abcdefghij'[at % 10] * (at // 10 + 1)}" for at in range(100))
        return f"{' '.join(frame)} {body} {' '.join(reversed(frame))}"

    one, two = pages(page, HARBOUR), pages(page, BAKERY)
    assert min(map(len, one)) > 1000
    with pytest.raises(PageError, match="10 pages, such as page 1; 10 pages, such as page 11"):
        SiteProfile.learn([*one, *two])
    assert SiteProfile.learn(one).templates == (10,)


ONE = {
    "redesigned, with its address": [
        *pages(html, HARBOUR, "harbour.example"),
        *pages(html, BAKERY, "old.harbour.example"),
    ],
    "redesigned, and some lines are the same": [*pages(text, HARBOUR), *pages(text, [*BAKERY, *HARBOUR[:2]])],
    "a page taken over from another paper": [
        *pages(html, HARBOUR, "harbour.example"),
        html(HARBOUR, "karla", "times.example"),
    ],
    "two addresses, one template": [*pages(html, HARBOUR, "a.example"), *pages(html, HARBOUR, "b.example")],
    "a few odd pages": [*pages(text, HARBOUR), *pages(text, BAKERY, words=WORDS[:2])],
    "nothing recurs": ["One day", "Another morning", "Late at night"],
    "a relative address": [
        *pages(html, HARBOUR),
        *(html(HARBOUR, word, "x", '<base href="pages/"><link rel=canonical href="{1}.html">') for word in WORDS),
    ],
}  # fmt: skip


@pytest.mark.parametrize("one", ONE.values(), ids=ONE.keys())
def test_one_site_is_not_refused(one):
    assert SiteProfile.learn(one).pages > 2


def test_a_redesign_is_told():
    assert SiteProfile.learn(ONE["redesigned, with its address"]).templates == (10, 10)


def test_pages_of_another_site_are_not_added_to_a_profile(tmp_path):
    SiteProfile.learn(pages(html, HARBOUR, "harbour.example"), "s").save(tmp_path / "whole", whole=True)
    before = SiteProfile.load(tmp_path / "whole")
    with pytest.raises(PageError, match=r"harbour\.example \(10 pages, such as learned before\)"):
        SiteProfile.learn(pages(html, BAKERY, "bakery.example"), "s", [before])


@pytest.mark.parametrize(
    ("page", "address"),
    [
        (Page("<base href='//a.example/x'><link REL='x canonical' href=https://b.example>", "html"), "b.example"),
        (Page("<base href='//a.example/x'>", "html"), "a.example"),
        (Page("<link rel=canonical href='https://a.example'>", "html", url="https://c.b.example"), "b.example"),
        (Page("<link rel=canonical href='https://a.example'>", "text"), None),
        (Page("<link rel=canonical href='http://['><link rel=stylesheet href='//x.example'>", "html"), None),
        (Page("<link " * 100_000, "html"), None),
    ],
)  # fmt: skip
def test_the_address_of_a_page(page, address):
    assert address_of(page) == address


def test_the_command_names_the_files(tmp_path, capfd):
    for name, frame in (("harbour", HARBOUR), ("bakery", BAKERY)):
        for word in WORDS:
            (tmp_path / f"{name}-{word}.html").write_text(html(frame, word, f"{name}.example"), "utf-8")
    output = tmp_path / "out" / "site.profile"
    command = ["profile", *map(str, sorted(tmp_path.glob("*.html"))), "--output", str(output)]
    assert run(command) == 1
    said = capfd.readouterr().err
    assert f"harbour.example (10 pages, such as {tmp_path}/harbour-anna.html)" in said
    assert f"bakery.example (10 pages, such as {tmp_path}/bakery-anna.html)" in said
    assert not output.exists()
    assert run([*command, "--redesigned"]) == 0
    assert "2 templates, of 10, 10 of the pages looked at" in capfd.readouterr().err


def _real(shared, site):
    folder = shared / "multilingual" / "sites" / site
    files = sorted(folder.glob("*.gz"))[:30]
    return [Page.read(gzip.decompress(file.read_bytes()).decode("utf-8", "replace")) for file in files]


@pytest.mark.shared
def test_real_sites_are_one_and_two_of_them_are_two(shared):
    sites = ("id__installation-guide", "pt__brasileiraonoticias", "id__petanikode", "el__gimp-help")
    pages = {site: _real(shared, site) for site in sites}
    for site in sites:
        assert SiteProfile.learn(pages[site], site).pages > 20
    with pytest.raises(PageError, match=r"petanikode\.com \(30 pages"):
        SiteProfile.learn([*pages["id__petanikode"], *pages["pt__brasileiraonoticias"]])
