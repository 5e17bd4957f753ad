"""A scored page in all its forms: short, as a table, for notebooks, as HTML and as TEI."""

import pickle
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from turbohtml import parse

import detector
from detector import Detector, Settings
from detector.results.html import document_html
from detector.results.writers.tei import NAMESPACE

EVERYTHING = Detector(settings=Settings(threshold=1.0))

ROOT = Path(__file__).parent.parent.parent
TEI = f"{{{NAMESPACE}}}"
HARM = "<p>The mill stood empty for thirty-one years, until the town bought it &lt;script>alert(1)&lt;/script> &quot;x&quot;.</p>"


@pytest.fixture(scope="module")
def page():
    return detector.score(ROOT / "examples" / "news.html")


def test_repr_is_short(page):
    assert repr(page) == (
        "<ScoredPage 'Ferry line to Ostrand Island starts again after nine years | The Harbour Post', "
        f"html, {sum(line.kept for line in page.lines)} of 36 lines kept, content {page.content_share:.0%}>"
    )
    assert repr(detector.score("")) == "<ScoredPage text, 0 of 0 lines kept, content 0%>"


def test_notebooks_see_lines_and_reasons(page):
    shown = parse(page._repr_html_())
    assert len(shown.select("details")) == sum(line.score is not None for line in page.lines)
    assert all(item.find("ul") is not None for item in shown.select("details"))


def test_what_is_shown_runs_nothing():
    shown = detector.score(HARM + "<p onclick=x()>\ud800 <b>Subscribe</b></p>", "html")
    for html in (shown._repr_html_(), document_html("<script>x</script>", shown._repr_html_())):
        html.encode("utf-8")
        found = parse(html)
        assert found.select("script, [onclick], a, img") == []


def test_to_pandas(page):
    pandas = pytest.importorskip("pandas")
    table = page.to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert list(table.index) == [line.number for line in page.lines]
    assert list(table["clean"]) == [line.clean for line in page.lines]


def test_html_is_a_document_of_its_own(page):
    document = parse(page.to_html())
    assert document.find("title").text == "Ferry line to Ostrand Island starts again after nine years"
    assert document.root.attrs["lang"] == "en"
    assert {element.tag for element in document.find("article").descendants if hasattr(element, "tag")} == {
        "h1",
        "h2",
        "p",
    }
    assert detector.score(HARM, "html").to_html().count("<script") == 0


def test_html_of_plain_text():
    text = "The mill stood empty for thirty-one years,\nuntil the town bought it.\n\nNow it grinds again, <every> week."
    page = detector.score(text, "text")
    assert "<p>The mill stood empty for thirty-one years,<br>until the town bought it.</p>" in page.to_html()
    assert "<p>Now it grinds again, &lt;every&gt; week.</p>" in page.to_html()
    assert page.to_markdown() == page.clean_text


def test_tei_is_sections_and_a_header(page):
    root = ET.fromstring(page.to_tei())
    assert root.tag == TEI + "TEI"
    assert root.find(f".//{TEI}titleStmt/{TEI}title").text.startswith("Ferry line")
    assert root.find(f".//{TEI}language").attrib["ident"] == "en"
    section = root.find(f"{TEI}text/{TEI}body/{TEI}div")
    assert section.find(f"{TEI}head").text.startswith("Ferry line")
    assert section.find(f"{TEI}div/{TEI}head").text == "A boat that used to carry fruit"


def test_tei_of_all_kinds_of_blocks():
    html = (
        "<h1>A title of the page</h1><p>Words that are <b>bold</b>, a <a href='https://example.org/'>link</a> and "
        "<code>code</code> in them.<br>More</p><ol start=3><li>one of the items</li></ol><pre>x = 1</pre>"
        "<table><tr><th>a column</th><th>another</th></tr><tr><td colspan=2>a cell</td></tr></table>"
        "<figure><img src=https://example.org/x.png alt=mill><figcaption>A caption of it</figcaption></figure>"
        "<p>\x0b\uffff a control</p>"
    )
    settings = detector.Settings(threshold=1.0)
    root = ET.fromstring(detector.Detector(settings=settings).score(html, "html").to_tei())
    found = {element.tag.removeprefix(TEI) for element in root.find(f"{TEI}text").iter()}
    assert {
        "head",
        "p",
        "hi",
        "ref",
        "code",
        "lb",
        "list",
        "item",
        "ab",
        "table",
        "row",
        "cell",
        "figure",
    } <= found
    assert root.find(f".//{TEI}list").attrib == {"rend": "numbered"}
    assert root.find(f".//{TEI}item").attrib == {"n": "3"}
    assert root.find(f".//{TEI}figure/{TEI}graphic").attrib["url"] == "https://example.org/x.png"


def test_a_page_can_be_sent_elsewhere(page):
    other = pickle.loads(pickle.dumps(page))
    assert other == page
    assert other.to_markdown() == page.to_markdown()
    assert other.metadata == page.metadata


LISTS = "<ol start=4><li>Oil<ol type=a><li>the gate<li>the lock</ol><li value=9>Wind</ol><p>Rest.</p><ol start=10><li>Sleep</ol>"


def test_numbers_of_lists_stand_in_all_outputs_but_the_text():
    """A browser draws them, and text copied from it does not have them either."""
    page = EVERYTHING.score(LISTS, "html")
    assert page.clean_text == "Oil\nthe gate\nthe lock\nWind\nRest.\nSleep"
    assert page.to_markdown() == (
        "4. Oil\n   - a. the gate\n   - b. the lock\n\n9) Wind\n\nRest.\n\n10. Sleep"
    )
    assert '<ol start="4"><li>Oil<ol type="a"><li>the gate' in page.to_html()
    assert '<li value="9">Wind</li>' in page.to_html()
    for item in ('<item n="4">Oil<', '<item n="b">the lock<', '<item n="9">Wind<', '<item n="10">Sleep<'):
        assert item in page.to_tei()


def test_numbers_that_the_page_writes_stand_in_the_text():
    assert EVERYTHING.score("<ul><li>1) Oil<li>2) Wind</ul>", "html").clean_text == "1) Oil\n2) Wind"
