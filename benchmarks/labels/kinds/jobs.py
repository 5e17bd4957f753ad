"""Folders of pages for readers, of about the same length: JOBS/01/NAME.txt, to be answered in NAME.ans.

First come the pages that have coarser labels (shown as hints), then new pages, second readings, and locked
pages. The pages of a site are in one job if they fit. job.json has the name of the reading.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from benchmarks.data.pages import Page
from benchmarks.files import ROOT, write_json
from benchmarks.labels.kinds.records import drawn
from benchmarks.labels.kinds.show import listing
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.label_files import LabelError, settled

GUIDE: Final = ROOT / "training_data" / "LABELLING.md"
Drawn = dict[str, Any]

JOB_LINES: Final = 1350
# The pages of each reading, in reading order.
READINGS: Final[Mapping[str, Callable[[Drawn], bool]]] = {
    "refined": lambda row: bool(row["lot"] == "refined"),
    "first": lambda row: bool(row["lot"] == "new"),
    "second": lambda row: bool(row["twice"]),
    "refined-locked": lambda row: bool(row["lot"] == "refined-locked"),
    "locked": lambda row: bool(row["lot"] == "locked"),
}


def jobs_of(rows: Sequence[Drawn]) -> Iterator[list[Drawn]]:
    """Yield the pages of each job of a reading, in jobs of about the same length."""
    total = sum(row["lines"] for row in rows)
    count = max(1, round(total / JOB_LINES))
    job: list[Drawn] = []
    done, number = 0, 1
    for row in sorted(rows, key=lambda row: (row["group"], row["language"], row["page"])):
        if job and done + row["lines"] / 2 > total * number / count:
            yield job
            job, number = [], number + 1
        job.append(row)
        done += row["lines"]
    if job:
        yield job


def write_job(folder: Path, reading: str, rows: Sequence[Drawn], found: dict[str, Page]) -> None:
    """Write one job."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(GUIDE, folder / "guide.md")
    hints = {row.page: row.labels for row in settled()} if reading.startswith("refined") else {}
    names = {}
    for number, row in enumerate(rows):
        name = f"{number:02d}-{row['page'].split('/', 1)[0]}"
        names[name] = row["page"]
        said = listing(found[row["page"]], row["language"], hints.get(row["page"], ()))
        (folder / f"{name}.txt").write_text("\n".join(said) + "\n", "utf-8", errors="replace")
    lines = sum(row["lines"] for row in rows)
    write_json(folder / "job.json", {"reading": reading, "lines": lines, "pages": names})


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def command(folder: Path) -> None:
    """Write the chosen pages as reading jobs, FOLDER/01, FOLDER/02 and so on.

    The folder must be outside the repository, because pages have third-party text.

    \b
    Examples:
      python -m benchmarks labels jobs ../jobs
    """
    if folder.resolve().is_relative_to(ROOT):
        raise LabelError(f"{folder} is inside the repository, and pages' texts must not be")
    rows = drawn()
    found = pages_named({row["page"] for row in rows})
    number = 0
    for reading, belongs in READINGS.items():
        for job in jobs_of([row for row in rows if belongs(row)]):
            number += 1
            write_job(folder / f"{number:02d}", reading, job, found)
            click.echo(f"{number:02d} {reading:15} {len(job):3} pages {sum(r['lines'] for r in job):5} lines")
