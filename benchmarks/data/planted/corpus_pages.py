"""A corpus of planted sites with near-duplicates, and its truth.

pages.jsonl (id, url, text) and truth.jsonl (id, copy_of, lines: label, text and kind). Every 25th page has a
copy on its site with one word changed. The corpus is a stream, the same for the same seed.
"""

import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from joblib import Parallel, delayed

from benchmarks.data.planted.sites import Plan, PlantedPage, page_of, planned, sizes
from benchmarks.files import json_line, whole_file

COPY_EVERY: Final = 25
PAGES_A_SITE: Final = 60
# Pages that are made together: a few megabytes.
TOGETHER: Final = 1000
# With fewer tasks than this, another process does not pay off.
LEAST_TASKS: Final = 8


class Piece(NamedTuple):
    """Pages of one site. position: that of the first page in the corpus, not counting copies."""

    site: int
    size: int
    first: int
    last: int
    position: int


def changed(text: str, number: int) -> str:
    """Return a paragraph with one word changed, or one character in scripts without spaces."""
    parts = text.split(" ")
    if len(parts) < 3:
        return text[:5] + "々" + text[6:]
    parts[len(parts) // 2] = f"copy{number}"
    return " ".join(parts)


def _copy(page: PlantedPage, number: int) -> PlantedPage:
    longest = max((line for line in page.lines if line.label == "content"), key=lambda line: len(line.text))
    lines = tuple(
        line._replace(text=changed(line.text, number)) if line is longest else line for line in page.lines
    )
    return PlantedPage(f"{page.id}/print", lines)


@lru_cache(maxsize=1)
def _planned(seed: int, number: int, size: int) -> Plan:
    """Return the plan of a site.

    It is kept while its pages are made, because a large site is made in pieces.
    """
    return planned(seed, number, size)


def _pages(piece: Piece, seed: int) -> Iterator[tuple[PlantedPage, str | None]]:
    plan = _planned(seed, piece.site, piece.size)
    for position, number in enumerate(range(piece.first, piece.last), piece.position):
        page = page_of(seed, piece.site, plan, number)
        yield page, None
        if position % COPY_EVERY == 0:
            yield _copy(page, position), page.id


def _tasks(count: int) -> Iterator[list[Piece]]:
    """Yield what is made together, until there is at least as much as wanted."""
    number = max(count // PAGES_A_SITE, 5)
    largest = math.ceil(count / (math.log(number) + 0.5))
    pieces: list[Piece] = []
    position, pages = 0, 0
    for site, size in enumerate(sizes(number, largest)):
        for first in range(0, size, TOGETHER):
            last = min(first + TOGETHER, size)
            pieces.append(Piece(site, size, first, last, position))
            position, pages = position + last - first, pages + last - first
            if pages >= TOGETHER:
                yield pieces
                pieces, pages = [], 0
            if _rows_before(position) >= count:
                yield pieces
                return
    yield pieces


def _rows_before(position: int) -> int:
    """Return the number of rows before a page: pages and copies."""
    return position + -(-position // COPY_EVERY)


def _made(pieces: list[Piece], seed: int, most: int) -> tuple[str, str]:
    """Return the lines of both files for some pages, up to a limit."""
    pages, truth = [], []
    rows = ((piece, *page) for piece in pieces for page in _pages(piece, seed))
    for piece, page, copy_of in islice(rows, most):
        domain = _planned(seed, piece.site, piece.size).domain
        text = "\n".join(line.text for line in page.lines)
        pages.append(json_line({"id": page.id, "url": f"https://www.{domain}/{page.id}", "text": text}))
        lines = [[line.label, line.text, line.kind] for line in page.lines]
        truth.append(json_line({"id": page.id, "copy_of": copy_of, "lines": lines}))
    return "".join(pages), "".join(truth)


def write(folder: Path, count: int, seed: int = 1) -> None:
    """Write a corpus of `count` pages, with one process per core."""
    tasks = [pieces for pieces in _tasks(count) if pieces]
    workers = min(os.cpu_count() or 1, -(-len(tasks) // LEAST_TASKS))
    made = Parallel(workers, return_as="generator", batch_size=1, pre_dispatch="2*n_jobs")(
        delayed(_made)(pieces, seed, max(count - _rows_before(pieces[0].position), 0)) for pieces in tasks
    )
    with whole_file(folder / "pages.jsonl") as pages, whole_file(folder / "truth.jsonl") as truth:
        for some_pages, some_truth in made:
            pages.write(some_pages)
            truth.write(some_truth)


@contextmanager
def corpus_in(folder: Path | None, count: int) -> Iterator[Path]:
    """Give the folder of a corpus, which is reused; without one, a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="corpus-") as name:
        found = folder or Path(name)
        if not (found / "pages.jsonl").exists():  # it appears last
            write(found, count)
        yield found
