"""Skewed corpora on Spark: all pages of one site, and a crowd of near-duplicates of one page."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.planted.corpus_pages import changed, corpus_in
from benchmarks.environment import load_since, made, ours
from benchmarks.files import RESULTS, json_line, json_lines, whole_file, write_json
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS
from benchmarks.run.spark.process import empty, finished, kept_texts, steps_in

PLANTED: Final = "many sites"
ONE_SITE: Final = "one site"
SMALLER_SITE: Final = "one site of a fifth of them"
CROWD: Final = "a crowd of near-duplicates"
SHAPES: Final = (PLANTED, SMALLER_SITE, ONE_SITE, CROWD)
# In a crowd, every second page is a near-duplicate of the first one.
EVERY: Final = 2


def _is_in_crowd(shape: str, number: int) -> bool:
    return shape == CROWD and number % EVERY == 0


def _shaped(pages: Path, shape: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of pages in one of `SHAPES`."""
    first = ""
    for number, row in enumerate(json_lines(pages)):
        first = first or row["text"]
        if shape == SMALLER_SITE and number % 5:
            continue
        if shape in (ONE_SITE, SMALLER_SITE):
            row["url"] = f"https://www.one.example/{row['id']}"
        elif _is_in_crowd(shape, number):
            row["text"] = _varied(first, number)
        yield row


def _varied(text: str, number: int) -> str:
    """Return a text with one word of its longest line changed."""
    lines = text.split("\n")
    at = max(range(len(lines)), key=lambda line: len(lines[line]))
    lines[at] = changed(lines[at], number)
    return "\n".join(lines)


def measured_shape(folder: Path, shape: str, memory: str) -> dict[str, Any]:
    """Clean the pages of a folder in a shape, and find their near-duplicates; return what it takes."""
    pages = folder / "shaped.jsonl"
    crowd, count = list[str](), 0
    with whole_file(pages) as file:
        for number, row in enumerate(_shaped(folder / "pages.jsonl", shape)):
            file.write(json_line(row))
            count += 1
            if _is_in_crowd(shape, number):
                crowd.append(row["id"])
    with empty(folder / "out") as out:
        command = calling(OURS, "benchmarks.run.spark.steps:run", str(pages), str(out), memory)
        used = finished(command, folder / "spark.log", out)
        kept, steps = kept_texts(out), steps_in(out)
    stay = sum(one in kept for one in crowd)
    return {"shape": shape, "count": count, **ours(), **used.figures(), "bytes": pages.stat().st_size,
            "kept": len(kept), "crowd": len(crowd), "crowd_kept": stay, "steps": steps}  # fmt: skip


@click.command()
@click.argument("count", type=int)
@click.option("--memory", default="4g", show_default=True, help="Heap of Spark's JVM.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus is, or is to stay.")
def command(count: int, memory: str, folder: Path | None) -> None:
    """Clean COUNT planted pages on Spark as they are, as one site, and with a crowd of near-duplicates.

    A fifth of the pages is also cleaned as one site, to see what grows with the size of a site. The result
    is spark-skew-COUNT.json: for each step its seconds, its longest task, and the bytes shuffled.

    \b
    Examples:
      python -m benchmarks run spark-skew 100000 --folder /tmp/spark100k
    """
    before, rows = os.getloadavg()[0], []
    with corpus_in(folder, count) as found:
        for shape in SHAPES:
            rows.append(measured_shape(found, shape, memory))
            click.echo(json.dumps(rows[-1]))
    path = RESULTS / f"spark-skew-{count}.json"
    about = {"made": made(), "count": count, "memory": memory, "load": load_since(before)}
    write_json(path, {**about, "rows": rows})
    click.echo(str(path))
