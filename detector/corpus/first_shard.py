"""What the first shard tells about a whole run: the time and the disk that it takes.

The time follows from that of counting the shard, and the usual shares of the steps. The disk is measured: all
steps run on some of the shard's documents, in a temporary folder, and what they write is multiplied.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from detector.corpus.formats.documents import Document, Shard
from detector.corpus.formats.readers import read_part
from detector.corpus.run_folder import read_array
from detector.corpus.run_log import SHARES
from detector.corpus.run_spec import Done, RunSpec
from detector.engines.engine import Engine
from detector.errors import DetectorError

# A tenth of a shard's documents is used, from the beginning, but no more than this; of a shard with fewer
# documents than the second number, none.
MOST_DOCUMENTS: Final = 100
LEAST_DOCUMENTS: Final = 60

# Runs all steps on shards, in this process.
AllSteps = Callable[[RunSpec, Sequence[Shard]], Any]


class Needs(NamedTuple):
    """What a run takes: seconds with all workers, and bytes of disk while it runs."""

    seconds: float
    disk: float


class _Measured(NamedTuple):
    """A counted shard, and the bytes of disk that all steps take for it; None if that was not measured."""

    done: Done
    disk: float | None


@dataclass(frozen=True, eq=False)
class _MeasuringTask:
    """Counts a shard; on the first one, measures the disk."""

    task: Callable[[Shard], Done]
    spec: RunSpec
    first: int
    all_steps: AllSteps

    def __call__(self, shard: Shard) -> _Measured:
        done = self.task(shard)
        if shard.number != self.first:
            return _Measured(done, None)
        try:
            return _Measured(done, self._disk(shard))
        except (DetectorError, OSError):  # such as a full disk for temporary files; the run may have another
            return _Measured(done, None)

    def _disk(self, shard: Shard) -> float | None:
        documents = _documents(self.spec, shard.number)
        if documents < LEAST_DOCUMENTS:
            return None
        with tempfile.TemporaryDirectory(prefix="detector-") as folder:
            alone = self.spec._replace(output=Path(folder) / "first", since=())
            alone.folder().path.mkdir(parents=True)
            self.all_steps(alone, [first_documents(self.spec, shard, documents)])
            few = _documents(alone, 0)
            size = sum(path.stat().st_size for path in alone.output.rglob("*") if path.is_file())
        return size * documents / few if few else None


def _documents(spec: RunSpec, shard: int) -> int:
    """Return the number of documents in a counted shard."""
    return int(read_array(spec.folder().of("count", shard) / "documents.npy")[0])


def first_documents(spec: RunSpec, shard: Shard, documents: int) -> Shard:
    """Return a shard up to one of its first documents: a tenth of them, but not too many.

    Records that are no documents, such as the images at the beginning of an archive, are not counted.
    """
    found = (
        (number, record)
        for number, part in enumerate(shard.parts)
        for record in read_part(part, spec.columns, spec.corpus.limits())
        if isinstance(record, Document)
    )
    most = min(documents // 10, MOST_DOCUMENTS)
    last, document = next(islice(found, most - 1, None))
    if shard.parts[0].kind == "page":
        return shard._replace(number=0, parts=shard.parts[: last + 1])
    (part,) = shard.parts
    # Without the bytes of the part, its hash is not compared again.
    few = part._replace(taken=((part.first, document.number + 1),), piece=None)
    return shard._replace(number=0, parts=(few,))


class FirstShard:
    """An engine that counts shards, and tells what the run needs as soon as the first one is counted.

    steps: titles of the run's steps; shards: of the run
    """

    def __init__(
        self,
        engine: Engine,
        spec: RunSpec,
        shards: Sequence[Shard],
        steps: Sequence[str],
        workers: int,
        all_steps: AllSteps,
        tell: Callable[[Needs], None],
    ) -> None:
        self._engine, self._spec, self._all_steps, self._tell = engine, spec, all_steps, tell
        self._bytes = sum(shard.bytes for shard in shards)
        self._workers = min(workers, len(shards))
        self._share = SHARES[steps[0]] / sum(SHARES[step] for step in steps)

    def run(self, task: Callable[[Any], Any], items: Sequence[Any], /) -> Iterator[Any]:
        """Count the shards; yield what each took."""
        if not items:
            return
        measuring = _MeasuringTask(task, self._spec, items[0].number, self._all_steps)
        for measured in self._engine.run(measuring, items):
            if measured.disk is not None:
                self._tell(self._needs(measured.done, measured.disk))
            yield measured.done

    def _needs(self, done: Done, disk: float) -> Needs:
        times = self._bytes / max(done.bytes, 1)
        return Needs(done.seconds * times / self._workers / self._share, disk * times)

    def close(self) -> None:
        """End the workers."""
        self._engine.close()
