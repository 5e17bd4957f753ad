"""Runs one system over a corpus in its own process. Started by `run near-duplicates`.

Prints one line of JSON: wall and CPU seconds (including child processes), and how many megabytes the peak of
memory rose above what the caller holds, including the import of the system. The results go to a file.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

from benchmarks.peers.near_duplicates.texts import Corpus

WARM_TEXTS = 300


def peak() -> float:
    """Return the peak memory of this process in megabytes, plus that of its largest child."""
    lines = Path("/proc/self/status").read_text().splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1000


def cpu() -> float:
    """Return CPU seconds of this process and its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main(module: str, function: str, path: str, output: str, core: str) -> None:
    """Load, warm up on a few texts, and run."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    os.sched_setaffinity(0, {int(core)})
    corpus = Corpus(path)
    if not function.endswith("on_disk"):
        corpus.texts()
    before = peak()
    loaded = importlib.import_module(module)
    run, prepare = getattr(loaded, function), getattr(loaded, f"prepare_{function}", lambda given: given)
    with contextlib.redirect_stdout(sys.stderr):
        run(prepare(Corpus(path, WARM_TEXTS)))
        given = prepare(corpus)
        wall, used = time.perf_counter(), cpu()
        found = run(given)
        figures = {"wall": time.perf_counter() - wall, "cpu": cpu() - used, "rise_mb": peak() - before}
    if output != "-":
        Path(output).write_text(json.dumps(found._asdict()))
    print(json.dumps(figures), file=answers, flush=True)
