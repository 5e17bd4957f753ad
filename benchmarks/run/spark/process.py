"""A program on Spark in a process of its own: what it uses, and the figures for each of its steps."""

import math
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.files import ROOT, read_json
from benchmarks.measures.process_tree import STOPPED, Used, measured
from benchmarks.run.spark.log import steps_of
from benchmarks.run.spark.session import EVENTS, SECONDS

# What is shown of a log if a command fails.
LOG_LINES: Final = 20


def used_by(command: Sequence[str], log: Path, limit: float = math.inf) -> Used:
    """Run a command in the checkout, with this Python for Spark's workers."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
    return measured(command, environment, limit, log)


def failure(used: Used, log: Path) -> str:
    """Return why a command failed, and show the end of its log; empty if it did not fail."""
    if used.code == 0:
        return ""
    text = log.read_text(errors="replace")
    click.echo("\n".join(text.splitlines()[-LOG_LINES:]), err=True)
    if used.code == STOPPED:
        return f"not finished after {used.seconds:,.0f} s"
    return "out of memory" if "OutOfMemoryError" in text else f"exit code {used.code}"


def figures(used: Used) -> dict[str, float]:
    """Return time and memory of all processes."""
    return {
        "seconds": round(used.seconds, 1),
        "cpu_s": round(used.cpu, 1),
        "peak_mb": round(used.peak / 1e6),
    }


def steps_in(out: Path, finished: bool = True) -> list[dict[str, Any]]:
    """Return the seconds of each step, and what its tasks did; only the seconds if it has not finished."""
    path = out / SECONDS
    seconds = read_json(path) if path.is_file() else {}
    logged = steps_of(out / EVENTS) if finished else {}
    return [{"step": name, "seconds": seconds[name], **logged.get(name, {})} for name in seconds]


@contextmanager
def empty(folder: Path) -> Iterator[Path]:
    """Give a name for a folder, and remove it before and after."""
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
