"""Which sites and sources lose more text than the loss limit allows."""

from detector.corpus.report.loss_limit import Loss, losses
from detector.corpus.steps.write import LONE_PAGES
from detector.settings import CorpusSettings

# documents, kept, empty ones, duplicates, bytes of lines before and after
HALF = (10, 5, 0, 5, 1000, 500)
TEXT_GOES = (10, 10, 0, 0, 1000, 50)
PAGES_GO = (10, 1, 0, 9, 1000, 900)


def names(sites, sources=None, **settings):
    chosen = CorpusSettings(**{"least_pages": 5, "most_lost": 0.8, **settings})
    return [loss.name for loss in losses({"sites": sites, "sources": sources or {}}, chosen)]


def test_what_loses_too_much_of_its_text_or_its_documents():
    assert names({"a": HALF, "b": TEXT_GOES, "c": PAGES_GO}) == ["b", "c"]


def test_exactly_as_much_as_may_be_lost_is_not_too_much():
    assert names({"a": HALF}, most_lost=0.5) == []
    assert names({"a": HALF}, most_lost=0.499) == ["a"]


def test_few_pages_are_no_reason_to_stop():
    assert names({"a": PAGES_GO}, least_pages=10) == ["a"]
    assert names({"a": PAGES_GO}, least_pages=11) == []


def test_what_is_allowed_and_pages_of_no_site_are_left_out():
    assert names({"a": PAGES_GO, LONE_PAGES: PAGES_GO}, {"web": PAGES_GO}, allow=("web",)) == ["a"]


def test_the_largest_stand_first_then_by_kind_and_name():
    more = (20, *PAGES_GO[1:])
    found = names({"b": PAGES_GO, "a": PAGES_GO, "z": more}, {"source": PAGES_GO})
    assert found == ["z", "a", "b", "source"]


def test_pages_without_text_lose_documents_but_no_text():
    (loss,) = losses({"sites": {"a": (10, 0, 10, 0, 0, 0)}, "sources": {}}, CorpusSettings(least_pages=1))
    assert loss == Loss("site", "a", 10, 0.0, 1.0)
    assert str(loss) == "site a: 0.0% of the text and 100.0% of 10 documents would be dropped"


def test_the_shares_that_go():
    sites = {"a": (8, 6, 0, 0, 200, 50)}
    (loss,) = losses({"sites": sites, "sources": {}}, CorpusSettings(least_pages=1, most_lost=0.5))
    assert loss == Loss("site", "a", 8, 0.75, 0.25)


def test_a_site_of_one_page():
    (loss,) = losses({"sites": {"a": (1, 0, 1, 0, 10, 0)}, "sources": {}}, CorpusSettings(least_pages=1))
    assert (loss.text, loss.documents) == (1.0, 1.0)
    assert names({"a": (1, 1, 0, 0, 10, 10)}, least_pages=1, most_lost=0.1) == []
