"""Run one system over a loaded sample, a round at a time. Started by `run_speed`.

Like `peer_worker` it imports nothing but the standard library and the system. A module
may offer FUNCTION_batch(pages) beside FUNCTION: systems that are made for batches are
measured as they are meant to be used. Bytes in, text out: decoding counts everywhere.
"""

import base64
import importlib
import json
import os
import sys
import time
from types import ModuleType
from typing import Any

RECURSION = 20_000


def load(path: str) -> list[tuple[bytes | str, str | None]]:
    """Read a sample: JSON lines with html or text, and language."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        rows = [json.loads(line) for line in file]
    pages = [base64.b64decode(row["html"]) if "html" in row else row["text"] for row in rows]
    return [(page, row["language"]) for page, row in zip(pages, rows, strict=True)]


def run(module: ModuleType, function: str, sample: list[tuple[bytes | str, str | None]]) -> dict[str, Any]:
    """Return seconds of a round, by the wall and of CPU, and how many pages failed."""
    batch = getattr(module, f"{function}_batch", None)
    extract = getattr(module, function)
    failed, wall, cpu = 0, time.perf_counter(), time.process_time()
    if batch is not None:
        batch([page for page, _ in sample])
    else:
        for page, language in sample:
            try:
                extract(page, language)
            except Exception:  # the peer's edge: counted and shown
                failed += 1
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "failed": failed,
        "batch": batch is not None,
    }


def main(module: str, function: str, sample: str, core: int) -> None:
    """Load, then run a round for each line of standard input."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    sys.setrecursionlimit(RECURSION)
    loaded, pages = importlib.import_module(f"benchmarks.peers.{module}"), load(sample)
    # Imports done on first use, models and compiled code belong to no round.
    run(loaded, function, pages[:3])
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for _ in sys.stdin:
        print(json.dumps(run(loaded, function, pages)), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
