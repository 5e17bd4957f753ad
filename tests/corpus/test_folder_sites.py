"""The pages of a mirrored site belong to one site; unrelated pages in a folder belong to none."""

import json

import pytest

from detector.corpus.folder_sites import ALL, with_sites
from detector.corpus.formats.documents import Part
from detector.corpus.formats.readers import read_page
from detector.corpus.inputs import inputs_of
from detector.corpus.report.site_ways import in_words
from detector.errors import SettingsError
from detector.files.limits import DEFAULT_LIMITS
from detector.settings import Columns, CorpusSettings
from detector.sites.names import site_of_folders
from tests.corpus.made import page, story, write_jsonl


def html(number, site=0, head="", lines=None):
    body = "".join(f"<p>{line}</p>" for line in lines or page(number, site).split("\n"))
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def write(folder, pages):
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def sites(folder, how="found"):
    """The site of each page, by file name."""
    inputs = with_sites(inputs_of([str(folder)], folder / "out"), how)
    parts = [Part(input.path, input.name, input.kind, site=input.site) for input in inputs]
    return {
        document.file: document.site
        for part in parts
        for document in read_page(part, Columns(), DEFAULT_LIMITS)
    }


def test_folders_that_are_hosts():
    found = {
        "www.bbc.co.uk/news/1.html": "bbc.co.uk",
        "crawl/one.github.io/x/index.html": "one.github.io",
        "192.168.0.1/x.html": "192.168.0.1",
        "2024.05.01/x.html": None,
        "node_modules/v1.2/x.html": None,
        "bbc.co.uk.html": None,
    }
    assert {name: site_of_folders(name) for name in found} == found


def test_a_mirror_is_one_site(tmp_path):
    deep = {f"2024/{number}/index.html": html(number) for number in range(30)}
    assert set(sites(write(tmp_path / "deep", deep)).values()) == {ALL}
    flat = {f"{number}.html": html(number) for number in range(30)}
    assert set(sites(write(tmp_path / "flat", flat)).values()) == {ALL}
    hosted = {f"www.valley.org/{name}": text for name, text in deep.items()}
    assert set(sites(write(tmp_path / "hosted", hosted)).values()) == {"valley.org"}
    canonical = '<link rel="canonical" href="https://www.valley.org/{}">'
    named = {f"{number}.html": html(number, head=canonical.format(number)) for number in range(30)}
    assert set(sites(write(tmp_path / "named", named)).values()) == {"valley.org"}


def other(number):
    """A page with another template."""
    return html(
        number, lines=["Start", "Bread of the day", "Where we bake", *story(number), "Baked since 1911"]
    )


def test_mirrors_beside_each_other_are_sites_of_their_own(tmp_path):
    two = {f"valley/2024/{number}.html": html(number) for number in range(20)}
    two |= {f"bakery/{number}/index.html": other(100 + number) for number in range(3)}
    found = sites(write(tmp_path / "two", two))
    assert {name.split("/")[0]: site for name, site in found.items()} == {
        "valley": "valley",
        "bakery": "bakery",
    }
    assert set(found.values()) == {"valley", "bakery"}
    # A site with an index may have pages of another template.
    one = {"index.html": html(500), **two}
    assert set(sites(write(tmp_path / "one", one)).values()) == {ALL}


def test_odd_pages_are_of_the_sites_that_they_name(tmp_path):
    canonical = '<link rel="canonical" href="https://site{}.org/x">'
    odd = {f"{n}.html": html(n, head=canonical.format(n % 3), lines=story(n)) for n in range(12)}
    odd |= {"12.html": html(12, lines=story(12)), "13.txt": "\n".join(story(13))}
    found = sites(write(tmp_path / "odd", odd))
    assert found == {f"{n}.html": f"site{n % 3}.org" for n in range(12)} | {
        "12.html": "page:12.html",
        "13.txt": "page:13.txt",
    }


