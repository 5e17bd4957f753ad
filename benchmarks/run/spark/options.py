"""What filters, passages and the counts of earlier pages take on Spark, beside cleaning alone."""

import json
import os
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.planted.corpus_pages import corpus_in
from benchmarks.environment import load_since, made, ours
from benchmarks.files import RESULTS, read_json, write_json
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS
from benchmarks.run.spark.process import empty, finished, steps_in
from benchmarks.run.spark.session import WITH_TEXT, session_for
from benchmarks.run.spark.steps import SCHEMA

FOUND: Final = "found.json"
LEAST_WORDS: Final = 100


def run(pages: str, output: str, memory: str) -> None:
    """Clean a file of pages in several ways, one after another; the output gets counts and the log."""
    from detector import spark
    from detector.run_settings import DocumentFilters
    from detector.settings import CorpusSettings

    out = Path(output)
    plain, filtered, marked, repeated, left, counts, new = (str(out / name) for name in "abcdefg")
    filters = DocumentFilters(min_words=LEAST_WORDS, max_duplicate_lines=0.3)
    rules = CorpusSettings(passages="drop")
    with session_for(out, memory) as steps:
        step, every = steps.step, steps.session.read.schema(SCHEMA).json(pages)
        read = steps.session.read
        earlier, later = (every.where(f"crc32(id) % 2 = {half}") for half in (0, 1))
        with step("clean, write"):
            spark.clean(every).write.parquet(plain)
        with step("clean with numbers and filters, write"):
            spark.clean(every, rules=CorpusSettings(numbers=True, filters=filters)).write.parquet(filtered)
        with step("clean, and keep what passages need, write"):
            spark.clean(every, rules=rules).write.parquet(marked)
        clean = read.parquet(marked).where(WITH_TEXT)
        with step("find passages, write"):
            spark.passages(clean).write.parquet(repeated)
        with step("leave passages out, write"):
            spark.without_passages(clean, read.parquet(repeated), rules=rules).write.parquet(left)
        with step("counts of every second page, write"):
            spark.site_counts(earlier, single=True).write.parquet(counts)
        with step("clean the others with these counts, write"):
            spark.clean(later, since=read.parquet(counts)).write.parquet(new)
        found = {
            "filtered": read.parquet(filtered).where("detector_filter is not null").count(),
            "passages": read.parquet(repeated).count(),
            "counts": read.parquet(counts).count(),
            "new": read.parquet(new).count(),
        }
    (out / FOUND).write_text(json.dumps(found))


def measured_options(folder: Path, memory: str) -> dict[str, Any]:
    """Return what the steps take for the pages of a folder, and what they find."""
    pages = folder / "pages.jsonl"
    with empty(folder / "options") as out:
        command = calling(OURS, "benchmarks.run.spark.options:run", str(pages), str(out), memory)
        used = finished(command, folder / "options.log", out)
        found, steps = read_json(out / FOUND), steps_in(out)
    return {**ours(), **used.figures(), "bytes": pages.stat().st_size, **found, "steps": steps}


@click.command()
@click.argument("count", type=int)
@click.option("--memory", default="4g", show_default=True, help="Heap of Spark's JVM.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus is, or is to stay.")
def command(count: int, memory: str, folder: Path | None) -> None:
    """Clean COUNT planted pages on Spark with filters, with passages, and with counts of earlier pages.

    The result is spark-options-COUNT.json: for each step its seconds, its longest task, and the bytes
    shuffled.

    \b
    Examples:
      python -m benchmarks run spark-options 100000 --folder /tmp/spark100k
    """
    before = os.getloadavg()[0]
    with corpus_in(folder, count) as found:
        result = measured_options(found, memory)
    about = {"made": made(), "count": count, "memory": memory, "load": load_since(before)}
    path = RESULTS / f"spark-options-{count}.json"
    write_json(path, {**about, **result})
    click.echo(str(path))
