"""Data frames on Spark and a corpus run, on the same planted pages: time, memory, bytes shuffled, quality."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.planted.corpus_pages import write
from benchmarks.environment import load_since, made, ours
from benchmarks.files import RESULTS, ROOT, json_lines, write_json
from benchmarks.measures.corpus_scores import scored
from benchmarks.measures.process_tree import Used, measured
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS
from benchmarks.run.spark.log import steps_of
from benchmarks.run.spark.steps import EVENTS, SECONDS

# The first near-duplicate is kept by both, and nothing is refused.
RULES: Final = 'keep = "first"\nleast_pages = 1000000000\n'
ONE_MACHINE: Final = "detector"
SPARK: Final = "detector-spark"


def _row(system: str, used: Used, size: int) -> dict[str, Any]:
    return {
        "system": system,
        **ours(),
        "seconds": round(used.seconds, 1),
        "cpu_s": round(used.cpu, 1),
        "mb_per_s": round(size / 1e6 / used.seconds, 2),
        "peak_mb": round(used.peak / 1e6),
    }


def _run(command: list[str]) -> Used:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
    used = measured(command, environment)
    if used.code:
        raise click.ClickException(f"exit code {used.code}: {' '.join(command)}")
    return used


def _texts_of_a_run(out: Path) -> dict[str, str]:
    rows = (row for path in sorted((out / "data").rglob("*.jsonl")) for row in json_lines(path))
    return {row["id"]: row["text"] for row in rows}


def _texts_of_spark(out: Path) -> dict[str, str]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(out / "data", columns=["id", "text"])
    return dict(zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True))


@contextmanager
def _empty(folder: Path) -> Iterator[Path]:
    """Give a name for a folder, and remove it before and after."""
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def compare(folder: Path, memory: str) -> dict[str, Any]:
    """Clean the pages of a folder in both ways, one after the other."""
    pages, truth, rules = folder / "pages.jsonl", folder / "truth.jsonl", folder / "rules.toml"
    rules.write_text(RULES)
    size = pages.stat().st_size
    with _empty(folder / ONE_MACHINE) as out:
        options = ["--output", str(out), "--workers", "2", "--rules", str(rules)]
        used = _run([sys.executable, "-m", "detector", "clean", str(pages), *options])
        wanted = _texts_of_a_run(out)
        rows = [_row(ONE_MACHINE, used, size) | scored(json_lines(truth), wanted)]
    click.echo(json.dumps(rows[-1]))
    with _empty(folder / SPARK) as out:
        used = _run(calling(OURS, "benchmarks.run.spark.steps:run", str(pages), str(out), memory))
        found = _texts_of_spark(out)
        steps, seconds = steps_of(out / EVENTS), json.loads((out / SECONDS).read_text())
        rows.append(_row(SPARK, used, size) | scored(json_lines(truth), found))
    click.echo(json.dumps(rows[-1]))
    return {
        "bytes": size,
        "memory": memory,
        "rows": rows,
        "same_texts": found == wanted,
        "kept": len(found),
        "steps": [{"step": name, "seconds": seconds[name], **steps[name]} for name in seconds],
    }


@click.command()
@click.argument("count", type=int)
@click.option("--memory", default="2g", show_default=True, help="Heap of Spark's JVM.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus is, or is to stay.")
def command(count: int, memory: str, folder: Path | None) -> None:
    """Clean a planted corpus of COUNT pages by data frames on local[2], and by a corpus run.

    The result is spark-COUNT.json, with the load of the machine: other work makes the times longer.

    \b
    Examples:
      python -m benchmarks run spark 10000
    """
    with tempfile.TemporaryDirectory(prefix="spark-") as name:
        place = folder or Path(name)
        if not (place / "pages.jsonl").exists():
            write(place, count)
        before = os.getloadavg()[0]
        result = compare(place, memory)
    load = load_since(before)
    path = RESULTS / f"spark-{count}.json"
    write_json(path, {"made": made(), "count": count, "load": load, **result})
    click.echo(str(path))