def test_folders_without_a_template(tmp_path):
    """Pages that share nothing belong to their folder, unless they name several sites."""
    canonical = '<link rel="canonical" href="https://site{}.org/x">'
    bare = {f"book/{n}.html": html(n, lines=story(n)) for n in range(5)}
    odd = {f"odd/{n}.html": html(n, head=canonical.format(n), lines=story(n)) for n in range(5, 8)}
    found = sites(write(tmp_path / "in", {**bare, **odd, "index.html": html(9, lines=story(9))}))
    assert found == dict.fromkeys(bare, "book") | {f"odd/{n}.html": f"site{n}.org" for n in range(5, 8)} | {
        "index.html": "page:index.html"
    }


def test_odd_pages_of_a_site_belong_to_it(tmp_path):
    pages = {f"{number}.html": html(number) for number in range(40)} | {
        "license.html": html(0, lines=story(50))
    }
    assert set(sites(write(tmp_path / "in", pages)).values()) == {ALL}


def test_sites_of_folders_can_be_given(tmp_path):
    folder = write(tmp_path / "in", {"a/b/1.html": html(1), "www.x.org/2.html": html(2), "3.html": html(3)})
    names = ["a/b/1.html", "www.x.org/2.html", "3.html"]
    wanted = {
        "one": [ALL] * 3,
        "top": ["a", "www.x.org", "page:3.html"],
        "folder": ["a/b", "www.x.org", "page:3.html"],
        "none": [f"page:{name}" for name in names],
    }
    for how, expected in wanted.items():
        found = sites(folder, how)
        assert [found[name] for name in names] == expected
    with pytest.raises(SettingsError, match="folder_sites is one of found, top"):
        CorpusSettings(folder_sites="host")


def test_the_report_says_how_each_site_was_found(clean, tmp_path):
    canonical = '<link rel="canonical" href="https://www.hill.org/{}">'
    given = {
        **{f"mirror/{number}.html": html(number) for number in range(12)},
        **{f"www.valley.org/{number}.html": html(number, 1) for number in range(3)},
        **{f"book/{number}.html": html(number, lines=story(number)) for number in range(2)},
        "named.html": html(20, head=canonical.format(1), lines=story(20)),
        "alone.txt": "\n".join(story(21)),
    }
    folder = write(tmp_path / "in", given)
    rows = [
        {"id": "1", "text": page(30), "url": "https://www.river.org/1"},
        {"id": "2", "text": page(31), "url": "https://www.river.org/2", "site": "lake"},
        {"id": "3", "text": page(32)},
    ]
    records = write_jsonl(tmp_path / "more.jsonl", rows)
    out, outcome = clean(folder, records, duplicates=0)
    found = outcome.report["sites_found_by"]
    assert {way: (row["sites"], row["documents"], row["examples"]) for way, row in found.items()} == {
        "column": (1, 1, ["lake"]),
        "url": (1, 1, ["river.org"]),
        "host_folder": (1, 3, ["valley.org"]),
        "template": (1, 12, ["mirror"]),
        "canonical_link": (1, 1, ["hill.org"]),
        "folder": (1, 2, ["book"]),
        "none": (0, 2, []),
    }
    ways = {row["name"]: row["found_by"] for row in outcome.report["by_site"]}
    assert ways["mirror"] == "template"
    assert ways["(pages alone)"] == "none"
    assert "a folder named like a host" in (out / "report.html").read_text()
    assert in_words(found).startswith("1 by the site column, 1 by the URL, 1 by a folder named like a host, ")
    _, ruled = clean(folder, name="ruled", folder_sites="one")
    assert ruled.report["sites_found_by"] == {
        "folder_sites": {"sites": 1, "documents": len(given), "examples": [ALL]}
    }


def test_the_lines_of_a_mirror_are_counted(clean, tmp_path):
    """The report shows the template of a site; each page of a mirror used to be a site of its own."""
    folder = write(tmp_path / "in", {f"2024/{number}/index.html": html(number) for number in range(12)})
    outcome = clean(folder)[1]
    assert [(row["name"], row["documents"]) for row in outcome.report["by_site"]] == [(ALL, 12)]
    alone, _ = clean(folder, name="alone", folder_sites="none")
    assert json.loads((alone / "report.json").read_text())["by_site"][0]["name"] == "(pages alone)"
