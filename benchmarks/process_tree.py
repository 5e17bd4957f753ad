"""Memory and time of a command with all its processes."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from detector.engines.memory import memory_of, tree_of

EVERY: Final = 0.1


class Used(NamedTuple):
    """code: its exit code; seconds: by the wall; cpu: of all processes; peak: bytes, their sum."""

    code: int
    seconds: float
    cpu: float
    peak: int


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
        processes = tree_of(running.pid)
        peak = max(peak, sum(map(memory_of, processes)))
        # As last seen: not all workers are waited for by who started them.
        cpu |= {process: max(_cpu_of(process), cpu.get(process, 0.0)) for process in processes}
        time.sleep(EVERY)
    return Used(running.returncode, time.perf_counter() - began, sum(cpu.values()), peak)
