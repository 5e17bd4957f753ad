"""A corpus of all kinds of files, cleaned by Spark, gives the documents of a corpus run."""

import gzip
import json

import pytest

from detector import clean_corpus, spark
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import page, read_jsonl, records, story, write_jsonl
from tests.corpus.test_folder_sites import html, write
from tests.corpus.test_web_archives import HTML, archive

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """JSON Lines with broken records, a web archive, a mirror and a picture, with copies across them.

    A tag page has a single story; only the titles tell which of the two is the story.
    """
    folder = tmp_path_factory.mktemp("corpus")
    rows = records(30)
    broken = [b'{"text": ', {"id": "number", "text": 5}, {"id": "surrogate", "text": "\ud800 " + page(70)}]
    headline = story(60)[0]
    tagged = [
        {
            "id": id,
            "url": f"https://www.site0.example/{id}",
            "text": html(60, head=f"<title>{title}</title>", lines=story(60)),
        }
        for id, title in {"tag": "All about the harbour", "story": headline}.items()
    ]
    write_jsonl(folder / "a.jsonl", [*rows[:20], *tagged, *broken, {"id": "empty", "text": "Home\nLogin"}])
    (folder / "b.json.gz").write_bytes(
        gzip.compress(b"".join(json.dumps(row).encode() + b"\n" for row in rows[15:]))
    )
    sent = [(f"https://www.site0.example/w/{n}", "200 OK", [HTML], html(n).encode()) for n in (2, 40, 41)]
    archive(
        folder / "c.warc.gz", [*sent, ("https://www.site0.example/x", "404 Not Found", [HTML], b"<p>no</p>")]
    )
    write(folder / "mirror", {f"2024/{n}/index.html": html(n) for n in (3, 50, 51, 52)})
    (folder / "mirror" / "logo.png").write_bytes(b"\x89PNG\r\n")
    return folder


@pytest.mark.parametrize("keep", ["article", "best"])
def test_a_corpus_on_spark_is_a_corpus_run(session, corpus, tmp_path, keep):
    rules = CorpusSettings(keep=keep)
    clean_corpus([corpus], tmp_path / "run", corpus=rules, engine=EngineSettings("process"))
    output = str(tmp_path / "spark")
    counts = spark.clean_corpus(session, [corpus], output, rules=rules, group_pages=9)
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    total = {name: report["total"][name] for name in ("documents", "kept", "empty", "duplicates")}
    assert total["duplicates"] >= 6
    assert counts == {**total, "rejected": sum(report["rejected"].values())}
    left_out = session.read.parquet(f"{output}/left_out").collect()
    records = sum(counts[name] for name in ("documents", "rejected"))
    assert len(left_out) + counts["kept"] == session.read.parquet(f"{output}/pages").count() == records
    reasons = {(row["file"], row["number"]): (row["fate"], row["reason"]) for row in left_out}
    assert len(reasons) == len(left_out)
    assert all(reason for _, reason in reasons.values())
    data = session.read.parquet(f"{output}/data").collect()
    wanted = read_jsonl(tmp_path / "run" / "data", "*.jsonl")
    found = {row["id"]: row for row in data if row["file"] == "a.jsonl"}
    assert [found[row["id"]]["text"] for row in wanted] == [row["text"] for row in wanted]
    assert [found[row["id"]]["detector_verdict"] for row in wanted] == [
        row["detector_verdict"] for row in wanted
    ]
    assert len(found) == len(wanted)
    assert {"tag", "story"} & set(found) == {"story" if keep == "article" else "tag"}
    gone = session.read.parquet(f"{output}/duplicates").collect()
    assert len(gone) == len(read_jsonl(tmp_path / "run", "duplicates.jsonl"))
    faults = session.read.parquet(f"{output}/pages").where("detector_fault is not null").collect()
    for row in faults:
        assert reasons[row["file"], row["number"]] == ("rejected", row["detector_fault"])
    for row in gone:
        kept_instead = f"a near-duplicate of {row['stays_file']}#{row['stays_number']}"
        assert reasons[row["file"], row["number"]] == ("duplicate", kept_instead)
    empty = [row["reason"] for row in left_out if row["id"] == "empty"]
    assert empty[0].startswith("all lines were dropped, most of the text for: ")
    rejected = read_jsonl(tmp_path / "run" / "rejects")
    assert sorted((row["file"], row["number"], row["detector_fault"]) for row in faults) == sorted(
        (row["file"], row["record"], row["reason"]) for row in rejected
    )
