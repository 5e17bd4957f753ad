"""One after another, in this process."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any


class InProcess:
    """No workers."""

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item."""
        return map(task, items)

    def close(self) -> None:
        """Have nothing to end."""
