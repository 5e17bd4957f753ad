"""What a worker in another library's pipeline costs: its start, the bytes sent to it, and its memory.

Run with the Python of `make integrations`. A worker has loaded that library before; how long that takes is
measured, too.
"""

import json
import pickle
import subprocess
import sys
from importlib.util import find_spec
from statistics import median
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.files import RESULTS, ROOT

# What is sent to workers: module, class, and what a worker has already imported.
WORKERS: Final = {
    "a detector": ("detector.detector", "Detector", "numpy"),
    "datasets": ("detector.integrations.datasets", "PageCleaner", "datasets"),
    "ray": ("detector.integrations.ray", "PageCleaner", "ray.data"),
    "datatrove": ("detector.integrations.datatrove", "PageCleaner", "datatrove.pipeline.filters"),
    "scikit-learn": ("detector.integrations.sklearn", "PageCleaner", "sklearn.base"),
    "langchain": (
        "detector.integrations.langchain",
        "PageCleaner",
        "langchain_core.documents.base, langchain_core.documents.transformers",
    ),
    "llama-index": ("detector.integrations.llama_index", "PageCleaner", "llama_index.core.schema"),
}
PAGES: Final = ("examples/headline.txt", "examples/news.html")
WORKER: Final = """
import json, pickle, sys, time
import psutil
begin = time.process_time()
import {before}
library = time.process_time() - begin
memory, cpu, wall = psutil.Process().memory_info().rss, time.process_time(), time.perf_counter()
worker = pickle.loads(bytes.fromhex(sys.argv[1]))
from detector import Detector
pages = [open(name, encoding="utf-8").read() for name in {pages}]
ready = getattr(worker, "detector", None) or (worker if isinstance(worker, Detector) else Detector())
texts = [ready.clean(page) for page in pages]
assert all(texts)
print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall,
                  psutil.Process().memory_info().rss - memory, library]))
"""


def _is_there(package: str) -> bool:
    return find_spec(package.split(".")[0]) is not None


def measured(name: str, rounds: int) -> dict[str, Any]:
    """Return a row: the bytes sent, the fewest seconds of CPU and wall time, the median of the memory."""
    module, of, before = WORKERS[name]
    imported = __import__(module, fromlist=[of])
    packed = pickle.dumps(getattr(imported, of)())
    script = WORKER.format(before=before, pages=list(PAGES))
    found = []
    for _ in range(rounds):
        command = [sys.executable, "-c", script, packed.hex()]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    cpu, wall, memory, library = zip(*found, strict=True)
    return {
        "worker": name,
        "pickled_bytes": len(packed),
        "cpu_s": round(min(cpu), 3),
        "wall_s": round(min(wall), 3),
        "memory_mb": round(median(memory) / 1e6, 1),
        "library_cpu_s": round(min(library), 3),
        "rounds": rounds,
    }


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Processes for each worker; the fastest counts.")
def command(rounds: int) -> None:
    """Measure how soon a worker is ready: unpickling, imports, the model, a page of text and one of HTML.

    Run it with .venv-integrations/bin/python, which `make integrations` makes.

    \b
    Examples:
      python -m benchmarks run workers
    """
    rows = [measured(name, rounds) for name, (_, _, before) in WORKERS.items() if _is_there(before)]
    result = {"made": made(), "rows": rows}
    (RESULTS / "workers.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
