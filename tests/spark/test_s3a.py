"""Data frames on `s3a://`: Hadoop's own file system, and a real S3 server on this machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import detector
from detector import clean_corpus
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import read_jsonl, records, write_jsonl
from tests.corpus.test_s3 import KEYS, UPLOAD, environment, server  # noqa: F401

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ROOT = Path(detector.__file__).parents[1]
# Where `make s3a` puts the jars.
JARS = ROOT / "build" / "s3a"

# Durations are numbers: this version of hadoop-aws does not know the units of Spark's newer Hadoop.
PROGRAM = """
import json, sys
from pyspark.sql import SparkSession
from detector import spark
from detector.settings import CorpusSettings

server, jars, result = sys.argv[1:]
s3a = {
    "endpoint": server, "access.key": "key", "secret.key": "secret", "path.style.access": "true",
    "connection.ssl.enabled": "false", "threads.keepalivetime": "60", "connection.establish.timeout": "5000",
    "connection.timeout": "200000", "multipart.purge.age": "86400",
    "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
}
settings = {
    "spark.ui.enabled": "false", "spark.log.level": "ERROR", "spark.driver.memory": "512m",
    "spark.driver.extraClassPath": jars, "spark.sql.shuffle.partitions": "2",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    **{f"spark.hadoop.fs.s3a.{name}": value for name, value in s3a.items()},
}
builder = SparkSession.builder.master("local[2]")
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
pages = session.read.json("s3a://crawl/pages.jsonl")
spark.clean(pages).write.parquet("s3a://crawl/clean")
clean = session.read.parquet("s3a://crawl/clean")
gone = spark.near_duplicates(clean)
clean.join(gone, "id", "left_anti").write.parquet("s3a://crawl/corpus")
kept = session.read.parquet("s3a://crawl/corpus").collect()
with open(result, "w") as file:
    json.dump({row["id"]: row["text"] for row in kept}, file)
session.stop()
"""


@pytest.fixture
def jars():
    """The class path of hadoop-aws and of the SDK that it needs."""
    found = sorted(JARS.glob("*.jar"))
    if not found:
        pytest.skip("needs hadoop-aws and the AWS SDK: make s3a")
    return os.pathsep.join(map(str, found))


def test_pages_are_read_from_s3_and_written_there(server, jars, tmp_path):  # noqa: F811
    rows = [*records(24), {**records(1)[0], "id": "page-copy"}]
    path = write_jsonl(tmp_path / "in" / "pages.jsonl", rows)
    keys = environment(**KEYS, AWS_ENDPOINT_URL=server, PYTHONPATH=str(ROOT), PYSPARK_PYTHON=sys.executable)
    subprocess.run([sys.executable, "-c", UPLOAD, str(path.parent), "crawl"], env=keys, check=True)
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "program.py", server, jars, "result.json"],
        cwd=tmp_path, env=keys, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rules, here = CorpusSettings(keep="first"), EngineSettings("process")
    clean_corpus([path], tmp_path / "out", corpus=rules, engine=here)
    wanted = {row["id"]: row["text"] for row in read_jsonl(tmp_path / "out" / "data")}
    assert "page-copy" not in wanted
    assert json.loads((tmp_path / "result.json").read_text()) == wanted
