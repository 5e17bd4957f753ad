"""Sites as crawls find them, on Spark: the same documents and passages as in a corpus run."""

import pytest

from detector import clean_corpus, spark
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import read_jsonl, write_jsonl
from tests.corpus.made_sites import SITES, archive, article_of_six_pages, halves, listing, releases, tag_pages

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def pages(format):
    """All sites, and pages that are not the original of what they have."""
    sites = (*SITES.values(), halves, tag_pages, listing, archive, article_of_six_pages)
    every = [page for site in sites for page in site(format)]
    every += [page for number in (2, 4, 6) for page in releases(format, number)]
    return list({page.id: page for page in every}.values())


@pytest.mark.parametrize("format", ["html", "text"])
def test_made_sites_are_cleaned_as_in_a_corpus_run(session, tmp_path, format):
    made = pages(format)
    path = write_jsonl(tmp_path / "pages.jsonl", [page.row() for page in made])
    rules = CorpusSettings(passages="drop")
    clean_corpus([path], tmp_path / "run", corpus=rules, engine=EngineSettings("process"))
    output = str(tmp_path / "spark")
    spark.clean_corpus(session, [path], output, rules=rules, group_pages=30)
    data = session.read.parquet(f"{output}/data").collect()
    wanted = {row["id"]: row["text"] for row in read_jsonl(tmp_path / "run" / "data")}
    assert {row["id"]: row["text"] for row in data} == wanted
    gone = session.read.parquet(f"{output}/duplicates").collect()
    assert {(made[row["number"]].id, made[row["stays_number"]].id) for row in gone} == {
        (row["id"], row["duplicate_of"]) for row in read_jsonl(tmp_path / "run", "duplicates.jsonl")
    }
    found = session.read.parquet(f"{output}/passages").collect()
    fields = ("first_line", "lines", "words")
    assert sorted(
        (made[row["number"]].id, *(row[name] for name in fields), made[row["original_number"]].id)
        for row in found
    ) == sorted(
        (row["id"], *(row[name] for name in fields), row["original"])
        for row in read_jsonl(tmp_path / "run", "passages.jsonl")
    )
    assert len(found) > 10
