"""Fills the tables of README.md and docs/*.md, between `<!-- table: NAME -->` and `<!-- end table -->`.

NAME is a key of `TABLES` and a result, as in `quality-html wcxb-dev`. Tables of quality and speed take the
systems to show after that: `quality-html wcxb-dev detector-html trafilatura`. Without them, all are shown.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from benchmarks.files import RESULTS, ROOT
from benchmarks.tables import (
    adaptation_tables,
    behind_tables,
    corpus_tables,
    near_duplicate_tables,
    profile_tables,
    quality_tables,
    reliability_tables,
    scale_tables,
    speed_tables,
)
from benchmarks.tables.cells import TableError, grid, read

DECISIONS: Final = "site-decisions"
LABELS: Final = ROOT / "benchmarks" / "labels"
MARKED: Final = re.compile(r"(<!-- table: ([^>]*?) -->\n)(.*?)(<!-- end table -->)", re.DOTALL)


def duplicates(folder: Path, words: str) -> str:
    """Return a table of near-duplicates: "rates 10000", "quality 10000", "signing signing", "news news"."""
    kind, _, name = words.partition(" ")
    if kind not in near_duplicate_tables.KINDS or not name:
        raise TableError(
            f"no table {words!r} of near-duplicates: {', '.join(near_duplicate_tables.KINDS)}, and a run"
        )
    return grid(*near_duplicate_tables.KINDS[kind](read(folder, f"duplicates-{name}")))


def corpus(folder: Path, words: str) -> str:
    """Return a table of corpus runs.

    "10000" for the systems at a size, "stages 10000" for their stages, "kinds 10000" for ours by kinds of
    lines, "real sites", "kills", or "read-pages".
    """
    if words == "read-pages":
        return grid(*corpus_tables.read_pages(read(LABELS, words)))
    kind, _, name = words.rpartition(" ")
    if kind not in corpus_tables.OF_RUNS:
        raise TableError(
            f"no table {words!r} of corpus runs: a size (also stages, kinds), real sites, kills or read-pages"
        )
    result = read(folder, f"corpus-{name}")
    if name == "kills":
        return grid(*corpus_tables.kills(result))
    return f"{grid(*corpus_tables.OF_RUNS[kind](result))}\n{corpus_tables.when(result)}"


def spark(folder: Path, words: str) -> str:
    """Return a table of data frames on Spark: "10000", a number of pages, or "near-duplicates 10000".

    "calculated 1000000" is for larger crawls, from the rates at this size.
    """
    kind, _, count = words.rpartition(" ")
    if kind == "calculated":
        return grid(*scale_tables.calculated(read(folder, f"spark-{count}"), read(folder, "speed-html")))
    if kind not in corpus_tables.ON_SPARK:
        raise TableError(
            f"no table {words!r} of Spark: a number of pages, near-duplicates, skew or options and a number"
        )
    result = read(folder, f"spark-{kind}-{count}" if kind in ("skew", "options") else f"spark-{count}")
    return f"{grid(*corpus_tables.ON_SPARK[kind](result))}\n{corpus_tables.when(result)}"


def cost(folder: Path, name: str) -> str:
    """Return what a million pages cost, from runs over "10000 100000 ..." pages, here and on Spark."""
    counts = name.split()
    results = [read(folder, f"corpus-{count}") for count in counts]
    return grid(*corpus_tables.cost(results, [read(folder, f"spark-{count}") for count in counts]))


def profile(folder: Path, words: str) -> str:
    """Return a table of sites: "summary", "sites text 30", "newlines", "time", "decisions" or "judged"."""
    kind, *of = words.split()
    if kind not in profile_tables.KINDS:
        raise TableError(f"no table {words!r} of profiles: {', '.join(profile_tables.KINDS)}")
    name = {"newlines": "newlines", "decisions": DECISIONS, "judged": DECISIONS}.get(kind, "profile")
    return grid(*profile_tables.KINDS[kind](read(LABELS if kind == "judged" else folder, name), of))


def adaptation(folder: Path, words: str) -> str:
    """Return a table of adapting to new languages: "languages news" or "general mixed"."""
    kind, _, pair = words.partition(" ")
    if kind not in adaptation_tables.KINDS or not pair:
        raise TableError(
            f"no table {words!r} of adapting: {', '.join(adaptation_tables.KINDS)}, and a pair of models"
        )
    return grid(*adaptation_tables.KINDS[kind](read(folder, f"adaptation-{pair}")))


def reliability(folder: Path, kind: str) -> str:
    """Return a table of reliability: "faults", "fuzz" and so on, or "runs", when and where they were made."""
    if kind == "runs":
        there = [name for name in reliability_tables.KINDS if (folder / f"reliability-{name}.json").is_file()]
        return grid(*reliability_tables.runs({name: read(folder, f"reliability-{name}") for name in there}))
    if kind not in reliability_tables.KINDS:
        raise TableError(f"no table {kind!r} of reliability: runs, {', '.join(reliability_tables.KINDS)}")
    return grid(*reliability_tables.KINDS[kind](read(folder, f"reliability-{kind}")))


TABLES: Final[dict[str, Callable[[Path, str], str]]] = {
    "quality-html": quality_tables.quality_html,
    "quality-text": quality_tables.quality_text,
    "sample-html": quality_tables.sample_html,
    "renderings": quality_tables.renderings,
    "held": quality_tables.held,
    "breaks": quality_tables.breaks,
    "calibration": quality_tables.calibration,
    "lines": quality_tables.lines,
    "decided-lines": quality_tables.decided_lines,
    "labels": quality_tables.labels,
    "kinds": quality_tables.kinds,
    "line-kinds": quality_tables.line_kinds,
    "verdict": quality_tables.verdict,
    "parts": quality_tables.parts,
    "copies": quality_tables.copies,
    "behind": behind_tables.behind,
    "speed": speed_tables.speed,
    "serve": speed_tables.serve,
    "workers": speed_tables.workers,
    "duplicates": duplicates,
    "corpus": corpus,
    "spark": spark,
    "cost": cost,
    "profile": profile,
    "adaptation": adaptation,
    "reliability": reliability,
}


def table(folder: Path, words: str) -> str:
    """Return the table of a marker, as in "speed html"."""
    kind, _, name = words.partition(" ")
    if kind not in TABLES or not name:
        raise TableError(f"no table {words!r}; there are {', '.join(TABLES)}, each with a set or sample")
    return TABLES[kind](folder, name)


def filled(text: str, folder: Path) -> str:
    """Return a document with its tables filled in."""
    if text.count("<!-- table:") != len(MARKED.findall(text)):
        raise TableError("a table has no `<!-- end table -->`")
    return MARKED.sub(lambda found: found[1] + table(folder, found[2]) + found[4], text)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a table is out of date.")
def command(check: bool) -> None:
    """Write the tables of README.md and docs/*.md from benchmarks/results/.

    A table goes between `<!-- table: quality-html wcxb-dev -->` and `<!-- end table -->`. Name systems in the
    marker to show only their rows: `<!-- table: quality-html wcxb-dev detector-html trafilatura -->`.

    \b
    Examples:
      python -m benchmarks tables
      python -m benchmarks tables --check
    """
    stale = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8")
        made = filled(text, RESULTS)
        if made != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.write_text(made, encoding="utf-8")
    if check and stale:
        raise TableError(f"tables out of date: {', '.join(stale)}; run `python -m benchmarks tables`")
    click.echo(f"written: {', '.join(stale)}" if stale else "all tables are up to date")
