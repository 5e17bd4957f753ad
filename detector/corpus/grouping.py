"""Near-duplicates of what stays: one specification with `find_duplicates`.

Compared are the clean texts, not the pages, so that pages of one template are no twins for
their template, and one story on two sites is found under both. The first stays.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from detector.corpus.job import Job
from detector.corpus.run_folder import whole_folder
from detector.duplicates.find import WORKSPACE_SHARE, duplicates_of
from detector.duplicates.texts import Spans, SpilledTexts, normalised
from detector.duplicates.workspace import Progress, Workspace
from detector.records import Integers
from detector.settings import DuplicateSettings

# Bytes of clean text that are brought to NFC together.
TOGETHER: Final = 8_000_000
LEAST_MEMORY: Final = 10_000_000


def _normalised_file(folders: Sequence[Path], target: Path) -> Integers:
    """Write all clean texts, in NFC, end to end; return int64 (n + 1,), where each begins."""
    lengths = [np.zeros(1, np.int64)]
    with target.open("wb") as out:
        for folder in folders:
            size = np.load(folder / "size.npy", allow_pickle=False)
            end = np.cumsum(size)
            with (folder / "text.bin").open("rb") as texts:
                first = 0
                while first < size.size:
                    begin = int(end[first] - size[first])
                    last = max(int(np.searchsorted(end, begin + TOGETHER, "right")), first + 1)
                    data = np.frombuffer(texts.read(int(end[last - 1]) - begin), np.uint8)
                    ends = end[first:last] - begin
                    spans = normalised(Spans(data, ends - size[first:last], ends))
                    out.write(spans.data[: int(spans.end[-1])].tobytes())
                    lengths.append(spans.end - spans.start)
                    first = last
    return np.cumsum(np.concatenate(lengths))


def group(job: Job, shards: Sequence[int], memory: int, progress: Progress) -> None:
    """Find which documents repeat an earlier one, unless it is done.

    Written are `removed.npy`, int64 (n, 2): the document and the one that stays, as
    positions in the corpus, `similarity.npy`, float64 (n,), and `first.npy`, int64, each
    shard's first position.
    """
    run = job.folder()
    target = run.step("groups")
    if target.is_dir():
        return
    with whole_folder(target) as folder:
        sizes = [np.load(run.of("clean", shard) / "size.npy", allow_pickle=False).size for shard in shards]
        np.save(folder / "first.npy", np.cumsum([0, *sizes]))
        removed, similarity = np.zeros((0, 2), np.int64), np.zeros(0)
        if job.corpus.duplicates:
            texts = folder / "texts.bin"
            offset = _normalised_file([run.of("clean", shard) for shard in shards], texts)
            settings = DuplicateSettings(memory=max(memory, LEAST_MEMORY))
            with Workspace(None, settings.memory // WORKSPACE_SHARE, {}) as work:
                found = duplicates_of(
                    SpilledTexts(texts, offset),
                    job.corpus.duplicates,
                    ("first", None),
                    (settings, work, progress),
                )
            removed = np.column_stack((found.removed.position, found.removed.kept))
            similarity = found.removed.similarity
            texts.unlink()
        np.save(folder / "removed.npy", removed)
        np.save(folder / "similarity.npy", similarity)
