"""What every task of a corpus run needs to know; small, and sent to workers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detector.corpus.formats.documents import Shard
from detector.corpus.run_folder import RunFolder
from detector.detector import Detector
from detector.records import Format
from detector.settings import Columns, CorpusSettings, Lines, Settings


class Job(NamedTuple):
    """A run: where it writes, and how it decides.

    output: the folder; to: the output's format, "same" for that of the input
    format: what texts are, if it is not to be found out; lines: where the lines' scores
    are written
    """

    output: Path
    columns: Columns
    settings: Settings
    corpus: CorpusSettings
    model: Path | None
    format: Format | None
    to: str
    lines: Lines

    def folder(self) -> RunFolder:
        """Return the run's folder."""
        return RunFolder(self.output)

    def detector(self) -> Detector:
        """Return the detector; each task makes its own."""
        return Detector(self.model, self.settings)


@dataclass(frozen=True, eq=False)
class Task:
    """A step's function, to be called with each shard; dask needs it to be hashable, which a job is not."""

    function: Callable[[Job, Shard], Any]
    job: Job

    def __call__(self, shard: Shard) -> tuple[int, Any]:
        """Do one shard."""
        return shard.bytes, self.function(self.job, shard)
