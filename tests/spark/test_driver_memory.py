"""A corpus is cleaned by a driver that may hold little: a heap of 512 MB, and results of 1 MB of all tasks."""

import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import detector
from tests.corpus.made import write_jsonl

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ROOT = Path(detector.__file__).parents[1]
PAGES = 20_000
# Every so many pages, one is a copy of the page before, one is too short, and one repeats two other pages.
EVERY = 100
HEAD = ("Home", "News of the valley", "Search this site")
FOOT = ("Privacy policy", "© 2024 The Valley Post. All rights reserved.")
SYLLABLES = ("ba", "den", "gor", "hal", "ki", "lor", "mi", "nas", "pel", "rut", "sa", "tor", "vin", "wes")

PROGRAM = """
import json, sys
from pyspark.sql import SparkSession
from detector import spark
from detector.run_settings import DocumentFilters
from detector.settings import CorpusSettings

pages, target, result, settings = sys.argv[1:]
builder = SparkSession.builder.master("local[2]")
for name, value in json.loads(settings).items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
rules = CorpusSettings(passages="mark", filters=DocumentFilters(min_words=25))
counts = spark.clean_corpus(session, [pages], target, rules=rules)
data = session.read.parquet(target + "/data")
try:
    data.select("text").collect()
    refused = ""
except Exception as error:
    refused = str(error)
with open(result, "w") as file:
    json.dump({"counts": counts, "refused": refused}, file)
session.stop()
"""
SETTINGS = {
    "spark.driver.memory": "512m",
    "spark.driver.maxResultSize": "1m",
    # Tables up to this size are broadcast through the driver; here, none.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def name(chance):
    return "".join(chance.choices(SYLLABLES, k=3)).capitalize()


def story(chance):
    """A headline and a paragraph of about 40 words, in which every third word is made up."""
    one, two, three, four, five, six = (name(chance) for _ in range(6))
    numbers = [chance.randrange(2, 9000) for _ in range(3)]
    return [
        f"The bridge of {one} opens to {two}",
        f"The bridge between {one} and {two} was opened by {three} {four} on Friday, after {numbers[0]} days of "
        f"work. More than {numbers[1]} people from {five} came to see it, and the mayor of {six} said that it "
        f"will bring {numbers[2]} visitors a year to {name(chance)} and {name(chance)}.",
    ]


def page(lines):
    return "\n".join([*HEAD, *lines, *FOOT])


def records():
    """A site with a quarter of the pages, and forty smaller ones."""
    chance, stories, rows = random.Random(21), [], []
    for number in range(PAGES):
        lines = story(chance)
        if number % EVERY == 50:
            lines = stories[-1]
        elif number % EVERY == 51:
            one, two, three = (name(chance) for _ in range(3))
            lines = [f"A bridge for {one}", f"It opened on Friday, said {two} to {three} and two teachers."]
        elif number % EVERY == 52:
            lines = [*stories[-10][1:], *stories[-20][1:]]
        stories.append(lines)
        # Pages that follow each other are of one site.
        block = number // EVERY
        site = "large" if block % 4 == 0 else f"small{block % 41}"
        rows.append({"id": f"p{number}", "url": f"https://{site}.example/{number}", "text": page(lines)})
    return rows


def test_a_driver_with_little_memory(tmp_path):
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs the real engine: it needs PySpark and Java"
        pytest.skip("needs PySpark and Java")
    path = write_jsonl(tmp_path / "in" / "pages.jsonl", records())
    result = tmp_path / "result.json"
    arguments = [str(path), str(tmp_path / "out"), str(result), json.dumps(SETTINGS)]
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "program.py", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(result.read_text())
    # The driver could not have held the texts.
    assert "spark.driver.maxResultSize" in found["refused"]
    counts, groups = found["counts"], PAGES // EVERY
    assert counts["documents"] == PAGES
    assert counts["duplicates"] == counts["passages"] == groups
    filtered = counts["filtered"]["min_words"]
    assert len(filtered["examples"]) == 10
    assert filtered["documents"] + counts["empty"] == groups
    assert counts["kept"] == PAGES - 2 * groups
