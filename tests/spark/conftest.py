"""One Spark session for all tests: two workers on this machine, small groups and small batches."""

import importlib.util
import os
import shutil
import sys

import pytest


@pytest.fixture(scope="session")
def session():
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        assert "DETECTOR_CI" not in os.environ, "CI runs the real engine: it needs PySpark and Java"
        pytest.skip("needs PySpark and Java")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": "4",
        # Snappy, the default, does not load where musl is installed beside glibc.
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50",
        "spark.driver.memory": "512m",
    }
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
