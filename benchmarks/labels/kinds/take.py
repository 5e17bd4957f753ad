"""From readers' answers to label files."""

import json
from pathlib import Path
from typing import Any

import click

from benchmarks.data.pages import Page
from benchmarks.labels.kinds.answers import parse
from benchmarks.labels.kinds.records import FOLDER, KindLabels, read, write
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.label_files import LabelError, line_hash
from benchmarks.labels.lines import lines_of


def labels_of(page: Page, answer: str, reader: str, where: str) -> KindLabels:
    """Return the labels of an answer about a page."""
    texts = [line.text for line in lines_of(page)]
    said = parse(answer, len(texts), where)
    hashes = tuple(line_hash(text) for text in texts)
    return KindLabels(page.key, reader, hashes, said.kinds, said.copies)


def taken(job: Path, reader: str) -> tuple[str, list[KindLabels]]:
    """Return the reading that a job belongs to, and its labels; raises `LabelError` with every error."""
    about: dict[str, Any] = json.loads((job / "job.json").read_text("utf-8"))
    found = pages_named(set(about["pages"].values()))
    rows, faults = [], []
    for name, page in about["pages"].items():
        path = job / f"{name}.ans"
        if not path.is_file():
            faults.append(f"{path} is missing")
            continue
        try:
            rows.append(labels_of(found[page], path.read_text("utf-8"), reader, str(path)))
        except LabelError as error:
            faults.append(str(error))
    if faults:
        raise LabelError("\n".join(faults))
    return about["reading"], rows


@click.command()
@click.argument("jobs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--reader", help="Who read the jobs; the job's number if it is left out.")
def command(jobs: tuple[Path, ...], reader: str | None) -> None:
    """Read the answers of jobs, and write training_data/labels/kinds/READING.jsonl.

    Pages that were taken before are replaced. A job with an error is not written at all.

    \b
    Examples:
      python -m benchmarks labels take ../jobs/01 ../jobs/02
    """
    for job in jobs:
        reading, rows = taken(job, reader or f"job-{job.name}")
        path = FOLDER / f"{reading}.jsonl"
        known = {row.page: row for row in read(path)} if path.is_file() else {}
        write(path, (known | {row.page: row for row in rows}).values())
        click.echo(f"{job}: {sum(len(row.kinds) for row in rows)} lines on {len(rows)} pages to {path.name}")
