"""The time, memory and disk space of a command with all its processes."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import psutil

EVERY: Final = 0.1
# Seconds between two measurements of a folder, which may have many files.
EVERY_FOLDER: Final = 1.0


class Used(NamedTuple):
    """code: the exit code; seconds: wall time; cpu: of all processes; peak: bytes of all processes.

    stopped: why it was stopped, or empty
    disk: the most bytes that were in the folder that it writes to, 0 if none was named
    """

    code: int
    seconds: float
    cpu: float
    peak: int
    stopped: str = ""
    disk: int = 0

    def figures(self) -> dict[str, float]:
        """Return time, memory and disk space of all processes, as they are in results."""
        return {
            "seconds": round(self.seconds, 1),
            "cpu_s": round(self.cpu, 1),
            "peak_mb": round(self.peak / 1e6),
            **({"disk_mb": round(self.disk / 1e6)} if self.disk else {}),
        }


def _go_on(_: int) -> str:
    return ""


def folder_size(folder: Path) -> int:
    """Return the bytes in a folder, while a program writes to it."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(place, name).lstat().st_size
    return size


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
    stop: Callable[[int], str] = _go_on,
    log: Path = Path(os.devnull),
    folder: Path | None = None,
) -> Used:
    """Run a command and measure it.

    stop: called every moment with the bytes in the folder; when it returns a reason, all processes of the
    command are killed
    log: the file that gets its standard error
    folder: the folder that it writes to
    """
    began = looked = time.perf_counter()
    with log.open("wb") as errors:
        running = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=errors, env=environment and dict(environment)
        )
    peak, cpu, stopped, disk, most_disk = 0, dict[int, float](), "", 0, 0
    while (code := running.poll()) is None:
        found = {process.pid: _cpu_and_memory(process) for process in _tree_of(running.pid)}
        peak = max(peak, sum(memory for _, memory in found.values()))
        # The last measurement, because some workers are not waited for by their parents.
        cpu |= {pid: max(seconds, cpu.get(pid, 0.0)) for pid, (seconds, _) in found.items()}
        if folder is not None and time.perf_counter() - looked >= EVERY_FOLDER:
            disk, looked = folder_size(folder), time.perf_counter()
            most_disk = max(most_disk, disk)
        if stopped := stop(disk):
            _kill(_tree_of(running.pid))  # it may have started others since
            code = running.wait()
            break
        time.sleep(EVERY)
    seconds = time.perf_counter() - began
    if folder is not None:
        most_disk = max(most_disk, folder_size(folder))
    return Used(code, seconds, sum(cpu.values()), peak, stopped, most_disk)


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
