import pytest

from benchmarks.data.text_pages import parse, records
from detector.records import LINE_KINDS
from detector.training.data.examples import examples_of
from detector.training.data.labelled_pages import page_of_record

SOURCE = """=== rope | de | documentation
n\tStartseite

t\tSeile
b\t  • Hanf
m\tSchön!
=== tar | en | forum
b\tTar.
"""


def test_a_page_is_its_lines_as_they_are_set():
    first, second = parse(SOURCE, "a.txt")
    assert first.lines == ["Startseite", "", "Seile", "  • Hanf", "Schön!"]
    assert first.kinds == ["navigation", "title", "body", "comment"]
    assert (second.id, second.language, second.kind, second.lines) == ("tar", "en", "forum", ["Tar."])


@pytest.mark.parametrize(
    "text", ["b\tno page", "=== a | b", "=== a | b | c\nq\ttext", "=== a | b | c\nb text"]
)
def test_what_is_no_line_is_named(text):
    with pytest.raises(ValueError, match=r"a\.txt, line"):
        list(parse(text, "a.txt"))


def test_our_pages_have_a_kind_for_each_line():
    found = list(records())
    pages = [page_of_record(record, record["id"]) for record in found]
    assert len({page.id for page in pages}) == len(pages) >= 200
    assert {page.kind for page in pages} == {""}
    assert {kind for page in pages for kind in page.kinds} == set(LINE_KINDS)
    assert examples_of(pages).share.size > 10_000  # raises where labels and lines differ
