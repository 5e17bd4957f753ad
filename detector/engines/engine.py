"""What an engine is."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol


class Engine(Protocol):
    """Runs tasks that are independent of each other."""

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item; yield results as they are done."""
        ...

    def close(self) -> None:
        """End the workers, so that their memory is free."""
        ...
