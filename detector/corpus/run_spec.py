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


class RunSpec(NamedTuple):
    """A run: where it writes, and how it decides.

    output: the folder; columns: names of the fields that mean something
    settings: what decides on lines; corpus: what a run does beside
    model: a folder, instead of the model that ships; format: what texts are, found if not given
    to: the output's format, "same" for that of the input; lines: where line records go
    """

    output: Path
    columns: Columns = Columns()
    settings: Settings = Settings()
    corpus: CorpusSettings = CorpusSettings()
    model: Path | None = None
    format: Format | None = None
    to: str = "same"
    lines: Lines = "sidecar"

    def folder(self) -> RunFolder:
        """Return the run's folder."""
        return RunFolder(self.output)

    def detector(self) -> Detector:
        """Return the detector; each task makes its own."""
        return Detector(self.model, self.settings)


class Done(NamedTuple):
    """A shard that a step has done, and its bytes of input."""

    shard: int
    bytes: int


@dataclass(frozen=True, eq=False)
class ShardTask:
    """A step's function, to be called with each shard; dask needs it to be hashable, which a spec is not."""

    function: Callable[[RunSpec, Shard], Any]
    spec: RunSpec

    def __call__(self, shard: Shard) -> Done:
        """Do one shard."""
        self.function(self.spec, shard)
        return Done(shard.number, shard.bytes)
