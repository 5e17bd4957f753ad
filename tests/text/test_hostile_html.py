"""Pages made to do harm: to memory, to running time, to other pages of the batch."""

import subprocess
import sys

import pytest

from detector import Detector
from detector.cli.main import run
from detector.text.formatting import DEEPEST, elements_again, is_explosive, most_again, parsable
from detector.text.html import condensed
from detector.text.page import Page
from tests.corpus.made import page, read_jsonl, write_jsonl


def open_tags(count, tag="b"):
    return "".join(f"<p><{tag} id={number}>x" for number in range(count))


EXPLOSIVE = {
    "b": open_tags(12_000),
    "fonts": open_tags(12_000, "FONT"),
    "closed in a comment": open_tags(12_000).replace("x", "x<!-- </b> -->"),
    "closed in a script": open_tags(8_000).replace("x", "x<script></b></script>"),
    "closed in a cell": "".join(f"<b id={number}>x<table><td></b></td></table>" for number in range(8_000)),
    "closed in SVG": "".join(f"<p><b id={number}>x<svg></b></svg>" for number in range(8_000)),
    "sixty": open_tags(60) + "<p>x</p>" * 10_000,
    "opened first": "".join(f"<b id={number}>" for number in range(600)) + "<p>x</p>" * 5_000,
}


@pytest.mark.parametrize("name", EXPLOSIVE)
def test_a_page_that_would_fill_the_memory_is_read_without_its_formatting_tags(name):
    page = EXPLOSIVE[name].encode()
    assert is_explosive(page)
    assert is_explosive(page, condensed(page).open_formatting)
    assert not is_explosive(parsable(page))
    assert elements_again(parsable(page).decode("latin-1")) == 0


TRICKS = {
    "a tag in a tag": "<p><<b>b id={}>x",
    "a sign in a value": "<p><b id='>{}'>x",
    "another sign in a value": "<p><b id='<{}'>x",
    "a tag that never ends": "<p><b id={} <i",
    "capitals and a slash": "<P><B/ID={}>x",
    "a misnested tag": "<b id={}><p>x</b>y</p><i id={}>",
    "an end in a value": "<p><b id={}><i title='</b></b>'>x",
    "an end in a text field": '<p><b id={}><textarea></b><a "</textarea>x',
    "an end in a formula": "<p><b id={}><math><mtext title='></b>'></math>x",
    "an end in a drawing": "<p><b id={}><svg><desc title='></b>'><p></svg>x",
    "an attribute that is not read": "<p><b c={}>x",
}


@pytest.mark.parametrize("name", TRICKS)
def test_no_trick_leaves_formatting_tags(name):
    page = "".join(TRICKS[name].replace("{}", str(number)) for number in range(4000)).encode()
    for open_at_once in (DEEPEST, condensed(page).open_formatting):
        again = elements_again(parsable(page, open_at_once).decode("latin-1"), 10**7)
        assert again <= most_again(len(page))


def test_its_text_and_its_blocks_stay():
    paragraphs = "".join(
        f"<p>The wheel of day {number} turns <b id={number}>again." for number in range(1000)
    )
    scored = Detector().score(f"<html><body><h1>The mill</h1>{paragraphs}", "html")
    texts = [line.text for line in scored.lines]
    assert texts == ["The mill", *(f"The wheel of day {number} turns again." for number in range(1000))]
    assert "it is read without them" in scored.simplified
    assert scored.to_markdown().startswith("# The mill") or not scored.lines[0].kept
    assert Detector().score("<html><p><b>x</b></p>", "html").simplified is None


def test_what_reads_a_page_again_is_safe_too():
    """Scoring leaves out attributes that it does not read before it parses; other readers get the whole page."""
    resource = pytest.importorskip("resource")
    page = "<html>" + "".join(f"<p><b c={number}>x" for number in range(12_000))
    program = (
        "import resource, sys\nfrom detector import Detector\npage = sys.stdin.read()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))\n"
        "scored = Detector().score(page, 'html')\nprint(len(scored.to_markdown()), scored.metadata.title)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], input=page, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 2_000_000_000


HARMLESS = {
    "closed": "".join(f"<p><b id={number}>x</b></p>" for number in range(20_000)),
    "the same": "<p><b>x" * 20_000,
    "anchors": open_tags(20_000, "a"),
    "cells": "".join(f"<tr><td><font color={number % 50}>x</font></td></tr>" for number in range(20_000)),
    "few": open_tags(2) + "<p>x</p>" * 5_000,
    "text": "a < b and c > d " * 20_000,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_other_pages_are_not(name):
    page = HARMLESS[name].encode()
    assert parsable(page) is parsable(page, condensed(page).open_formatting) is page


def test_what_is_counted_is_what_the_parser_makes():
    from detector.text.html import serialised

    texts = (open_tags(150), HARMLESS["the same"][:2_000], open_tags(50) + "<p>x</p>" * 100)
    for text in texts:
        made = serialised(text.encode()).count(b"<b>") + serialised(text.encode()).count(b"<b ")
        assert made <= elements_again(text) + text.count("<b ") + text.count("<b>")
        assert elements_again(text) <= 4 * made + 10


def test_a_corpus_reads_such_a_page_in_little_memory(tmp_path):
    resource = pytest.importorskip("resource")
    rows = [{"id": str(at), "text": page(at)} for at in range(4)]
    rows[2]["text"] = "<html>" + EXPLOSIVE["b"]
    rows.append({"id": "html", "text": f"<html><p>{page(9)}</p></html>"})
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    program = (
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))\n"
        "from detector.cli.main import run\nsys.exit(run(sys.argv[1:]))"
    )
    command = ["clean", str(path), "--output", str(tmp_path / "out"), "--engine", "process"]
    found = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert not (tmp_path / "out" / "rejects").exists()
    assert {"0", "1", "3", "html"} <= {row["id"] for row in read_jsonl(tmp_path / "out" / "data")}
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 2_000_000_000


@pytest.mark.parametrize("command", ["score", "clean", "profile"])
def test_commands_say_why(capfd, tmp_path, command):
    (tmp_path / "bad.html").write_text("<html>" + EXPLOSIVE["b"])
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(page(number))
    names = {
        "score": [tmp_path / "bad.html"],
        "clean": [tmp_path / "bad.html", tmp_path / "1.txt"],
        "profile": [tmp_path, "--output", tmp_path / "site.profile"],
    }
    assert run([command, *map(str, names[command])]) == 0
    _, err = capfd.readouterr()
    assert "bad.html: this page of" in err
    assert "it is read without them" in err


@pytest.mark.parametrize("escape", ["\\é", "\\か", "\\\U0001f600", "\\u00e9\\か"])
def test_a_backslash_before_a_long_character_in_structured_data(escape):
    """In the JSON of one page, while another page of the batch has a combining mark in its head."""
    data = f'<html><head><script type="application/ld+json">{{"name": "a{escape}b"}}</script></head>'
    pages = [
        Page(f"{data}<body><p>{page(1)}</p></body></html>", "html"),
        Page(f"<html><head><title>cafe\u0301</title></head><body><p>{page(2)}</p></body></html>", "html"),
    ]
    together = Detector().score_batch(pages)
    for one, scored in zip(pages, together, strict=True):
        (alone,) = Detector().score_batch([one])
        assert [line.score for line in scored.lines] == [line.score for line in alone.lines]
