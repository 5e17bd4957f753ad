"""First pass: read, parse and store pages; count the lines of each site and the ids."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detector.corpus.formats.documents import Document, Shard
from detector.corpus.formats.readers import read_shard
from detector.corpus.parsed_shards import FIELDS, ParsedBatch, ShardWriter, parsed_batches
from detector.corpus.run_folder import new_folder, read_array
from detector.corpus.run_spec import RunSpec
from detector.records import Integers
from detector.sites.names import LONE
from detector.sites.recurrence import LineCounts, count_lines, merge
from detector.text.keys import line_keys

# Number of batches with counts to merge at a time.
TOGETHER = 16


def is_alone(document: Document) -> bool:
    """Tell whether a page belongs to no site, so that it has no counts."""
    return document.site.startswith(LONE)


def counts_of(batch: ParsedBatch) -> list[LineCounts]:
    """Return the counts of the lines of a batch, for each format."""
    return [
        count_lines(line_keys(read.words), read.batch.page_segment(), batch.site_ids(positions))
        for positions, read in batch.parts
    ]


def ids_of(first: int, documents: Sequence[Document]) -> Integers:
    """Return int64 (n, 3): 128 bits of each id from a column, and the number of the document."""
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


def file_key(shard: Shard) -> int:
    """Return 64 bits of the name of the file that a shard's ids are from. Pages have no ids."""
    name = shard.parts[0].name.encode("utf-8", "surrogatepass")
    return int(np.frombuffer(hashlib.blake2b(name, digest_size=8).digest(), "<i8")[0])


def save_counts(folder: Path, counts: LineCounts) -> None:
    """Write counts, one file per array."""
    for name, array in counts._asdict().items():
        np.save(folder / f"{name}.npy", array)


def load_counts(folder: Path, mapped: bool = False) -> LineCounts:
    """Read counts; mapped ones are read from disk on demand, and workers share them."""
    return LineCounts(*(read_array(folder / f"{name}.npy", mapped) for name in LineCounts._fields))


def count_shard(spec: RunSpec, shard: Shard) -> None:
    """Count one shard, unless it is finished."""
    target = spec.folder().of("count", shard.number)
    if target.is_dir():
        return
    counts: list[LineCounts] = []
    ids, documents = [ids_of(0, [])], 0
    with new_folder(target) as folder:
        records = read_shard(shard, spec.columns, spec.corpus.limits(), folder / FIELDS)
        # The other columns of Parquet have a file of their own.
        with_fields = shard.parts[0].kind != "parquet"
        with ShardWriter(folder, spec.columns.target(), with_fields) as kept:
            for batch in parsed_batches(records, spec.format, spec.settings.batch_bytes):
                kept.add(batch)
                counts += counts_of(batch.without(is_alone))
                if len(counts) >= TOGETHER:
                    counts = [merge(counts)]
                ids.append(ids_of(batch.first, batch.documents))
                documents += len(batch.documents)
        save_counts(folder, merge(counts))
        of_shard = np.concatenate(ids)
        np.save(folder / "ids.npy", of_shard[np.lexsort((of_shard[:, 2], of_shard[:, 1], of_shard[:, 0]))])
        np.save(folder / "documents.npy", np.array([documents]))
        np.save(folder / "file.npy", np.array([file_key(shard)]))
