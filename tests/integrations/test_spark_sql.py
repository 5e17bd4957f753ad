"""Spark SQL functions give the results of a detector."""

import importlib.util
import os
import shutil
import sys

import pytest

import detector

if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
    assert "DETECTOR_CI" not in os.environ, "CI runs the real engine: it needs PySpark and Java"
    pytest.skip("needs PySpark and Java", allow_module_level=True)

from pyspark.sql import SparkSession

from detector.integrations.spark import register


@pytest.fixture(scope="module")
def session():
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[1]").appName("sql").config("spark.ui.enabled", "false")
    session = builder.config("spark.log.level", "ERROR").getOrCreate()
    register(session)
    yield session
    session.stop()


def test_sql(session, pages, clean):
    rows = [(number, page) for number, page in enumerate([*pages, None])]
    session.createDataFrame(rows, "id int, html string").createOrReplaceTempView("pages")
    found = session.sql(
        "SELECT detector_clean(html) AS text, detector_score(html) AS page FROM pages ORDER BY id"
    ).collect()
    assert [row["text"] for row in found] == [*clean, None]
    assert found[0]["page"]["text"] == clean[0]
    assert found[2]["page"]["detector_lines"] is None
    scores = [line.score for line in detector.score(pages[1]).lines if line.score is not None]
    assert [line["score"] for line in found[1]["page"]["detector_lines"]] == scores
