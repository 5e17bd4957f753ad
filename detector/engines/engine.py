"""The interface of an engine."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

# The names of engines; each backend of joblib is another one.
NAMES: Final = ("auto", "process", "joblib", "spark")


class Engine(Protocol):
    """Runs independent tasks."""

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Call the task with each item; yield results as they are ready."""
        ...

    def close(self) -> None:
        """End the workers, to free their memory."""
        ...
