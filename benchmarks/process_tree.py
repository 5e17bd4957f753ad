"""Memory and time of a command with all its processes."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

EVERY: Final = 0.1


class Used(NamedTuple):
    """code: its exit code; seconds: by the wall; cpu: of all processes; peak: bytes, their sum."""

    code: int
    seconds: float
    cpu: float
    peak: int


def _tree(root: int) -> list[int]:
    """Return the processes below one, and itself."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, at = [root], 0
    while at < len(found):
        found += parents.get(found[at], [])
        at += 1
    return found


def _proportional(process: int) -> int:
    """Return a process's bytes, shared pages by their share."""
    try:
        for line in (Path("/proc") / str(process) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _cpu_of(process: int) -> float:
    """Return the CPU seconds of a process, those of its ended children left out."""
    try:
        fields = (Path("/proc") / str(process) / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Used:
    """Run a command and measure it."""
    began = time.perf_counter()
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment and dict(environment)
    )
    peak, cpu = 0, dict[int, float]()
    while running.poll() is None:
        processes = _tree(running.pid)
        peak = max(peak, sum(map(_proportional, processes)))
        # As last seen: not all workers are waited for by who started them.
        cpu |= {process: max(_cpu_of(process), cpu.get(process, 0.0)) for process in processes}
        time.sleep(EVERY)
    return Used(running.returncode, time.perf_counter() - began, sum(cpu.values()), peak)
