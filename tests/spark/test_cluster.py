"""A real cluster on this machine: a master, two workers, a driver with 512 MB; busy executors are killed.

The corpus is in a folder, or in S3: then nothing but an S3 server is shared. Reading is by fsspec, writing by
Hadoop's own file system (`s3a://`).
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

import detector
from detector import clean_corpus
from detector.settings import CorpusSettings, EngineSettings
from tests.corpus.made import page, read_jsonl, records, write_jsonl
from tests.corpus.test_s3 import KEYS, UPLOAD, free_port, server  # noqa: F401
from tests.corpus.test_s3 import environment as without_aws

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ROOT = Path(detector.__file__).parents[1]
# Where `make s3a` puts the jars.
JARS = ROOT / "build" / "s3a"
PATIENCE = 120

PROGRAM = """
import json, sys, threading, time
import psutil
from pyspark.sql import SparkSession
from detector import spark

master, pages, target, result, settings, *workers = sys.argv[1:]
builder = SparkSession.builder.master(master).appName("detector")
for name, value in json.loads(settings).items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
session.sparkContext.setCheckpointDir(target + "/checkpoints")
killed = []

def kill(step, done):
    # An executor is a child of a worker; the worker starts another.
    tracker = session.sparkContext.statusTracker()
    while not done.wait(0.02):
        executors = [child for worker in workers for child in psutil.Process(int(worker)).children()]
        if tracker.getActiveStageIds() and executors:
            executors[0].kill()
            killed.append(step)
            return

def written(step, frame):
    done = threading.Event()
    thread = threading.Thread(target=kill, args=(step, done))
    if workers:
        thread.start()
    try:
        frame.write.mode("overwrite").parquet(f"{target}/{step}")
    finally:
        done.set()
    if workers:
        thread.join()
        if step not in killed:  # it was over before an executor was found: once more
            return written(step, frame)
    return session.read.parquet(f"{target}/{step}")

clean = written("clean", spark.clean(spark.read_pages(session, [pages]), group_pages=9))
gone = written("near-duplicates", spark.near_duplicates(clean))
corpus = written("corpus", clean.join(gone, "id", "left_anti"))
columns = "id", "text", "detector_verdict", "detector_content_share"
found = {"corpus": corpus.select(*columns), "gone": gone}
rows = {name: sorted([str(value) for value in row] for row in frame.collect()) for name, frame in found.items()}
with open(result, "w") as file:
    json.dump({**rows, "killed": killed}, file)
session.stop()
"""
SETTINGS = {
    "spark.driver.memory": "512m", "spark.executor.memory": "700m", "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "4", "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.enabled": "false", "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50", "spark.driver.host": "127.0.0.1",
    "spark.speculation": "true",
}  # fmt: skip
# Durations are numbers: this version of hadoop-aws does not know the units of Spark's newer Hadoop.
S3A = {
    "access.key": "key", "secret.key": "secret", "path.style.access": "true",
    "connection.ssl.enabled": "false", "threads.keepalivetime": "60", "connection.establish.timeout": "5000",
    "connection.timeout": "200000", "multipart.purge.age": "86400",
    "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
}  # fmt: skip


@contextmanager
def started(*arguments, env):
    """A Spark process that is ended with the test."""
    command = [
        str(Path(importlib.util.find_spec("pyspark").origin).parent / "bin" / "spark-class"),
        *arguments,
    ]
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running.pid
    finally:
        running.kill()
        running.wait()


def environment(**more):
    java = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_IP": "127.0.0.1"}
    return without_aws(**java, PYTHONPATH=str(ROOT), PYSPARK_PYTHON=sys.executable, **more)


def registered(port):
    """Return how many workers the master has."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/json/", timeout=5) as answer:
            return json.load(answer)["aliveworkers"]
    except (OSError, ValueError):  # not yet there, or its page is not
        return 0


@contextmanager
def cluster(tmp_path, env):
    """Start a master and two workers; yield the master's address and the workers' process ids."""
    port, page_port = free_port(), free_port()
    place, deploy = ("--host", "127.0.0.1"), "org.apache.spark.deploy"
    worker = (f"{deploy}.worker.Worker", *place, "--cores", "1", "--memory", "1g", "--webui-port", "0")
    address = f"spark://127.0.0.1:{port}"
    ports = ("--port", str(port), "--webui-port", str(page_port))
    with (
        started(f"{deploy}.master.Master", *place, *ports, env=env),
        started(*worker, "--work-dir", str(tmp_path / "one"), address, env=env) as one,
        started(*worker, "--work-dir", str(tmp_path / "two"), address, env=env) as two,
    ):
        end = time.monotonic() + PATIENCE
        while registered(page_port) < 2:
            assert time.monotonic() < end, "the workers do not register"
            time.sleep(0.2)
        yield address, [str(one), str(two)]


def refuse_in_ci(missing):
    assert "DETECTOR_CI" not in os.environ, f"CI runs the real engine: it needs {missing}"
    pytest.skip(f"needs {missing}")


@pytest.fixture(params=["folder", "s3"])
def storage(request, tmp_path):
    """Where the corpus is: its pages, the folder of the results, settings of Spark, and an environment."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        refuse_in_ci("PySpark and Java")
    if request.param == "folder":
        return str(tmp_path / "in"), str(tmp_path), SETTINGS, environment()
    jars = os.pathsep.join(map(str, sorted(JARS.glob("*.jar"))))
    if not jars:
        refuse_in_ci("hadoop-aws and the AWS SDK: make s3a")
    address = request.getfixturevalue("server")
    s3a = {f"spark.hadoop.fs.s3a.{name}": value for name, value in {**S3A, "endpoint": address}.items()}
    path = {f"spark.{machine}.extraClassPath": jars for machine in ("driver", "executor")}
    env = environment(**KEYS, AWS_ENDPOINT_URL=address)
    return "s3://crawl/in", "s3a://crawl", {**SETTINGS, **s3a, **path}, env


def test_killed_executors_change_nothing(storage, tmp_path):
    pages, target, settings, env = storage
    copies = ({"id": f"page-{n}-copy", "url": f"https://c.example/{n}", "text": page(n, 5)} for n in range(9))
    rows = [*records(60), *copies]
    path = write_jsonl(tmp_path / "in" / "pages.jsonl", rows)
    if pages.startswith("s3:"):
        subprocess.run([sys.executable, "-c", UPLOAD, str(path.parent), "crawl/in"], env=env, check=True)
    (tmp_path / "program.py").write_text(PROGRAM)
    found = {}
    with cluster(tmp_path, env) as (address, workers):
        for name, victims in {"undisturbed": [], "killed": workers}.items():
            result = tmp_path / f"{name}.json"
            arguments = [address, pages, f"{target}/{name}", str(result), json.dumps(settings), *victims]
            done = subprocess.run(
                [sys.executable, "program.py", *arguments],
                cwd=tmp_path, env=env, capture_output=True, text=True, timeout=1800, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr[-3000:]
            found[name] = json.loads(result.read_text())
    assert found["killed"].pop("killed") == ["clean", "near-duplicates", "corpus"]
    assert found["undisturbed"].pop("killed") == []
    assert found["killed"] == found["undisturbed"]
    clean_corpus(
        [path], tmp_path / "out", corpus=CorpusSettings(keep="first"), engine=EngineSettings("process")
    )
    wanted = {row["id"]: row["text"] for row in read_jsonl(tmp_path / "out" / "data")}
    assert len(wanted) < len(rows)
    assert {row[0]: row[1] for row in found["killed"]["corpus"]} == wanted
