"""A real cluster on this machine: a master, two workers, a driver with 512 MB; busy executors are killed."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import detector
from tests.corpus.made import page, records, write_jsonl

pytestmark = [pytest.mark.spark, pytest.mark.slow]

ROOT = Path(detector.__file__).parents[1]
PATIENCE = 120

PROGRAM = """
import json, sys, threading, time
import psutil
from pyspark.sql import SparkSession
from detector import spark

master, folder, result, checkpoints, *workers = sys.argv[1:]
builder = SparkSession.builder.master(master).appName("detector")
settings = {
    "spark.driver.memory": "512m", "spark.executor.memory": "700m", "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "4", "spark.sql.parquet.compression.codec": "zstd",
    "spark.ui.enabled": "false", "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50", "spark.driver.host": "127.0.0.1",
    "spark.speculation": "true",
}
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
session.sparkContext.setCheckpointDir(checkpoints)
killed = []

def kill(stage, done):
    # An executor is a child of a worker; the worker starts another.
    tracker = session.sparkContext.statusTracker()
    while not done.wait(0.02):
        executors = [child for worker in workers for child in psutil.Process(int(worker)).children()]
        if tracker.getActiveStageIds() and executors:
            executors[0].kill()
            killed.append(stage)
            return

def collected(stage, frame):
    done = threading.Event()
    thread = threading.Thread(target=kill, args=(stage, done))
    if workers:
        thread.start()
    try:
        rows = sorted([[str(value) for value in row] for row in frame.collect()])
    finally:
        done.set()
    if workers:
        thread.join()
        if stage not in killed:  # it was over before an executor was found: once more
            return collected(stage, frame)
    return rows

pages = spark.read_pages(session, [folder])
clean = spark.clean(pages, group_pages=9)
rows = collected("clean", clean.select("id", "text", "detector_verdict", "detector_content_share"))
gone = collected("near-duplicates", spark.near_duplicates(pages, 0.6))
with open(result, "w") as file:
    json.dump({"clean": rows, "gone": gone, "killed": killed}, file)
session.stop()
"""


@contextmanager
def started(*arguments):
    """A Spark process that is ended with the test."""
    command = [
        str(Path(importlib.util.find_spec("pyspark").origin).parent / "bin" / "spark-class"),
        *arguments,
    ]
    running = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield running.pid
    finally:
        running.kill()
        running.wait()


def environment():
    java = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_IP": "127.0.0.1"}
    return {**os.environ, **java, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}


def wait_for(port):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < end, "the master does not answer"
            time.sleep(0.2)


@pytest.fixture
def cluster(tmp_path):
    """The address of a master, and the process ids of its two workers."""
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs the real engine: it needs PySpark and Java"
        pytest.skip("needs PySpark and Java")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = ("--host", "127.0.0.1")
    deploy = "org.apache.spark.deploy"
    worker = (f"{deploy}.worker.Worker", *place, "--cores", "1", "--memory", "1g", "--webui-port", "0")
    with started(f"{deploy}.master.Master", *place, "--port", str(port), "--webui-port", "0"):
        wait_for(port)
        address = f"spark://127.0.0.1:{port}"
        with (
            started(*worker, "--work-dir", str(tmp_path / "one"), address) as one,
            started(*worker, "--work-dir", str(tmp_path / "two"), address) as two,
        ):
            yield address, [str(one), str(two)]


def test_killed_executors_change_nothing(cluster, tmp_path):
    address, workers = cluster
    rows = [
        *records(60),
        *({"id": f"copy-{n}", "url": f"https://c.example/{n}", "text": page(n, 5)} for n in range(9)),
    ]
    write_jsonl(tmp_path / "in" / "pages.jsonl", rows)
    (tmp_path / "program.py").write_text(PROGRAM)
    found = {}
    for name, victims in {"undisturbed": [], "killed": workers}.items():
        result = tmp_path / f"{name}.json"
        command = [
            sys.executable,
            "program.py",
            address,
            str(tmp_path / "in"),
            str(result),
            str(tmp_path / name),
        ]
        done = subprocess.run(
            [*command, *victims],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=1800,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found[name] = json.loads(result.read_text())
    assert found["killed"].pop("killed") == ["clean", "near-duplicates"]
    assert found["undisturbed"].pop("killed") == []
    assert len(found["killed"]["clean"]) == len(rows)
    assert len(found["killed"]["gone"]) >= 9
    assert found["killed"] == found["undisturbed"]
