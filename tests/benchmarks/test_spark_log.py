"""Spark's event log, summed by step."""

import json

from benchmarks.run.spark.log import steps_of


def job(group, stages):
    properties = {} if group is None else {"spark.jobGroup.id": group}
    return {"Event": "SparkListenerJobStart", "Stage IDs": stages, "Properties": properties}


def task(stage, seconds, shuffled):
    metrics = {
        "Executor Run Time": seconds * 1000,
        "Executor CPU Time": seconds * 500_000_000,
        "Shuffle Write Metrics": {"Shuffle Bytes Written": shuffled},
        "Disk Bytes Spilled": 7,
    }
    return {"Event": "SparkListenerTaskEnd", "Stage ID": stage, "Task Metrics": metrics}


def test_tasks_count_for_the_step_of_their_job(tmp_path):
    killed = {"Event": "SparkListenerTaskEnd", "Stage ID": 0}
    events = [job("clean", [0, 1]), task(0, 2, 100), task(1, 3, 50), killed, job(None, [2]), task(2, 1, 0)]
    (tmp_path / "local-1").write_text("".join(json.dumps(event) + "\n" for event in events))
    (tmp_path / ".local-1.crc").write_bytes(b"\xff")
    assert steps_of(tmp_path) == {
        "clean": {
            "tasks": 2, "task_s": 5.0, "jvm_cpu_s": 2.5, "shuffled": 150, "spilled": 14, "longest_s": 3.0
        },
        "other": {"tasks": 1, "task_s": 1.0, "jvm_cpu_s": 0.5, "shuffled": 0, "spilled": 7, "longest_s": 1.0},
    }  # fmt: skip
