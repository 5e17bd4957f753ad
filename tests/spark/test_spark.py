"""Spark data frames give the results of a corpus run."""

from collections import defaultdict

import pytest

from detector import clean_corpus
from detector.errors import SettingsError
from detector.near_duplicates.find import find_duplicates
from detector.settings import Columns, CorpusSettings, DuplicateSettings, EngineSettings, Settings
from detector.sites.recurrence import pruned
from tests.corpus.made import page, read_jsonl, records, story, write_jsonl

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FIELDS = ("text", "detector_verdict", "detector_content_share")


@pytest.fixture(scope="module")
def pages():
    """Pages of two large sites and a small one, single pages, and a page without text."""
    rows = [{**row, "date": None} for row in records(60)]
    small = [
        {"id": f"small-{n}", "url": f"https://small.example/{n}", "text": page(100 + n, 2)} for n in range(4)
    ]
    alone = [{"id": f"alone-{n}", "url": None, "text": page(200 + n, 3 + n)} for n in range(3)]
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in page(300, 1).split("\n")) + "</body></html>"
    markup = [{"id": "html", "url": "https://site1.example/html", "text": html}]
    return [{"date": None, **row} for row in [*rows, *small, *alone, *markup]]


SCHEMA = "id string, url string, text string, date string"


@pytest.fixture(scope="module")
def frame(session, pages):
    rows = [tuple(row[name.split()[0]] for name in SCHEMA.split(", ")) for row in pages]
    return session.createDataFrame([*rows, ("nothing", None, None, None)], SCHEMA).repartition(5)


def test_clean_is_a_corpus_run(frame, pages, tmp_path):
    """The same texts, kinds and shares, with sites split into groups, with whole sites, and with rules."""
    from detector import spark

    rules = CorpusSettings(duplicates=0, template=("came to watch",), thresholds={"small.example": 1.0})
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    for name, corpus in {"plain": CorpusSettings(duplicates=0), "ruled": rules}.items():
        clean_corpus([path], tmp_path / name, corpus=corpus, engine=EngineSettings("process"))
        wanted = {row["id"]: [row[field] for field in FIELDS] for row in read_jsonl(tmp_path / name / "data")}
        for group_pages in (7, 1000):
            found = spark.clean(frame, rules=corpus, group_pages=group_pages).collect()
            assert len(found) == len(pages) + 1
            kept = {
                row["id"]: [row[field] for field in FIELDS] for row in found if (row["text"] or "").strip()
            }
            assert kept == wanted
            faults = {row["id"]: row["detector_fault"] for row in found if row["detector_fault"]}
            assert faults == {"nothing": "'text' is null, not a text"}


def test_counts_are_those_of_a_corpus_run(frame, pages, tmp_path, monkeypatch):
    from detector import spark
    from detector.corpus.steps import merge

    kept = []
    save = merge.save_counts
    monkeypatch.setattr(
        merge, "save_counts", lambda folder, counts: (kept.append(counts), save(folder, counts))
    )
    path = write_jsonl(tmp_path / "pages.jsonl", pages)
    clean_corpus([path], tmp_path / "out", engine=EngineSettings("process"))
    wanted = pruned(kept[-1])  # before, those of the first documents, to measure the run
    found = spark.site_counts(frame).collect()
    lines = {row["key"]: row["pages"] for row in found if not row["is_site"]}
    assert lines == dict(zip(wanted.key.tolist(), wanted.pages.tolist(), strict=True))
    sites = {row["key"]: row["pages"] for row in found if row["is_site"]}
    # Single pages are not sites in Spark.
    assert sorted(sites.values()) == [4, 30, 31]
    assert sites.items() <= dict(zip(wanted.site.tolist(), wanted.site_pages.tolist(), strict=True)).items()
    assert {row["site"] for row in found} == set(sites)


def test_pages_on_their_own(frame, pages):
    import detector
    from detector import spark

    found = {row["id"]: row for row in spark.score(frame).collect()}
    for row in pages[:3] + pages[-1:]:
        lines = found[row["id"]]["detector_lines"]
        scored = detector.score(row["text"])
        assert found[row["id"]]["text"] == scored.clean_text
        assert [line["score"] for line in lines] == pytest.approx(
            [line.score for line in scored.lines], abs=6e-4
        )
        assert [line["kept"] for line in lines] == [line.kept for line in scored.lines]


