"""What a Spark task does with its rows, tested without Spark: the same as a corpus run."""

import json
import pickle
from dataclasses import replace

import pytest

from detector import clean_corpus
from detector.corpus.steps.count import counts_of
from detector.model.files import model_of
from detector.run_settings import DocumentFilters
from detector.settings import Columns, CorpusSettings, EngineSettings, Settings
from detector.sites.recurrence import NO_COUNTS, merge
from tests.corpus.made import read_jsonl, records, story, write_jsonl
from tests.corpus.test_folder_sites import html
from tests.corpus.test_token_counts import TOKENIZER

pyarrow = pytest.importorskip("pyarrow")
HERE = EngineSettings("process")


def spec_of(rules):
    from detector.spark.rows import PageSpec

    return PageSpec(Columns(output="text"), rules.applied_to(Settings()), rules, None, lines=False)


def test_filters_and_numbers_are_those_of_a_corpus_run(tmp_path):
    from detector.spark.row_results import cleaned, result_columns
    from detector.spark.rows import GivenCounts

    rows = [
        *records(30),
        {"id": "short", "url": "https://www.site0.example/x", "text": "A tale of one line."},
    ]
    filters = DocumentFilters(min_words=50, max_short_lines=0.9)
    rules = CorpusSettings(duplicates=0, numbers=True, filters=filters)
    path = write_jsonl(tmp_path / "pages.jsonl", [{"date": None, **row} for row in rows])
    clean_corpus([path], tmp_path / "out", corpus=rules, engine=HERE)
    table = pyarrow.Table.from_pylist([{"date": None, **row} for row in rows])
    found = cleaned(table, spec_of(rules), model_of(None), GivenCounts(NO_COUNTS)).to_pylist()
    kept = {row["id"]: row for row in found if row["detector_filter"] is None and row["text"].strip()}
    wanted = {row["id"]: row for row in read_jsonl(tmp_path / "out" / "data")}
    assert wanted
    for id, row in wanted.items():
        assert {name: kept[id][name] for name in row} == row
    assert set(kept) == set(wanted)
    filtered = {row["id"]: row["filter"] for row in read_jsonl(tmp_path / "out", "filtered.jsonl")}
    assert {row["id"]: row["detector_filter"] for row in found if row["detector_filter"]} == filtered
    assert "min_words" in filtered.values()
    added = list(result_columns(spec_of(rules)))
    assert list(found[0])[-len(added) :] == added


def test_tokens_are_those_of_a_corpus_run(tmp_path):
    pytest.importorskip("tokenizers")
    from detector.spark.row_results import cleaned, token_counter
    from detector.spark.rows import GivenCounts

    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    rules = CorpusSettings(duplicates=0, tokenizer=str(tmp_path / "tokenizer.json"))
    rows = [*records(9), {"id": "empty", "url": None, "text": "", "date": None}]
    path = write_jsonl(tmp_path / "pages.jsonl", rows)
    clean_corpus([path], tmp_path / "out", corpus=rules, engine=HERE)
    # As a broadcast variable arrives in an executor.
    counter = pickle.loads(pickle.dumps(token_counter(rules)))
    table = pyarrow.Table.from_pylist(rows)
    found = cleaned(table, spec_of(rules), model_of(None), GivenCounts(NO_COUNTS), counter).to_pylist()
    wanted = {row["id"]: row["detector_tokens"] for row in read_jsonl(tmp_path / "out" / "data")}
    assert min(wanted.values()) > 8
    assert {row["id"]: row["detector_tokens"] for row in found} == {**wanted, "empty": None}


def test_counts_of_earlier_pages_are_evidence(tmp_path):
    from detector.spark.row_results import cleaned
    from detector.spark.rows import GivenCounts, batches_of

    rules = CorpusSettings(duplicates=0)
    old, new = records(24)[:18], records(24)[18:]
    clean_corpus([write_jsonl(tmp_path / "old.jsonl", old)], tmp_path / "old", corpus=rules, engine=HERE)
    path = write_jsonl(tmp_path / "new.jsonl", new)
    clean_corpus([path], tmp_path / "new", corpus=rules, engine=HERE, since=tmp_path / "old")
    wanted = {row["id"]: row["detector_content_share"] for row in read_jsonl(tmp_path / "new" / "data")}
    spec = spec_of(rules)
    batches = batches_of(pyarrow.Table.from_pylist(old), spec)
    earlier = merge([part for batch in batches for part in counts_of(batch)])
    table = pyarrow.Table.from_pylist(new)

    def shares(given):
        found = cleaned(table, spec, model_of(None), given).to_pylist()
        return {row["id"]: row["detector_content_share"] for row in found}

    assert shares(GivenCounts(NO_COUNTS, earlier)) == wanted
    assert shares(GivenCounts(NO_COUNTS)) != wanted


def test_the_number_that_the_rule_for_near_duplicates_compares(tmp_path):
    """A page whose first line is its title is an article rather than an archive page with the same text."""
    from detector.spark.row_results import cleaned
    from detector.spark.rows import GivenCounts

    lines = story(3)
    heads = (f"<title>{title}</title>" for title in ("All of March", lines[0]))
    rows = [{"text": html(3, head=head, lines=lines)} for head in heads]
    table = pyarrow.Table.from_pylist([*rows, {"text": None}])

    def values(keep):
        spec = replace(spec_of(CorpusSettings(keep=keep)), keep_value=True)
        found = cleaned(table, spec, model_of(None), GivenCounts(NO_COUNTS))
        return found["detector_keep_value"].to_pylist(), found["detector_content_share"].to_pylist()

    (archive, article, nothing), _ = values("article")
    assert article == archive + 0.5
    assert nothing is None
    best, share = values("best")
    assert share[0] != share[1]
    assert (best[0] > best[1]) == (share[0] > share[1])


def test_rows_of_counts():
    from detector.spark.rows import given_counts

    rows = [
        (7, 7, 3, True, False),
        (7, 21, 2, False, False),
        (7, 21, 2, False, False),
        (9, 40, 1, False, True),
    ]
    names = ("site", "key", "pages", "is_site", "is_earlier")
    given = given_counts(pyarrow.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]))
    assert (given.counts.key.tolist(), given.counts.pages.tolist()) == ([21], [2])
    assert (given.counts.site.tolist(), given.counts.site_pages.tolist()) == ([7], [3])
    assert (given.earlier.key.tolist(), given.earlier.site.tolist()) == ([40], [])


def test_rows_of_counts_name_the_groups_that_have_a_line(monkeypatch):
    """A line in too many groups has no list: all groups of its site get it. So do the counts of a site."""
    import numpy as np

    from detector.spark import large_sites
    from detector.spark.rows import batches_of

    texts = [
        "Our menu\nA tale of boats",
        "Our menu\nA tale of mills",
        "Our menu\nA tale of boats",
        "Our menu",
    ]
    rows = [{"url": f"https://one.example/{at}", "text": text} for at, text in enumerate(texts)]
    group = np.array([5, 3, 4, 5], np.int32)
    batches = batches_of(pyarrow.Table.from_pylist(rows), spec_of(CorpusSettings()))
    placed = [large_sites._Placed(batch, group) for batch in batches]
    monkeypatch.setattr(large_sites, "MOST_GROUPS", 2)
    found = large_sites._rows(placed).to_pylist()
    lists = {(row["pages"], tuple(row["groups"] or ())) for row in found if not row["is_site"]}
    assert lists >= {(4, ()), (2, (4, 5)), (1, (3,))}
    assert all(row["groups"] is None for row in found if row["is_site"] or row["pages"] == 4)
    assert large_sites._rows([]).num_rows == 0
