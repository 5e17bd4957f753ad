"""The log of a run, and the estimated time left."""

import re
from pathlib import Path

import pytest

from detector import clean_corpus
from detector.cli.main import run
from detector.corpus.first_shard import Needs, first_documents
from detector.corpus.formats.documents import Part, Piece, Shard
from detector.corpus.plan_messages import needed
from detector.corpus.run_log import LOG, RunLog
from detector.corpus.run_spec import RunSpec
from detector.errors import ShardError
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import records, write_jsonl
from tests.corpus.test_web_archives import HTML, archive, html

HERE = EngineSettings("process")


class Clock:
    """A clock that tests set, in seconds."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def lines_of(folder):
    """The lines of a log without their times."""
    lines = (folder / LOG).read_text("utf-8").splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 ", line) for line in lines)
    return [line.split(" ", 1)[1] for line in lines]


def test_what_a_run_logs(tmp_path):
    path, told = write_jsonl(tmp_path / "pages.jsonl", records(50)), []
    rules = CorpusSettings(shard_bytes=8000, passages="mark")
    clean_corpus([path], tmp_path / "out", corpus=rules, engine=HERE, tell=told.append)
    lines = lines_of(tmp_path / "out")
    plan = next(line for line in lines if line.startswith("plan: "))
    assert told == [plan]
    assert re.fullmatch(
        r"plan: [\d.]+ KB in 1 file, \d+ shards; 1 worker, at most 4.0 GB of memory; .* of disk are free",
        plan,
    )
    done = [line.split(":")[0] for line in lines if ": done in " in line]
    wanted = ["counting lines", "cleaning", "signing", "finding passages", "writing"]
    assert [name for name in done if name in wanted] == wanted
    assert lines[-1] == "published: 50 of 50 documents kept"
    assert any(re.match(r"cleaning: done in \d+ s, [\d.,]+ [KMG]B/s$", line) for line in lines)


@pytest.mark.parametrize("engine", [HERE, EngineSettings("threading", workers=2)])
def test_the_first_shard_tells_what_the_run_needs(tmp_path, engine):
    path, told = write_jsonl(tmp_path / "pages.jsonl", records(1200)), []
    rules = CorpusSettings(shard_bytes=500_000)
    clean_corpus([path], tmp_path / "out", corpus=rules, engine=engine, tell=told.append)
    plan, needs = (line for line in told if not line.endswith(" left"))  # a slow machine says more
    assert plan.startswith("plan: ")
    found = re.fullmatch(
        r"by the first shard: the run takes about \d+ s and ([\d.]+) MB of disk; [\d.,]+ GB are free", needs
    )
    assert found
    used = sum(file.stat().st_size for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert 0.6 < float(found[1]) * 1e6 / used < 1.6
    lines = lines_of(tmp_path / "out")
    at = lines.index(needs)
    assert lines.index(plan) < at < next(n for n, line in enumerate(lines) if line.startswith("cleaning"))


def test_the_first_documents_of_a_shard(tmp_path):
    spec = RunSpec(tmp_path / "out")
    path = write_jsonl(tmp_path / "a.jsonl", [*[b"no record"] * 50, *records(1500)])
    file = Part(str(path), "a.jsonl", "jsonl", first=70, piece=Piece(0, 9, ""))
    (part,) = first_documents(spec, Shard(3, "out", (file,), 1000), 150).parts
    assert (part.taken, part.piece) == (((70, 135),), None)
    (part,) = first_documents(spec, Shard(3, "out", (file,), 1000), 1500).parts
    assert part.taken == ((70, 220),)
    parts = []
    for at in range(90):
        page = tmp_path / f"{at:02}.html"
        page.write_text("<p>A page.</p>")
        fault = "no page, a file of another kind (.png)" if at < 20 else ""
        parts.append(Part(str(page), page.name, "page", fault=fault))
    assert first_documents(spec, Shard(3, "", tuple(parts), 9), 70).parts == tuple(parts[:27])


def test_an_archive_that_begins_with_images_tells_what_the_run_needs(tmp_path):
    """Images were counted as documents, so no document was measured, and nothing was said."""
    image = ("Content-Type", "image/png")
    sent = [(f"http://v.example/{at}.png", "200 OK", [image], b"\x89PNG") for at in range(150)]
    sent += [(f"http://v.example/{at}", "200 OK", [HTML], html(at)) for at in range(80)]
    told = []
    clean_corpus([archive(tmp_path / "a.warc.gz", sent)], tmp_path / "out", engine=HERE, tell=told.append)
    assert any(line.startswith("by the first shard: the run takes about ") for line in told)


def test_too_little_disk_is_said(tmp_path):
    assert needed(Needs(100, 1e6), tmp_path).endswith(" are free")
    line = needed(Needs(100, 1e18), tmp_path)
    assert line.startswith("by the first shard: the run takes about 2 min and 1,000,000.0 TB of disk; ")
    assert line.endswith("that is too little, so free some, or name another --output")


def test_a_run_that_goes_on_adds_to_the_log(tmp_path, monkeypatch):
    path = write_jsonl(tmp_path / "pages.jsonl", records(30))

    def full(*arguments):
        raise ShardError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("detector.corpus.run.merge_shards", full)
        with pytest.raises(ShardError):
            clean_corpus([path], tmp_path / "out", engine=HERE)
    assert lines_of(tmp_path / "out")[-1] == "stopped: the disk is full"
    clean_corpus([path], tmp_path / "out", engine=HERE)
    lines = lines_of(tmp_path / "out")
    assert sum(line.startswith("plan: ") for line in lines) == 2
    assert lines[-1].startswith("published: 30 of 30")


def test_nothing_published_is_logged(tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", records(30))
    rules = CorpusSettings(most_lost=0.01, least_pages=5)
    assert not clean_corpus([path], tmp_path / "out", corpus=rules, engine=HERE).published
    assert lines_of(tmp_path / "out")[-1].startswith("nothing is published: 3 sites or sources")


def test_time_left(tmp_path):
    clock, told = Clock(), []
    log = RunLog(tell=told.append, clock=clock)
    with log.to(tmp_path, ["counting lines", "cleaning", "writing"]):
        # Half of the bytes were counted by a run that was stopped.
        log("counting lines", 50, 100)
        clock.now += 100
        log("counting lines", 75, 100)
        # .05 of the run took 100 s; .05, .63 and .1 are left.
        assert told == ["counting lines: 75%, 0.0 KB/s, about 26 min left"]
        clock.now += 100
        log("counting lines", 100, 100)
        log("cleaning", 0, 100)
        clock.now += 5
        log("cleaning", 1, 100)
        # .1063 took 205 s; .6237 and .1 are left.
        assert told[1:] == ["cleaning: 1%, 0.0 KB/s, about 23 min left"]
        log("cleaning", 2, 100)
        clock.now += 60
        log("cleaning", 50, 100)
        # .1 + .315 of the run took 265 s; .315 and .1 are left.
        assert told[2:] == ["cleaning: 50%, 0.0 KB/s, about 4 min left"]
    assert lines_of(tmp_path)[1].startswith("counting lines: done in 3 min")


def test_time_left_with_tasks_under_way(tmp_path):
    """Four equal tasks on two workers take two rounds of 100 s, as long as the first task."""
    clock, told = Clock(), []
    log = RunLog(tell=told.append, clock=clock)
    with log.to(tmp_path, ["counting lines", "cleaning"], 2):
        log("counting lines", 0, 100)
        for done in (25, 50, 75, 100):
            clock.now += 100 if done in (25, 75) else 0
            log("counting lines", done, 100)
        # .1 of the run took 100 s, though only one task is done; left are .1 and .63.
        assert told[0] == "counting lines: 25%, 0.0 KB/s, about 12 min left"
        # The fourth task was about to end, so .2 took 200 s.
        assert told[1] == "counting lines: 75%, 0.0 KB/s, about 10 min left"
        log("cleaning", 0, 100)
        clock.now += 300
        log("cleaning", 25, 100)
        # .2 + .315 took 500 s.
        assert told[2:] == ["cleaning: 25%, 0.0 KB/s, about 5 min left"]
        log("cleaning", 50, 100)
        clock.now += 300
        # Nothing is left that has not begun.
        log("cleaning", 75, 100)
    assert lines_of(tmp_path)[-1] == "cleaning: 75%, 0.0 KB/s"


def test_the_plan_is_shown_unless_quiet(capfd, tmp_path):
    path = write_jsonl(tmp_path / "pages.jsonl", records(10))
    assert run(["clean", str(path), "--output", str(tmp_path / "a"), "--engine", "process"]) == 0
    assert "detector: plan: " in capfd.readouterr().err
    assert run(["clean", str(path), "--output", str(tmp_path / "b"), "--engine", "process", "-q"]) == 0
    assert capfd.readouterr().err == ""
    assert (tmp_path / "b" / LOG).is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is full")
def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / LOG).symlink_to("/dev/full")
    log = RunLog()
    with log.to(tmp_path, ["cleaning"]):
        log.write("plan: something")
        log("cleaning", 0, 1)
        log("cleaning", 1, 1)
    (tmp_path / "folder" / LOG).mkdir(parents=True)
    with pytest.raises(ShardError, match=r"log.txt cannot be written"), log.to(tmp_path / "folder", []):
        pass
