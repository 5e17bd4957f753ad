"""Runs one system over a loaded sample, one round at a time. Started by `run speed`.

Imports only the standard library and the system. Bytes in, text out: decoding counts for every system.
"""

import base64
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.files import json_lines

RECURSION = 20_000
BATCH = "batch"
# In what stands behind a process's name in /proc/PID/stat.
PARENT, TICKS = 1, slice(11, 13)

Pages = list[tuple[bytes | str, str | None]]


def load(path: Path) -> Pages:
    """Read a sample: rows with html or text, and language."""
    rows = list(json_lines(path))
    pages = [base64.b64decode(row["html"]) if "html" in row else row["text"] for row in rows]
    return [(page, row["language"]) for page, row in zip(pages, rows, strict=True)]


def cpu_seconds() -> float:
    """Return CPU seconds of this process and of the children that it keeps running, as defuddle's Node."""
    own, ticks = str(os.getpid()), 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state_and_more = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if state_and_more[PARENT] == own:
            ticks += sum(map(int, state_and_more[TICKS]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def run(function: Callable[..., Any], in_batch: bool, sample: Pages) -> dict[str, Any]:
    """Return the wall and CPU seconds of a round, and how many pages failed."""
    failed, wall, cpu = 0, time.perf_counter(), cpu_seconds()
    if in_batch:
        function([page for page, _ in sample])
    else:
        for page, language in sample:
            try:
                function(page, language)
            except Exception:  # errors of the peer are counted and shown
                failed += 1
    return {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu, "failed": failed}


def main(module: str, function: str, way: str, sample: str, core: str) -> None:
    """Load, then run one round for each line of standard input."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    sys.setrecursionlimit(RECURSION)
    called, pages = getattr(importlib.import_module(module), function), load(Path(sample))
    # Imports on first use, models and compiled code belong to no round.
    run(called, way == BATCH, pages[:3])
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in sys.stdin:
        print(json.dumps(run(called, way == BATCH, pages)), file=answers, flush=True)
