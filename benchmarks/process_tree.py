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


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Used:
    """Run a command and measure it."""
    began, before = time.perf_counter(), os.times()
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment and dict(environment)
    )
    peak = 0
    while running.poll() is None:
        peak = max(peak, sum(map(_proportional, _tree(running.pid))))
        time.sleep(EVERY)
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Used(running.returncode, time.perf_counter() - began, cpu, peak)
