"""Long runs: memory must not grow, and the same pages must get the same bytes at the end as at the start."""

import asyncio
import gc
import hashlib
import json
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, Final

import click
import httpx2
import psutil

from benchmarks.data.planted.corpus_pages import write as write_planted
from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, json_lines, read_json, write_json
from benchmarks.reliability.faults.scenarios import HTML
from benchmarks.serving.load import OURS_SERVED, load, served
from detector.detector import Detector
from detector.text.page import Page

NAME: Final = "reliability-soak"
BATCH: Final = 50
# Pages that are scored at the start and at the end, and by workers of all kinds.
COMPARED: Final = 60
LARGE: Final = 1_000_000
WORKERS: Final = 2
# The largest difference in memory between a quarter of a run and its end.
FLAT: Final = 1.1
RUNS: Final = ("workers", "process", "large", "serve")
POOLS: Final = ("threads", "processes by fork", "processes by spawn")
LARGE_RUN: Final = "one process, pages of 1 MB"
SERVE_RUN: Final = "detector serve under load"
ORDER: Final = (*POOLS, "one process", LARGE_RUN, SERVE_RUN)


def _texts(count: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        write_planted(Path(name), count)
        return [row["text"] for row in json_lines(Path(name) / "pages.jsonl")]


def _page(text: str, number: int) -> Page:
    """Return a page: every second one as HTML."""
    if number % 2:
        return Page(text, "text")
    return Page(
        HTML.format(title="A page", body="".join(f"<p>{line}</p>" for line in text.split("\n"))), "html"
    )


def digest(pages: Sequence[Page]) -> str:
    """Return a hash of all results for some pages."""
    found = hashlib.blake2b()
    for page in Detector().score_batch(list(pages)):
        found.update(json.dumps(page.to_dict()).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def _memory() -> int:
    gc.collect()
    return round(psutil.Process().memory_info().rss / 1e6)


def _batches(pages: Iterator[Page], size: int) -> Iterator[list[Page]]:
    while batch := list(islice(pages, size)):
        yield batch


def _through_one_process(
    name: str, pages: Callable[[], Iterator[Page]], count: int, size: int
) -> Iterator[dict[str, Any]]:
    """Score pages batch by batch; measure memory after a quarter and at the end."""
    detector, first = Detector(), list(islice(pages(), min(COMPARED, count)))
    start, done, at_quarter = digest(first), 0, 0
    for batch in _batches(islice(pages(), count), size):
        for page in detector.score_batch(batch):
            page.clean_text, page.lines  # noqa: B018 (made when they are looked at)
        done += len(batch)
        if not at_quarter and done >= count / 4:
            at_quarter = _memory()
    yield {"run": name, "count": done, "memory_mb": [at_quarter, _memory()], "equal": digest(first) == start}


def _endless(texts: Sequence[str]) -> Iterator[Page]:
    number = 0
    while True:
        yield _page(f"{texts[number % len(texts)]}\nPage {number}", number)
        number += 1


def _large(texts: Sequence[str]) -> Iterator[Page]:
    """Yield different pages of a megabyte each."""
    number = 0
    while True:
        order = texts[number % len(texts) :] + texts[: number % len(texts)]
        text = "\n".join(order)
        yield _page((text * (LARGE // len(text) + 1))[:LARGE], number)
        number += 1


def _by_workers(texts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Score the same pages in threads, and in processes of both kinds."""
    pages = list(islice(_endless(texts), COMPARED))
    parts = [pages[at : at + COMPARED // 6] for at in range(0, COMPARED, COMPARED // 6)]
    wanted = [digest(part) for part in parts]
    pools: tuple[Callable[[], Any], ...] = (
        lambda: ThreadPoolExecutor(4),
        lambda: ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")),
        lambda: ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")),
    )
    for name, pool in zip(POOLS, pools, strict=True):
        before = _memory()
        with pool() as workers:
            found = list(workers.map(digest, parts))
        yield {"run": name, "count": COMPARED, "memory_mb": [before, _memory()], "equal": found == wanted}


def _served(texts: Sequence[str], seconds: float) -> Iterator[dict[str, Any]]:
    """Let clients send requests to `detector serve` for a while."""
    pages = [str(_page(text, 0).text).encode() for text in texts[:100]]
    with served(OURS_SERVED, 1) as target:
        body = target.body(pages[0])
        ask = {"content": body, "headers": {"content-type": target.type}, "timeout": 60.0}
        url = f"http://127.0.0.1:{target.port}{target.path}"
        first = httpx2.post(url, **ask).content
        seen = asyncio.run(load(target, pages, 8, seconds))
        last = httpx2.post(url, **ask).content
    if seen.failed or not seen.memory:
        raise BenchmarkError(f"{seen.failed} of {seen.answered} requests failed")
    quarter = seen.memory[len(seen.memory) // 4]
    memory = [round(number / 1e6) for number in (quarter, seen.memory[-1])]
    yield {
        "run": SERVE_RUN,
        "count": seen.answered,
        "seconds": seconds,
        "memory_mb": memory,
        "equal": first == last,
    }


@click.command()
@click.option("--pages", "count", default=20_000, show_default=True, help="Pages through one process.")
@click.option("--large", default=100, show_default=True, help="Pages of 1 MB through one process.")
@click.option("--seconds", default=300.0, show_default=True, help="Of load on the server.")
@click.option("--write/--no-write", default=True, help="Write the result.")
@click.option("--run", "chosen", type=click.Choice(RUNS), multiple=True, help="By default all.")
def command(count: int, large: int, seconds: float, write: bool, chosen: tuple[str, ...]) -> None:
    """Score pages for a long time, to reliability-soak.json.

    Memory after a quarter of each run and at its end must be the same, and the first pages must get the same
    bytes at the end as at the start.

    \b
    Examples:
      python -m benchmarks reliability soak
      python -m benchmarks reliability soak --pages 1000 --large 4 --seconds 10 --no-write
      python -m benchmarks reliability soak --run serve --seconds 1800
    """
    texts, path = _texts(600), RESULTS / f"{NAME}.json"
    runs: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
        "workers": lambda: _by_workers(texts),
        "process": lambda: _through_one_process("one process", lambda: _endless(texts), count, BATCH),
        "large": lambda: _through_one_process(LARGE_RUN, lambda: _large(texts), large, 1),
        "serve": lambda: _served(texts, seconds),
    }
    rows = list[dict[str, Any]]()
    for name in chosen or runs:
        for row in runs[name]():
            click.echo(json.dumps(row))
            rows.append(row)
            if write:
                write_json(path, {"made": made(), "rows": _with(path, row)})
    grown = [row["run"] for row in rows if row["memory_mb"][1] > FLAT * row["memory_mb"][0]]
    if wrong := [row["run"] for row in rows if not row["equal"]] or grown:
        raise BenchmarkError(f"other bytes at the end, or more memory: {', '.join(wrong)}")


def _with(path: Path, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a result with one of them replaced; those of other runs stay."""
    before = read_json(path)["rows"] if path.is_file() else []
    found = {**{old["run"]: old for old in before}, row["run"]: row}
    return [found[name] for name in sorted(found, key=ORDER.index)]
