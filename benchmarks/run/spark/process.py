"""A program on Spark in a process of its own: what it uses, and the figures for each of its steps."""

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from benchmarks.files import ROOT, read_json
from benchmarks.measures.process_tree import Used, measured
from benchmarks.run.spark.log import steps_of
from benchmarks.run.spark.session import EVENTS, SECONDS

# What is shown of a log if a command fails.
LOG_LINES: Final = 20


class Limits(NamedTuple):
    """What a program may take: seconds, and bytes in its folder."""

    seconds: float
    disk: float


NO_LIMITS: Final = Limits(math.inf, math.inf)


def watch(limits: Limits) -> Callable[[int], str]:
    """Return a function that says why a program with so many bytes on disk must be stopped, or nothing."""
    began = time.monotonic()

    def reason(size: int) -> str:
        seconds = time.monotonic() - began
        if seconds > limits.seconds:
            return f"not finished after {seconds:,.0f} s"
        if size > limits.disk:
            return f"stopped after {seconds:,.0f} s, with {size / 1e9:,.0f} GB on disk"
        return ""

    return reason


def used_by(command: Sequence[str], log: Path, out: Path, limits: Limits = NO_LIMITS) -> Used:
    """Run a command in the checkout, with this Python for Spark's workers.

    out: the folder that it writes to
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
    return measured(command, environment, watch(limits), log, out)


def failure(used: Used, log: Path) -> str:
    """Return why a command failed, and show the end of its log; empty if it did not fail."""
    if used.stopped or used.code == 0:
        return used.stopped
    text = log.read_text(errors="replace")
    click.echo("\n".join(text.splitlines()[-LOG_LINES:]), err=True)
    return "out of memory" if "OutOfMemoryError" in text else f"exit code {used.code}"


def finished(command: Sequence[str], log: Path, out: Path) -> Used:
    """Run a command as `used_by` does; raises `ClickException` if it fails."""
    used = used_by(command, log, out)
    if failed := failure(used, log):
        raise click.ClickException(f"{failed}: {' '.join(command)}")
    return used


def kept_texts(out: Path) -> dict[str, str]:
    """Return the texts of the documents that stay, by id, from the folder of `steps.run`."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(out / "data", columns=["id", "text"])
    return dict(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))


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
