"""The seconds of each stage of a corpus filter, in a file beside its output.

Uses only the standard library, because peers import it in their own environments.
"""

import time
from pathlib import Path
from typing import Final

from benchmarks.files import read_json, write_json

STAGES: Final = "stages.json"


class Stages:
    """Adds up the seconds of stages, which follow each other without gaps."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, name: str) -> None:
        """Count the time since the end of the previous stage for this one."""
        now = time.perf_counter()
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._last
        self._last = now

    def write(self, folder: Path) -> None:
        """Write the seconds of all stages to a folder."""
        write_json(folder / STAGES, {name: round(value, 2) for name, value in self._seconds.items()})


def stages_in(folder: Path) -> dict[str, float]:
    """Return the seconds of each stage."""
    found: dict[str, float] = read_json(folder / STAGES)
    return found
