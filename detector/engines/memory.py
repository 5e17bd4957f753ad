"""The memory of this process and of all below it, watched while tasks run.

Shared pages count once: what is summed up is each process's proportional share (PSS),
which Linux tells. Where the system does not tell it, nothing is seen.
"""

import os
import sys
import threading
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

# Seconds between two looks; a look takes a millisecond or two a process.
EVERY: Final = 0.5
PROCESSES: Final = Path("/proc")


def _stated(process: int, file: str) -> str:
    """Return what the system says of a process; nothing of one that has ended."""
    try:
        return (PROCESSES / str(process) / file).read_text()
    except OSError:
        return ""


def tree_of(root: int) -> list[int]:
    """Return a process and all below it."""
    children = defaultdict[int, list[int]](list)
    for folder in PROCESSES.glob("[0-9]*"):
        process = int(folder.name)
        # The name in brackets may hold anything, spaces too.
        fields = _stated(process, "stat").rpartition(")")[2].split()
        if fields:
            children[int(fields[1])].append(process)
    found = [root]
    for process in found:
        found += children[process]
    return found


def memory_of(process: int) -> int:
    """Return a process's share of the memory, in bytes."""
    for line in _stated(process, "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


class MemoryWatch:
    """Looks while it is entered, from a thread of its own; one after another, if need be.

    bound: bytes; peak: the most that was seen since it was entered
    """

    def __init__(self, bound: int) -> None:
        self.bound, self.peak = bound, 0
        self._warned = False
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def passed(self) -> bool:
        """Whether more than the bound was seen."""
        return self.peak > self.bound

    def _look(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(memory_of, tree_of(os.getpid()))))
            if self._end.wait(EVERY):
                return

    def __enter__(self) -> Self:
        self.peak, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def say(self, then: str) -> None:
        """Say on standard error that the bound was passed, and what comes of it."""
        sys.stderr.write(
            f"detector: {self.peak / 1e6:,.0f} MB were in use, more than the {self.bound / 1e6:,.0f} MB "
            f"of --memory: {then}\n"
        )

    def warn(self) -> None:
        """Say, once, that there are no workers left to do without."""
        if self.passed and not self._warned:
            self._warned = True
            self.say("it takes so much with one worker, and the run goes on with it")
