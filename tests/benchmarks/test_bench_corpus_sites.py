"""Corpus filters on real sites: what counts as lost, and a run of ours on made pages."""

import pytest

from benchmarks.files import json_line
from benchmarks.measures.metrics import Overlap
from benchmarks.run.sites.corpus import (
    OURS,
    CorpusPage,
    clean,
    clean_texts,
    corpus_pages,
    row_of,
    site_scores,
)
from benchmarks.tables import corpus_tables
from detector.model.files import folder_of
from detector.training.data.labelled_pages import LabelledPage


def test_a_page_that_is_gone_has_lost_its_text():
    pages = [
        CorpusPage("0", "a", "menu\none two three four", "one two three four"),
        CorpusPage("1", "a", "menu\nfive six seven eight", "five six seven eight"),
        CorpusPage("2", "b", "nine ten", "nine ten"),
        CorpusPage("3", "b", "whatever it is", None),
    ]
    scores = site_scores(pages, {"0": "menu one two three", "2": "nine ten", "3": "whatever"})
    assert scores["a"].words == Overlap(shared=3, found=4, gold=8)
    assert scores["a"].f1 == pytest.approx(0.375)
    assert (scores["a"].gone, scores["b"].gone) == (1, 0)
    assert row_of(scores) == {
        "words_f1": 0.6875, "content_lost": round(5 / 16, 4), "other_kept": 0.125, "gone": 1,
    }  # fmt: skip


def test_pages_are_cleaned_with_their_site(tmp_path):
    story = "<p>The mayor of village {0} opened a bridge of {0} arches over the river, which took years.</p>"
    pages = [
        LabelledPage(
            id=str(at), page=f"<div>Our menu</div><h1>Bridge {at}</h1>{story.format(at) * 1}", format="html",
            gold="gold", labels=None, group="a.example",
        )
        for at in range(12)
    ]  # fmt: skip
    found = list(corpus_pages(pages))
    assert found[3].text.split("\n")[:2] == ["Our menu", "Bridge 3"]
    assert {page.gold for page in found} == {"gold"}
    path = tmp_path / "pages.jsonl"
    path.write_text(
        "".join(json_line({"id": page.id, "site": page.site, "text": page.text}) for page in found)
    )
    clean(str(path), str(tmp_path / OURS), str(folder_of(None)))
    texts = clean_texts(tmp_path / OURS / "data")
    assert texts.keys() == {page.id for page in found}
    assert all("Our menu" not in text and "opened a bridge" in text for text in texts.values())


def test_a_table_of_real_sites():
    row = {"words_f1": 0.5, "content_lost": 0.1, "other_kept": 0.25, "gone": 2}
    rows = [{"system": "nothing", "version": "", **row, "seconds": 0.0},
            {"system": "peer", "version": "1.2", **row, "seconds": 3.4}]  # fmt: skip
    _, found = corpus_tables.real_sites({"rows": rows})
    assert found[0] == ["nothing", "0.500", "10.0%", "25.0%", "2", ""]
    assert found[1] == ["peer 1.2", "0.500", "10.0%", "25.0%", "2", "3"]
