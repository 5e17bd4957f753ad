"""The memory and time of a command with all its processes."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import psutil

EVERY: Final = 0.1


class Used(NamedTuple):
    """code: the exit code; seconds: wall time; cpu: of all processes; peak: bytes of all processes.

    stopped: why it was stopped, or empty
    """

    code: int
    seconds: float
    cpu: float
    peak: int
    stopped: str = ""

    def figures(self) -> dict[str, float]:
        """Return time and memory of all processes, as they are in results."""
        return {
            "seconds": round(self.seconds, 1),
            "cpu_s": round(self.cpu, 1),
            "peak_mb": round(self.peak / 1e6),
        }


def _go_on() -> str:
    return ""


def _tree_of(root: int) -> list[psutil.Process]:
    """Return a process and its descendants."""
    try:
        process = psutil.Process(root)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _cpu_and_memory(process: psutil.Process) -> tuple[float, int]:
    """Return CPU seconds, without ended children, and bytes. Shared memory counts once."""
    try:
        times, memory = process.cpu_times(), process.memory_full_info()
    except psutil.Error:  # it has ended
        return 0.0, 0
    return times.user + times.system, getattr(memory, "pss", memory.rss)


def measured(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    stop: Callable[[], str] = _go_on,
    log: Path = Path(os.devnull),
) -> Used:
    """Run a command and measure it.

    stop: called every moment; when it returns a reason, all processes of the command are killed
    log: the file that gets its standard error
    """
    began = time.perf_counter()
    with log.open("wb") as errors:
        running = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=environment and dict(environment)
        )
    peak, cpu, stopped = 0, dict[int, float](), ""
    while (code := running.poll()) is None:
        found = {process.pid: _cpu_and_memory(process) for process in _tree_of(running.pid)}
        peak = max(peak, sum(memory for _, memory in found.values()))
        # The last measurement, because some workers are not waited for by their parents.
        cpu |= {pid: max(seconds, cpu.get(pid, 0.0)) for pid, (seconds, _) in found.items()}
        if stopped := stop():
            _kill(_tree_of(running.pid))  # it may have started others since
            code = running.wait()
            break
        time.sleep(EVERY)
    return Used(code, time.perf_counter() - began, sum(cpu.values()), peak, stopped)


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):  # it has ended
            process.kill()


def crowding() -> float:
    """Return how many processes compete for each core, at least 1. Time limits are multiplied by it."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def used_now(root: int) -> tuple[float, int]:
    """Return CPU seconds and bytes of a process and its descendants. Shared memory counts once."""
    found = [_cpu_and_memory(process) for process in _tree_of(root)]
    return sum(cpu for cpu, _ in found), sum(memory for _, memory in found)
