"""The cost of starting: CPU seconds of whole processes, in this version and in version 0.1."""

import os
import resource
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any, Final, NamedTuple

import click

from benchmarks.environment import made
from benchmarks.errors import BenchmarkError
from benchmarks.files import ROOT
from benchmarks.peers.environments import identity_of, python_of
from benchmarks.peers.systems import NUMBA, OUR_SYSTEMS, OURS, Peer

PAGE: Final = "examples/headline.txt"
# What a process does: Python alone, an import, a command.
PROCESSES: Final = {
    "python": ("-c", "pass"),
    "import detector": ("-c", "import detector"),
    f"detector score {PAGE}": ("-m", "detector", "score", PAGE),
}


NAMES: Final = ("detector", "detector 0.1 (numba)")


class Used(NamedTuple):
    """CPU seconds and wall time of a process."""

    cpu: float
    wall: float


def _versions() -> list[Peer]:
    """Return a system of each of our versions. Its format and function do not matter."""
    chosen = [next(peer for peer in OUR_SYSTEMS if peer.environment == name) for name in (OURS, NUMBA)]
    return [replace(peer, name=name) for peer, name in zip(chosen, NAMES, strict=True)]


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Restrict child processes to one core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _used(environment: str, arguments: Sequence[str]) -> Used:
    """Run a process and return what it took."""
    # The checkout must not hide the version that the environment has.
    safe = [] if environment == OURS else ["-P"]
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([python_of(environment), *safe, *arguments], cwd=ROOT, check=True, capture_output=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - wall
    return Used(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def measure(rounds: int) -> dict[str, Any]:
    """Run the processes in turns, `rounds` times after a warm-up, and return their rows."""
    systems = _versions()
    if not python_of(NUMBA).is_file():
        raise BenchmarkError(f"version 0.1 is not installed: run `python -m benchmarks setup {NUMBA}` first")
    cases = [(system, what) for what in PROCESSES for system in systems]
    found: dict[tuple[str, str], list[Used]] = {(system.name, what): [] for system, what in cases}
    with _on_one_core():
        for number in range(rounds + 1):
            for system, what in cases:
                used = _used(system.environment, PROCESSES[what])
                if number:
                    found[system.name, what].append(used)
                    click.echo(f"{number} {system.name}, {what}: {used.cpu:.3f} s of CPU")
    rows = [
        {
            "system": system.name,
            **identity_of(system),
            "process": what,
            "rounds": rounds,
            "cpu_s": round(median(used.cpu for used in found[system.name, what]), 4),
            "wall_s": round(median(used.wall for used in found[system.name, what]), 4),
        }
        for system, what in cases
    ]
    return {"made": made(), "rows": rows}
