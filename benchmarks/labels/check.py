"""Refuses label files that must be wrong."""

from collections.abc import Callable, Sequence
from typing import Final

import click
import numpy as np

from benchmarks.data.sets import SETS
from benchmarks.labels.kinds.records import FOLDER as KINDS_FOLDER
from benchmarks.labels.kinds.records import check_lines
from benchmarks.labels.kinds.records import read as read_kinds
from benchmarks.labels.kinds.single_lines import PATH as SINGLE_LINES
from benchmarks.labels.kinds.single_lines import kinds_of_lines, read_single_lines
from benchmarks.labels.kinds.sources import pages_named
from benchmarks.labels.label_files import FOLDER, LabelError, Labels, line_hash, read
from benchmarks.labels.lines import lines_of
from benchmarks.measures.metrics import tokens

# How likely a content line is longer than a template line: .85 on the 22 hand-labelled pages; labels in
# another order give about .5.
LEAST_ORDER: Final = 0.7
# With fewer lines of either class, their order cannot be judged.
LEAST_LINES: Final = 20


def order_of_lengths(lengths: Sequence[int], labels: Sequence[str]) -> float:
    """Return how often a content line is longer than a template line (area under the curve)."""
    size, label = np.asarray(lengths, float), np.asarray(labels)
    content, template = np.sort(size[label == "content"]), size[label == "template"]
    if content.size < LEAST_LINES or template.size < LEAST_LINES:
        return float("nan")
    longer = content.size - np.searchsorted(content, template, side="right")
    equal = np.searchsorted(content, template, side="right") - np.searchsorted(content, template)
    return float((longer + equal / 2).mean() / content.size)


def check(rows: Sequence[Labels], texts_of: Callable[[str], Sequence[str]]) -> None:
    """Refuse labels whose hashes differ from those of their lines, or whose order looks random.

    texts_of: returns the lines of the page SET/PAGE.
    """
    lengths: list[int] = []
    labels: list[str] = []
    for row in rows:
        texts = texts_of(row.page)
        if len(texts) != len(row.hashes):
            raise LabelError(f"{row.page} has {len(texts)} lines, and {len(row.hashes)} labels")
        for number, (text, hashed) in enumerate(zip(texts, row.hashes, strict=True)):
            if line_hash(text) != hashed:
                raise LabelError(f"{row.page}, line {number}: the page has another text there")
        lengths += [len(tokens(text)) for text in texts]
        labels += row.labels
    order = order_of_lengths(lengths, labels)
    if order < LEAST_ORDER:
        raise LabelError(
            f"content is longer than template in {order:.2f} of pairs only: are the labels shuffled?"
        )


def texts_of_pages(wanted: set[str]) -> dict[str, list[str]]:
    """Return the lines of the requested pages, from the shared data."""
    sets = {page.split("/", 1)[0] for page in wanted}
    pages = (page for record in SETS if record.name in sets for page in record.pages())
    return {page.key: [line.text for line in lines_of(page)] for page in pages if page.key in wanted}


@click.command()
def command() -> None:
    """Refuse label files whose lines differ from those of their pages, or whose labels are shuffled.

    \b
    Examples:
      python -m benchmarks labels check
    """
    files = sorted(FOLDER.glob("*.jsonl"))
    for path in files:
        rows = read(path)
        texts = texts_of_pages({row.page for row in rows})
        check(rows, lambda page, texts=texts: texts.get(page, ()))  # type: ignore[misc]
        click.echo(f"{path.name}: {sum(len(row.labels) for row in rows)} labels on {len(rows)} pages")
    readings = (path for path in sorted(KINDS_FOLDER.glob("*.jsonl")) if path != SINGLE_LINES)
    by_kind, single = [row for path in readings for row in read_kinds(path)], read_single_lines()
    found = pages_named({row.page for row in by_kind} | single.keys())
    texts_by_page = {name: [line.text for line in lines_of(page)] for name, page in found.items()}
    for row in by_kind:
        check_lines(row, texts_by_page.get(row.page, ()))
    click.echo(f"by kind: {sum(len(row.kinds) for row in by_kind)} labels on {len(by_kind)} pages")
    for page, labels in single.items():
        kinds_of_lines(page, labels, texts_by_page.get(page, ()))
    click.echo(f"single lines: {sum(map(len, single.values()))} labels on {len(single)} pages")
    click.echo(f"{len(files)} label files and those by kind are in order")
