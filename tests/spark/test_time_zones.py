"""Timestamps of any column come back unchanged, in every time zone of the session."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from detector.settings import Columns, CorpusSettings
from tests.corpus.made import page

pyarrow = pytest.importorskip("pyarrow")

POINT = datetime(2024, 5, 3, 12, 30, tzinfo=UTC)
LOCAL = datetime(2024, 5, 3, 12, 30)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Asia/Jakarta"])
def test_points_in_time_stay(zone):
    from detector.spark.time_zones import in_utc

    stamp, utc = (pyarrow.timestamp("us", name) for name in (zone, "UTC"))

    def kinds(stamp):
        deep = pyarrow.struct([("at", pyarrow.list_(stamp)), ("by", pyarrow.map_(pyarrow.string(), stamp))])
        return {"flat": stamp, "local": pyarrow.timestamp("us"), "deep": deep, "n": pyarrow.int64()}

    values = {"flat": POINT, "local": LOCAL, "deep": {"at": [POINT, None], "by": [("a", POINT)]}, "n": 3}
    nothing = dict.fromkeys(values)
    table = pyarrow.Table.from_pylist([values, nothing], pyarrow.schema(kinds(stamp)))
    found = in_utc(table)
    assert found.schema == pyarrow.schema(kinds(utc))
    assert found.to_pylist() == table.to_pylist()
    batch = in_utc(table.to_batches()[0])
    assert batch.schema == found.schema
    assert in_utc(found) is found


@pytest.fixture
def jakarta(session):
    name = "spark.sql.session.timeZone"
    before = session.conf.get(name)
    session.conf.set(name, "Asia/Jakarta")
    yield ZoneInfo("Asia/Jakarta")
    session.conf.set(name, before)


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_frames_with_timestamps(session, jakarta, tmp_path):
    from pyspark.sql import functions as F

    from detector import spark

    rows = [(f"p{n}", f"https://a.example/{n}", page(n)) for n in range(4)]
    rows.append(("copy", "https://b.example/1", page(1)))
    stamp, local = (f"{kind}'2024-05-03 12:30:00'" for kind in ("timestamp", "timestamp_ntz"))
    frame = session.createDataFrame(rows, "id string, url string, text string").withColumns(
        {
            "seen": F.expr(stamp),
            "local": F.expr(local),
            "deep": F.expr(f"named_struct('at', {stamp}, 'all', array({stamp}), 'by', map('a', {local}))"),
        }
    )
    columns = ("id", "seen", "local", "deep")
    wanted = sorted(map(str, frame.select(*columns).collect()))
    rules = CorpusSettings(passages="drop")
    clean = spark.clean(frame, rules=rules).persist()
    assert sorted(map(str, clean.select(*columns).collect())) == wanted
    assert sorted(map(str, spark.score(frame, rules=rules).select(*columns).collect())) == wanted
    found = spark.passages(clean, order="seen")
    left = spark.without_passages(clean, found, rules=rules)
    assert left.schema["deep"] == frame.schema["deep"]
    assert sorted(map(str, left.select(*columns).collect())) == wanted
    gone = spark.near_duplicates(clean, order="seen").collect()
    assert [(row["id"], row["duplicate_of"]) for row in gone] == [("p1", "copy")]
    # Spark's reader of files has a column with a timestamp.
    (tmp_path / "page.html").write_text(f"<html><body><p>{page(7)}</p></body></html>")
    files = session.read.format("binaryFile").load(str(tmp_path))
    row = spark.clean(files, Columns("content", url="path")).first()
    assert row["detector_fault"] is None
    assert "On day 7 the mayor" in row["text"]
    assert row["modificationTime"] == files.first()["modificationTime"]
