"""The memory of this process and of all below it, watched while tasks run.

Pages of memory that processes share count once: what is added up is each process's proportional share
(PSS) where the system tells it, as Linux does, else what is its alone (USS).
"""

import os
import sys
import threading
from types import TracebackType
from typing import Final, Self

import psutil

# Seconds between two measurements; one takes some milliseconds a process.
EVERY: Final = 0.5


def tree_of(root: int) -> list[int]:
    """Return a process and all below it."""
    try:
        return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    except psutil.Error:
        return [root]


def memory_of(process: int) -> int:
    """Return a process's share of the memory, in bytes; 0 for one that has ended."""
    try:
        used = psutil.Process(process).memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(used, "pss", used.uss))


class MemoryWatch:
    """Measures while it is entered, in a thread of its own. It can be entered again.

    bound: bytes; peak: the most that was in use since it was entered
    """

    def __init__(self, bound: int) -> None:
        self.bound, self.peak = bound, 0
        self._warned = False
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def passed(self) -> bool:
        """Whether more than the bound was in use."""
        return self.peak > self.bound

    def _measure(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(memory_of, tree_of(os.getpid()))))
            if self._end.wait(EVERY):
                return

    def __enter__(self) -> Self:
        self.peak, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def say(self, then: str) -> None:
        """Say on standard error, if there is one, that the bound was passed, and what comes of it."""
        if sys.stderr is None:
            return
        sys.stderr.write(
            f"detector: {self.peak / 1e6:,.0f} MB were in use, more than the {self.bound / 1e6:,.0f} MB "
            f"of --memory: {then}\n"
        )

    def warn(self) -> None:
        """Say, once, that there is no worker left to do without."""
        if self.passed and not self._warned:
            self._warned = True
            self.say("this corpus needs it even with one worker, and the run goes on")
