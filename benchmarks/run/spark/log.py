"""The figures for each step in Spark's event log: task seconds, and bytes shuffled and spilled."""

from pathlib import Path
from typing import Any, Final

from benchmarks.files import json_lines

GROUP: Final = "spark.jobGroup.id"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def steps_of(folder: Path) -> dict[str, dict[str, float]]:
    """Return for each group of jobs: `tasks`, `task_s`, `longest_s`, `jvm_cpu_s`, `shuffled`, `spilled`."""
    group_of: dict[int, str] = {}
    found: dict[str, dict[str, float]] = {}
    for event in (event for path in _files(folder) for event in json_lines(path)):
        if event["Event"] == "SparkListenerJobStart":
            group = event.get("Properties", {}).get(GROUP, "other")
            group_of |= dict.fromkeys(event["Stage IDs"], group)
        elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
            row = found.setdefault(
                group_of[event["Stage ID"]],
                dict.fromkeys(("tasks", "task_s", "jvm_cpu_s", "shuffled", "spilled"), 0.0),
            )
            measures = _measures(event["Task Metrics"])
            for name, value in measures.items():
                row[name] += value
            row["longest_s"] = max(row.get("longest_s", 0.0), measures["task_s"])
    return {group: {name: round(value, 1) for name, value in row.items()} for group, row in found.items()}


def _measures(metrics: dict[str, Any]) -> dict[str, float]:
    return {
        "tasks": 1,
        "task_s": metrics["Executor Run Time"] / 1e3,
        "jvm_cpu_s": metrics["Executor CPU Time"] / 1e9,
        "shuffled": metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"],
        "spilled": metrics["Disk Bytes Spilled"],
    }