def test_columns(session, frame):
    from detector import spark

    nested = frame.selectExpr("struct(text as html) as page", "url as address", "id")
    columns = Columns("page.html", url="address")
    found = {row["id"]: row["text"] for row in spark.clean(nested, columns, group_pages=7).collect()}
    assert found == {row["id"]: row["text"] for row in spark.clean(frame, group_pages=7).collect()}
    with pytest.raises(SettingsError, match="no column 'html'; there are: id, url, text, date"):
        spark.clean(frame, Columns("html"))
    with pytest.raises(SettingsError, match="no column 'uri'"):
        spark.site_counts(frame, Columns(url="uri"))
    with pytest.raises(SettingsError, match=r"the tokenizer 'none\.json' cannot be read"):
        spark.clean(frame, rules=CorpusSettings(tokenizer="none.json"))
    with pytest.raises(SettingsError, match="would be overwritten"):
        spark.clean(frame, Columns("url"))


def alike(count):
    """Texts with many near-duplicates, also in chains: each differs from the next in a few words."""
    words = " ".join(" ".join(story(number)) for number in range(3)).split()
    texts = []
    for number in range(count):
        changed = list(words)
        for at in range(number % 20):
            changed[at * 7] = f"w{at}"
        texts.append(" ".join(changed if number % 3 else changed[: 100 + number % 7]))
    return [*texts, "", "  ", "***", "***", "short", "short", "Short!"]


KEEP = {"first": {}, "longest": {"keep": "longest"}, "best": {"keep": "best", "by": "value"}}


@pytest.mark.parametrize("keep", KEEP)
@pytest.mark.parametrize("threshold", [0.6, 0.9])
def test_near_duplicates_are_those_of_one_process(session, keep, threshold):
    from detector import spark

    texts = alike(90)
    values = [float(number * 7 % 5) for number in range(len(texts))]
    rows = [(f"t{number}", number, values[number], text) for number, text in enumerate(texts)]
    frame = session.createDataFrame(rows, "id string, number int, value double, text string").repartition(3)
    found = spark.near_duplicates(frame, threshold, order="number", **KEEP[keep]).collect()
    by = values if keep == "best" else None
    removed = find_duplicates(texts, threshold, keep, by=by).removed
    wanted = {
        f"t{position}": (f"t{stays}", round(similarity, 9))
        for position, stays, similarity in zip(
            removed.position, removed.kept, removed.similarity, strict=True
        )
        if texts[position].strip("* ")
    }
    assert len(wanted) > 20
    assert {row["id"]: (row["duplicate_of"], round(row["similarity"], 9)) for row in found} == wanted


def test_a_crowd_is_compared_with_its_first(session):
    from detector import spark

    texts = [" ".join(story(1)) + f" and {number}" for number in range(60)]
    frame = session.createDataFrame(list(enumerate(texts)), "id long, text string")
    found = spark.near_duplicates(frame, settings=DuplicateSettings(max_group=5)).collect()
    assert {row["id"]: row["duplicate_of"] for row in found} == dict.fromkeys(range(1, 60), 0)


def test_wrong_columns_for_near_duplicates(session):
    from detector import spark

    frame = session.createDataFrame([(1, "a")], "id long, text string")
    with pytest.raises(SettingsError, match="no column 'body'"):
        spark.near_duplicates(frame, text="body")
    with pytest.raises(SettingsError, match="needs a column"):
        spark.near_duplicates(frame, keep="best")
    with pytest.raises(SettingsError, match="takes no by"):
        spark.near_duplicates(frame, by="id")
    with pytest.raises(
        SettingsError, match=r"not 'article'; for articles, use spark\.clean\(.*keep_value=True"
    ):
        spark.near_duplicates(frame, keep="article")
    with pytest.raises(SettingsError, match="keep is first, longest, best, not 'newest'"):
        spark.near_duplicates(frame, keep="newest", by="id")
    with pytest.raises(SettingsError, match="keep='first' compares no number"):
        spark.clean(frame, rules=CorpusSettings(keep="first"), keep_value=True)
    assert spark.near_duplicates(frame).collect() == []


