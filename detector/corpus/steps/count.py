"""First pass: the lines of each site counted, and the ids that columns gave; shard by shard."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detector.corpus.batches import DocumentBatch, batches_of
from detector.corpus.formats.documents import Document, Rejected, Shard
from detector.corpus.formats.readers import read_shard
from detector.corpus.run_folder import whole_folder
from detector.corpus.run_spec import Job
from detector.records import Integers
from detector.sites.recurrence import LineCounts, count_lines, merge
from detector.text.keys import line_keys
from detector.text.read import by_format, read_batch

# Batches whose counts are merged at a time.
TOGETHER = 16


def _counts_of(batch: DocumentBatch) -> list[LineCounts]:
    found = []
    for positions in by_format(batch.pages):
        read = read_batch([batch.pages[at] for at in positions])
        counts = count_lines(line_keys(read.words), read.batch.page_segment(), batch.site_ids(positions))
        found.append(counts)
    return found


def ids_of(first: int, documents: Sequence[Document]) -> Integers:
    """Return int64 (n, 3): 128 bits of each id that a column gave, and the document's number."""
    rows = [
        (
            *np.frombuffer(
                hashlib.blake2b(document.id.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "<i8"
            ),
            first + at,
        )
        for at, document in enumerate(documents)
        if document.named
    ]
    return np.array(rows, np.int64).reshape(-1, 3)


def save_counts(folder: Path, counts: LineCounts) -> None:
    """Write counts, an array a file."""
    for name, array in counts._asdict().items():
        np.save(folder / f"{name}.npy", array)


def load_counts(folder: Path, mapped: bool = False) -> LineCounts:
    """Read counts; mapped ones are read from the disk as they are used, and workers share them."""
    arrays = (
        np.load(folder / f"{name}.npy", "r" if mapped else None, allow_pickle=False)
        for name in LineCounts._fields
    )
    # Plain arrays: memmap's own indexing is slow.
    return LineCounts(*map(np.asarray, arrays))


def count_shard(job: Job, shard: Shard) -> int:
    """Count one shard, unless it is done; return its documents."""
    target = job.folder().of("count", shard.number)
    if target.is_dir():
        return int(np.load(target / "documents.npy", allow_pickle=False))
    rejected: list[Rejected] = []
    counts: list[LineCounts] = []
    ids, documents = [ids_of(0, [])], 0
    for batch in batches_of(read_shard(shard, job.columns), job.format, job.settings.batch_bytes, rejected):
        counts += _counts_of(batch)
        if len(counts) >= TOGETHER:
            counts = [merge(counts)]
        ids.append(ids_of(batch.first, batch.documents))
        documents += len(batch.documents)
    with whole_folder(target) as folder:
        save_counts(folder, merge(counts))
        of_shard = np.concatenate(ids)
        np.save(folder / "ids.npy", of_shard[np.lexsort((of_shard[:, 2], of_shard[:, 1], of_shard[:, 0]))])
        np.save(folder / "documents.npy", np.int64(documents))
    return documents
