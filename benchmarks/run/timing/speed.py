"""How fast systems are.

Rounds are interleaved: every system runs once before any runs again, each in its own process on the same
core, so that a busy machine slows all of them. The figure of a system is its median round. Its ratio to the
reference is the median of the ratios of CPU time in each round. On a shared machine, trust the ratio.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import RESULTS, ROOT, write_json
from benchmarks.peers.answers import cache_folder
from benchmarks.peers.environments import calling, identity_of, python_of
from benchmarks.peers.process import ONE_THREAD
from benchmarks.peers.speed_worker import BATCH
from benchmarks.peers.systems import HTML_PEERS, LINES_SYSTEMS, OUR_SYSTEMS, TEXT_PEERS, Peer
from benchmarks.run.timing import start_up
from benchmarks.run.timing.speed_samples import SEED, Sample, make_sample

SYSTEMS: Final = {
    "html": tuple(peer for peer in (*OUR_SYSTEMS, *HTML_PEERS) if peer.format == "html"),
    "text": tuple(peer for peer in (*OUR_SYSTEMS, *TEXT_PEERS) if peer.format == "text"),
    "news": tuple(peer for peer in (*OUR_SYSTEMS, *TEXT_PEERS) if peer.format == "text"),
    "lines": LINES_SYSTEMS,
}
REFERENCES: Final = {
    "html": "resiliparse",
    "text": "long-lines",
    "news": "long-lines",
    "lines": "detector-html",
}
PAGES: Final = {"html": 120, "text": 120, "news": 120, "lines": 6400}
# Systems that run for one round only, because a round takes minutes.
SLOW: Final = frozenset(
    {
        "chromerag",
        "newspaper4k",
        "goose3",
        "trafilatura-recall",
        "trafilatura-precision",
        "detector 0.1 (numba), and .lines",
    }
)


class Runner:
    """A system's process."""

    def __init__(self, system: Peer, sample: Sample, core: int) -> None:
        self.system, self.rounds = system, list[dict[str, Any]]()
        self._process: subprocess.Popen[bytes] | None = None
        self.ready = python_of(system.environment).is_file() and self._start(sample, core)

    def _start(self, sample: Sample, core: int) -> bool:
        """Start and warm up the process; tell whether it can be measured."""
        system = self.system
        given = [
            system.module,
            system.function,
            BATCH if system.batch else "page",
            str(sample.path),
            str(core),
        ]
        self._process = subprocess.Popen(
            calling(system.environment, "benchmarks.peers.speed_worker:main", *given),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD,
        )
        assert self._process.stdout is not None
        return bool(self._process.stdout.readline())

    def round(self) -> None:
        """Run the sample once."""
        assert self._process is not None and self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        self.rounds.append(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _row(runner: Runner, reference: Runner, sample: Sample) -> dict[str, Any]:
    """Return the figures of a system."""
    wall = [one["wall"] for one in runner.rounds]
    pairs = zip(runner.rounds, reference.rounds, strict=False)
    ratios = [one["cpu"] / other["cpu"] for one, other in pairs]
    middle = median(wall)
    speed = {"mb_per_s": sample.bytes / middle / 1e6, "lines_per_s": sample.lines / middle}
    figures = {
        "ms_per_page": 1000 * middle / sample.pages,
        "cpu_ms_per_page": 1000 * median(one["cpu"] for one in runner.rounds) / sample.pages,
        "ratio": median(ratios),
        "ratio_low": min(ratios),
        "ratio_high": max(ratios),
        **(speed if sample.lines else {"mb_per_s": speed["mb_per_s"]}),
    }
    return {
        "system": runner.system.name,
        **identity_of(runner.system),
        "rounds": len(wall),
        "batch": runner.system.batch,
        "failed_pages": runner.rounds[0]["failed"],
        **{name: round(float(f"{figure:.4g}"), 6) for name, figure in figures.items()},
    }


def measure(systems: Sequence[Peer], sample: Sample, rounds: int, reference: str) -> dict[str, Any]:
    """Run all systems in turns, `rounds` times (slow ones once), and return their rows."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    runners = [Runner(system, sample, core) for system in systems]
    ready = [runner for runner in runners if runner.ready]
    try:
        against = next((runner for runner in ready if runner.system.name == reference), None)
        if against is None:
            raise BenchmarkError(f"{reference}, which all are compared with, is not installed: see `setup`")
        for number in range(rounds):
            for runner in ready:
                if number == 0 or runner.system.name not in SLOW:
                    runner.round()
                    click.echo(f"{number} {runner.system.name} {runner.rounds[-1]['wall']:.3f} s")
    finally:
        for runner in runners:
            runner.close()
    return {
        "not_installed": [runner.system.name for runner in runners if not runner.ready],
        "reference": reference,
        "core": core,
        "rows": [_row(runner, against, sample) for runner in ready],
    }


def with_rows(before: dict[str, Any], again: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a result with the rows of some systems measured again. They record where and when."""
    if before["sample"] != again["sample"]:
        raise BenchmarkError("the other rows are from another sample: leave out --system, or --pages")
    new = {row["system"]: {**row, "made": again["made"]} for row in again["rows"] if row["system"] in names}
    rows = [new.pop(row["system"], row) for row in before["rows"]]
    missing = [name for name in before["not_installed"] if name not in names]
    return {**before, "rows": [*rows, *new.values()], "not_installed": missing + again["not_installed"]}


def _measured(what: str, pages: int | None, rounds: int, named: Sequence[str]) -> dict[str, Any]:
    """Measure the named systems, or all."""
    wanted = {*named, REFERENCES[what]} if named else set()
    systems = [peer for peer in SYSTEMS[what] if not wanted or peer.name in wanted]
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        sample = make_sample(what, pages or PAGES[what], Path(folder))
        found = measure(systems, sample, rounds, REFERENCES[what])
    size = {"pages": sample.pages, "bytes": sample.bytes, "lines": sample.lines, "seed": SEED}
    return {"sample": size, "made": made(), **found}


@click.command()
@click.argument("what", type=click.Choice([*SYSTEMS, "start"]))
@click.option("--pages", type=int, help="Pages of the sample; 120 by default, 6400 of `lines`.")
@click.option("--rounds", default=5, show_default=True, help="How often each system runs.")
@click.option("--system", "named", multiple=True, help="Measure only this system, and keep the other rows.")
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS, help="The folder to write to.")
def command(what: str, pages: int | None, rounds: int, named: tuple[str, ...], results: Path) -> None:
    """Measure speed, compared with peers and version 0.1, to speed-WHAT.json.

    html: pages of WCXB. text: their lines as text. news: long news texts. lines: many small pages,
    scored, and scored and their lines read. start: CPU seconds of whole processes.

    \b
    Examples:
      python -m benchmarks run speed html
      python -m benchmarks run speed text --rounds 3 --system winnow-md
      python -m benchmarks run speed lines
      python -m benchmarks run speed start
    """
    found = start_up.measure(rounds) if what == "start" else _measured(what, pages, rounds, named)
    path = results / f"speed-{what}.json"
    whole = {"what": what, **found}
    if named and what != "start" and path.is_file():
        whole = with_rows(json.loads(path.read_text()), whole, named)
    write_json(path, whole)
    click.echo(str(path))
