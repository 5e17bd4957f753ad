"""The memory of this process and its descendants, measured while tasks run.

Shared memory counts once: the sum is over the proportional share (PSS) of each process if the system knows
it, as Linux does, otherwise over its own memory (USS).
"""

import os
import sys
import threading
from types import TracebackType
from typing import Final, Self

import psutil

# Seconds between measurements, which take some milliseconds per process.
EVERY: Final = 0.5


def tree_of(root: int) -> list[int]:
    """Return a process and its descendants."""
    try:
        return [root, *(child.pid for child in psutil.Process(root).children(recursive=True))]
    except psutil.Error:
        return [root]


def memory_of(process: int) -> int:
    """Return the share of a process in memory, in bytes; 0 if it has ended."""
    try:
        used = psutil.Process(process).memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(used, "pss", used.uss))


class MemoryWatch:
    """Measures memory in a thread while it is entered. Can be entered again.

    bound: bytes; peak: the most bytes in use since it was entered
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
        """Say on standard error, if there is one, that the bound was exceeded, and what happens now."""
        if sys.stderr is None:
            return
        sys.stderr.write(
            f"detector: {self.peak / 1e6:,.0f} MB were in use, more than the {self.bound / 1e6:,.0f} MB "
            f"of --memory: {then}\n"
        )

    def warn(self) -> None:
        """Say, once, that there are no workers to end."""
        if self.passed and not self._warned:
            self._warned = True
            self.say("this corpus needs it even with one worker, and the run goes on")
