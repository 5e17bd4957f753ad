import numpy as np
import pytest

from benchmarks.data.plain_pages import FOLDER, as_html, parse, records
from detector.model.page_kinds import KINDS
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import page_of_record
from detector.training.fit.page_kinds import SAME_AS

SOURCE = """=== bridge | article | A bridge opens
[nav]
t li Home
t li News
[main]
c h1 A bridge opens
m p 3 May
c tr one\ttwo
c tr three\tfour
c pre a = 1
c pre b <= 2
[footer]
t p © Example
"""


def test_a_page_becomes_html():
    (page,) = parse(SOURCE, "en")
    assert (page.slug, page.kind, page.title, len(page.lines)) == ("bridge", "article", "A bridge opens", 9)
    html = as_html(page, np.random.default_rng(1))
    assert html.count("<ul>") == html.count("<table>") == html.count("<pre>") == 1
    assert "<td>one</td><td>two</td>" in html
    assert "b &lt;= 2" in html


@pytest.mark.parametrize(
    "text", ["c p no page", "=== a | b | c\nx p text", "=== a | b | c\nc p", "=== a | b | c\n[x]"]
)
def test_what_is_no_line_is_named(text):
    with pytest.raises(ValueError, match="line"):
        list(parse(text, "en"))


def test_our_pages_have_a_label_for_each_line_as_text_and_as_html():
    pages = [page_of_record(record, record["id"]) for record in records()]
    assert len(pages) >= 400
    assert len({page.language for page in pages}) >= 40
    assert {page.kind for page in pages} <= {*KINDS, *SAME_AS, "table", "poem"}
    assert len({page.id for page in pages}) == len(pages)
    for format in ("text", "html"):
        chosen = [page for page in pages if page.format == format]
        assert examples_of(chosen).share.size > 10_000  # raises where labels and lines differ


def test_there_is_a_file_for_each_language():
    assert all(path.stem.isalpha() for path in FOLDER.glob("*.txt"))
