"""The specification of a corpus run: small, because it is sent to workers with every task."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detector.corpus.earlier_runs import EarlierRun
from detector.corpus.formats.documents import Shard
from detector.corpus.run_folder import RunFolder
from detector.detector import Detector
from detector.records import Format
from detector.settings import Columns, CorpusSettings, Lines, Settings


class RunSpec(NamedTuple):
    """Where a run writes, and how it decides.

    output: the folder; columns: names of the fields with a meaning
    settings: which lines to keep; corpus: rules, near-duplicates, the loss limit
    model: a folder, instead of the default model; format: of the texts, detected if not given
    to: output format, or "same" as the input; lines: where line records go
    csv_safe: whether cells of CSV are made safe for spreadsheets
    since: finished runs whose pages count and whose documents stay, the oldest first
    """

    output: Path
    columns: Columns = Columns()
    settings: Settings = Settings()
    corpus: CorpusSettings = CorpusSettings()
    model: Path | None = None
    format: Format | None = None
    to: str = "same"
    lines: Lines = "sidecar"
    csv_safe: bool = False
    since: tuple[EarlierRun, ...] = ()

    def folder(self) -> RunFolder:
        """Return the run's folder."""
        return RunFolder(self.output)

    def detector(self) -> Detector:
        """Return a new detector, for one task."""
        return Detector(self.model, self.settings)


class Done(NamedTuple):
    """A shard that a step has finished: its bytes of input, the seconds that it took, the process id."""

    shard: int
    bytes: int
    seconds: float
    process: int


@dataclass(frozen=True, eq=False)
class ShardTask:
    """A step's function as a task for each shard. Dask needs a hashable task, and a spec is not hashable."""

    function: Callable[[RunSpec, Shard], Any]
    spec: RunSpec

    def __call__(self, shard: Shard) -> Done:
        """Run the step on one shard."""
        began = time.perf_counter()
        self.function(self.spec, shard)
        return Done(shard.number, shard.bytes, time.perf_counter() - began, os.getpid())