def test_new_pages_count_with_those_of_before(session, pages, tmp_path):
    """Stored counts of earlier pages are evidence, and documents that a filter leaves out are marked."""
    from pyspark.sql import functions as F

    from detector import spark
    from detector.run_settings import DocumentFilters

    rules = CorpusSettings(duplicates=0, numbers=True, filters=DocumentFilters(min_words=50))
    old, new = [row for row in pages if row["id"] < "page-3"], [row for row in pages if row["id"] >= "page-3"]
    tale = "A tale of the harbour, told by the mayor to two teachers and a baker who came from the mill."
    new.append({"id": "tale", "url": "https://site1.example/tale", "text": tale, "date": None})
    for name, rows in {"old": old, "new": new}.items():
        write_jsonl(tmp_path / f"{name}.jsonl", rows)
        since = tmp_path / "run-old" if name == "new" else None
        clean_corpus(
            [tmp_path / f"{name}.jsonl"],
            tmp_path / f"run-{name}",
            corpus=rules,
            engine=EngineSettings("process"),
            since=since,
        )
    wanted = {row["id"]: row for row in read_jsonl(tmp_path / "run-new" / "data")}
    filtered = {row["id"]: row["filter"] for row in read_jsonl(tmp_path / "run-new", "filtered.jsonl")}
    assert wanted
    assert filtered
    frames = [
        session.createDataFrame(
            [(row["id"], row["url"], row["text"]) for row in rows], SCHEMA[: SCHEMA.rfind(",")]
        )
        for rows in (old, new)
    ]
    counts = str(tmp_path / "counts")
    spark.site_counts(frames[0], single=True).write.parquet(counts)
    for group_pages in (7, 1000):
        found = spark.clean(
            frames[1], rules=rules, group_pages=group_pages, since=session.read.parquet(counts)
        )
        # Any of Spark's writers will do.
        target = str(tmp_path / f"json-{group_pages}")
        found.write.json(target)
        rows = {row["id"]: row for row in session.read.json(target).collect()}
        passing = {id for id, row in rows.items() if row["detector_filter"] is None and row["text"].strip()}
        assert {id: rows[id]["text"] for id in passing} == {id: row["text"] for id, row in wanted.items()}
        assert {id: row["detector_filter"] for id, row in rows.items() if row["detector_filter"]} == filtered
        for id, row in wanted.items():
            assert rows[id]["detector_words"] == row["detector_words"]
            assert rows[id]["detector_language"] == row["detector_language"]
    with pytest.raises(SettingsError, match="since has no column 'site'"):
        spark.clean(frames[1], since=frames[0])
    earlier = session.read.parquet(counts)
    with pytest.raises(SettingsError, match=r"no column 'keys_version': another .*Count the earlier pages"):
        spark.clean(frames[1], since=earlier.drop("keys_version"))
    other = earlier.limit(3).withColumn("keys_version", F.lit(1))
    with pytest.raises(SettingsError, match=r"keys of version 1, this is version \d+: another version"):
        spark.clean(frames[1], since=earlier.unionByName(other))


def test_documents_of_an_earlier_corpus_stay(session):
    """Old texts come first, so that a new near-duplicate goes and an old one never does."""
    from pyspark.sql import functions as F

    from detector import spark

    old = session.createDataFrame(
        [("z", " ".join(story(1))), ("y", " ".join(story(2)))], "id string, text string"
    )
    new = session.createDataFrame([("a", " ".join(story(1)) + " too"), ("b", " ".join(story(3)))], old.schema)
    both = old.select("*", F.lit(0).alias("age")).unionByName(new.select("*", F.lit(1).alias("age")))
    found = spark.near_duplicates(both, order="age").collect()
    assert [(row["id"], row["duplicate_of"]) for row in found] == [("a", "z")]


def test_lines_of_a_large_site_go_to_the_groups_that_have_them(session, monkeypatch):
    """Each page has a line of all pages, and one that it shares with the page before or after it."""
    from pyspark.sql import functions as F

    from detector.spark import large_sites
    from detector.spark.rows import PageSpec
    from detector.spark.sites import site_of_rows

    number, groups = 24, 8
    rows = [
        (f"https://one.example/{at}", f"Our menu\nThe tale of pair {'abcdefghijkl'[at // 2]}")
        for at in range(number)
    ]
    pages = session.createDataFrame([(url, text, at % groups) for at, (url, text) in enumerate(rows)],
                                    f"url string, text string, {large_sites.GROUP} int")  # fmt: skip
    placed = pages.withColumn(large_sites.SITE, site_of_rows(pages, Columns())).withColumn(
        large_sites.CUTS, F.lit(groups)
    )
    cuts = placed.select(large_sites.SITE, large_sites.CUTS).distinct()
    spec = PageSpec(Columns(), Settings(), CorpusSettings(), "text", lines=False)
    monkeypatch.setattr(large_sites, "group_of", lambda site, salt, groups: salt.cast("int"))
    found = large_sites.counts_of_large(placed, cuts, spec, groups, None).collect()
    sites = [row[large_sites.GROUP] for row in found if row["is_site"]]
    assert sorted(sites) == list(range(groups))
    of_key = defaultdict(set)
    for row in found:
        if not row["is_site"]:
            of_key[row["key"], row["pages"]].add(row[large_sites.GROUP])
    everywhere = [groups for (_, pages), groups in of_key.items() if pages == number]
    assert everywhere
    assert all(found == set(range(groups)) for found in everywhere)
    pairs = [found for (_, pages), found in of_key.items() if pages == 2]
    assert len(pairs) == number // 2
    assert {tuple(sorted(found)) for found in pairs} == {(0, 1), (2, 3), (4, 5), (6, 7)}
