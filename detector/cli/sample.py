"""What `detector clean --sample` and `--dry-run` print: the plan of a run, and what it would drop and why."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from detector.cli.terminal import cell, counted, print_page_text
from detector.corpus.run import Outcome, Resources
from detector.corpus.run_log import in_units, in_words
from detector.corpus.sample import Estimate, ExamplePage, Sample

# Rows of a table, lines of a page, and characters of each.
SHOWN: Final = 20
LINES: Final = 16
WIDTH: Final = 72
# A site with so many pages in the sample has its lines counted about as in a run.
ENOUGH: Final = 10


def print_sample(outcome: Outcome, sample: Sample, resources: Resources, output: Path | None) -> None:
    """Print the plan, then what was found in the sample."""
    for row in (
        *_plan(sample.estimate, resources, output),
        *_counts(outcome.report, sample),
        *_dropped(outcome.report),
        *_left_out(outcome.report, sample),
        *(row for page in sample.examples for row in _page(page)),
    ):
        print_page_text(row)


def _plan(estimate: Estimate, resources: Resources, output: Path | None) -> Iterator[str]:
    place = next(path for path in (output or Path.cwd()).absolute().parents if path.exists())
    files = counted(estimate.files, "file")
    yield f"Plan: {in_units(estimate.bytes)} in {files}, about {estimate.pages:,} pages"
    workers = counted(resources.workers, "worker")
    yield f"  time    about {in_words(estimate.seconds)} with {workers}"
    yield f"  memory  at most {in_units(resources.memory)} (--memory)"
    free = shutil.disk_usage(place).free
    yield f"  disk    about {in_units(estimate.disk)} while it runs; {in_units(free)} are free"
    if estimate.disk > free:
        yield "          that is too little: choose another --output"


def _counts(report: dict[str, Any], sample: Sample) -> Iterator[str]:
    places = f" from {sample.places} places" if sample.pages < sample.estimate.pages else ""
    yield ""
    yield f"A sample of {sample.pages:,} of about {sample.estimate.pages:,} pages{places}. Results for these:"
    for kind in ("by_source", "by_site"):
        yield ""
        yield f"{kind.removeprefix('by_'):<40}  documents      kept   text lost"
        for row in report[kind][:SHOWN]:
            yield f"{row['name'][:40]:<40}  {row['documents']:>9,} {row['kept']:>9,}  {row['lost']:>9.1%}"
    few = sum(row["documents"] < ENOUGH for row in report["by_site"])
    if few and sample.pages < sample.estimate.pages:
        yield ""
        yield (
            f"{few:,} of these sites have fewer than {ENOUGH} pages in the sample. A run counts the lines of "
            "all their pages, and drops more of their template."
        )


def _dropped(report: dict[str, Any]) -> Iterator[str]:
    reasons = report["bytes_dropped_by_reason"]
    if reasons:
        yield from ("", "Dropped, by the strongest reason:")
        for name, size in sorted(reasons.items(), key=lambda item: -item[1])[:SHOWN]:
            yield f"{in_units(size):>10}  {name}"
    yield from ("", "Lines dropped most often:")
    for row in report["most_dropped_lines"][:SHOWN]:
        yield f"{row['count']:>8,}  {row['site'][:30]:<30}  {cell(row['text'][:70])}"


def _left_out(report: dict[str, Any], sample: Sample) -> Iterator[str]:
    if sample.duplicates:
        yield from ("", "Near-duplicates in the sample (a run compares all pages), and what stays:")
        yield from (f"  {cell(gone)}  {cell(stays)}" for gone, stays in sample.duplicates)
    for name, found in report.get("filtered", {}).items():
        yield from ("", f"Left out by {name}: {found['documents']:,} documents")
        for one in found["examples"]:
            yield f"{one['id'][:30]:<30}  {one['value']!s:<10}  {one['text'][:60]!r}"


def _page(page: ExamplePage) -> Iterator[str]:
    """Yield an example: its lines, with the reason for those that are dropped."""
    lines = [line for line in page.lines if line.kept is not None]
    yield from ("", f"Example {cell(page.id)}:")
    for line in lines[:LINES]:
        shown = cell(line.text[:WIDTH])
        yield f"  keep  {shown}" if line.kept else f"  drop  {shown}  [{line.reason} {line.score:.2f}]"
    if len(lines) > LINES:
        yield f"  and {len(lines) - LINES:,} more lines"
