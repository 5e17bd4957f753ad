"""Runs tasks one after another, in this process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from detector.engines.memory import MemoryWatch


class InProcess:
    """No workers. watch: warns when more memory is used than allowed."""

    def __init__(self, watch: MemoryWatch | None = None) -> None:
        self._watch = watch

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item."""
        with self._watch or nullcontext():
            for item in items:
                yield task(item)
                if self._watch:
                    self._watch.warn()

    def close(self) -> None:
        """Do nothing: there are no workers."""
