"""Data frames on Spark and a corpus run, on the same planted pages: time, memory, bytes shuffled, quality."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.planted.corpus_pages import corpus_in
from benchmarks.environment import load_since, made, ours
from benchmarks.files import RESULTS, json_lines, read_json, write_json
from benchmarks.measures.corpus_scores import scored
from benchmarks.measures.process_tree import Used
from benchmarks.peers.environments import calling
from benchmarks.peers.systems import OURS
from benchmarks.run.spark.near_duplicates import NEAR_DUPLICATES, SYSTEMS, near_duplicates
from benchmarks.run.spark.process import Limits, empty, finished, kept_texts, steps_in
from detector.cli.corpus_options import Size

# The first near-duplicate is kept by both, and nothing is refused.
RULES: Final = 'keep = "first"\nleast_pages = 1000000000\n'
ONE_MACHINE: Final = "detector"
SPARK: Final = "detector-spark"
# Rows of a group in Parquet, so that Spark can split the file.
ROW_GROUP: Final = 1000


def _row(system: str, used: Used, size: int) -> dict[str, Any]:
    rate = round(size / 1e6 / used.seconds, 2)
    return {"system": system, **ours(), **used.figures(), "mb_per_s": rate}


def _texts_of_afinished(out: Path) -> dict[str, str]:
    rows = (row for path in sorted((out / "data").rglob("*.jsonl")) for row in json_lines(path))
    return {row["id"]: row["text"] for row in rows}


def write_pages(pages: Path, folder: Path) -> None:
    """Write ids and texts of a file of pages as Parquet."""
    import pyarrow.json
    import pyarrow.parquet

    table = pyarrow.json.read_json(pages).select(["id", "text"])
    folder.mkdir()
    to = folder / "pages.parquet"
    pyarrow.parquet.write_table(table, to, row_group_size=ROW_GROUP, compression="zstd")


def compare(folder: Path, memory: str, limits: Limits, systems: Sequence[str] = SYSTEMS) -> dict[str, Any]:
    """Clean the pages of a folder in both ways, then find near-duplicates in these ways, in turn.

    Without systems, near-duplicates are not searched for.
    """
    pages, truth, rules = folder / "pages.jsonl", folder / "truth.jsonl", folder / "rules.toml"
    rules.write_text(RULES)
    size = pages.stat().st_size
    with empty(folder / ONE_MACHINE) as out:
        options = ["--output", str(out), "--workers", "2", "--rules", str(rules)]
        used = finished(
            [sys.executable, "-m", "detector", "clean", str(pages), *options], folder / "clean.log", out
        )
        wanted = _texts_of_afinished(out)
        rows = [_row(ONE_MACHINE, used, size) | scored(json_lines(truth), wanted)]
    click.echo(json.dumps(rows[-1]))
    with empty(folder / SPARK) as out:
        used = finished(
            calling(OURS, "benchmarks.run.spark.steps:run", str(pages), str(out), memory),
            folder / "spark.log",
            out,
        )
        found, steps = kept_texts(out), steps_in(out)
        rows.append(_row(SPARK, used, size) | scored(json_lines(truth), found))
        click.echo(json.dumps(rows[-1]))
        joined = {"clean pages": near_duplicates(out / "pages", truth, folder, memory, limits, systems)}
    with empty(folder / "parquet") as out:
        write_pages(pages, out)
        joined["pages as they are"] = near_duplicates(out, truth, folder, memory, limits, systems)
    searches = {"limits": limits._asdict(), "near_duplicates": joined} if systems else {}
    return {
        "bytes": size,
        "memory": memory,
        "rows": rows,
        "same_texts": found == wanted,
        "kept": len(found),
        "steps": steps,
        **searches,
    }


def earlier_searches(result: dict[str, Any]) -> dict[str, Any]:
    """Return the searches for near-duplicates of a result, and when they were made."""
    names = ("limits", "near_duplicates", "searched")
    return {"searched": {name: result[name] for name in ("made", "load")}} | {
        name: result[name] for name in names if name in result
    }


@click.command()
@click.argument("count", type=int)
@click.option("--memory", default="2g", show_default=True, help="Heap of Spark's JVM.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the corpus is, or is to stay.")
@click.option("--limit", default=1800.0, show_default=True, help="Seconds for each search.")
@click.option("--disk", type=Size(), default="20GB", show_default=True, help="What each search may write.")
@click.option("--only-ours", is_flag=True, help="Without MinHashLSH.")
@click.option("--only-cleaning", is_flag=True, help="Keep the searches of an earlier result.")
def command(
    count: int,
    memory: str,
    folder: Path | None,
    limit: float,
    disk: int,
    only_ours: bool,
    only_cleaning: bool,
) -> None:
    """Clean a planted corpus of COUNT pages by data frames on local[2], and by a corpus run.

    Then find the near-duplicates of the clean pages, and of the pages as they are, with detector.spark and
    with MinHashLSH, as is usual on Spark. A search that exceeds a limit is stopped, and its row says so. The
    result is spark-COUNT.json, with the load of the machine: other work makes the times longer.

    \b
    Examples:
      python -m benchmarks run spark 10000
      python -m benchmarks run spark 100000 --folder /tmp/spark100k --limit 3600
      python -m benchmarks run spark 1000000 --folder /tmp/spark1m --only-ours
      python -m benchmarks run spark 100000 --only-cleaning
    """
    path = RESULTS / f"spark-{count}.json"
    systems = (NEAR_DUPLICATES,) if only_ours else SYSTEMS
    earlier = earlier_searches(read_json(path)) if only_cleaning else {}
    with corpus_in(folder, count) as found:
        before = os.getloadavg()[0]
        result = compare(found, memory, Limits(limit, disk), () if only_cleaning else systems)
    write_json(path, {"made": made(), "count": count, "load": load_since(before), **earlier, **result})
    click.echo(str(path))
