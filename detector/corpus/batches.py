"""Documents of a shard in batches, as the detector takes them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from detector.corpus.formats.documents import Document, Records, Rejected, Shard
from detector.corpus.formats.readers import read_shard
from detector.corpus.run_spec import Job
from detector.records import Format, Integers
from detector.text.formats import found_format
from detector.text.keys import site_id
from detector.text.page import Page


class DocumentBatch(NamedTuple):
    """Documents of one shard, in order, with their pages and the number of the first."""

    first: int
    documents: list[Document]
    pages: list[Page]

    def site_ids(self, positions: Sequence[int]) -> Integers:
        """Return int64: the sites of some documents."""
        return np.array([site_id(self.documents[at].site) for at in positions], np.int64)


def records_of(job: Job, shard: Shard) -> Records:
    """Yield the records of a shard, second uses of an id as rejected ones."""
    used = np.load(job.folder().step("counts") / "used.npy", "r", allow_pickle=False)
    first, last = np.searchsorted(used[:, 0], [shard.number, shard.number + 1])
    again = set(used[first:last, 1].tolist())
    number = 0
    for record in read_shard(shard, job.columns):
        if isinstance(record, Document):
            number += 1
            if number - 1 in again:
                yield Rejected(record.file, record.number, f"the id {record.id!r} was used before")
                continue
        yield record


def page_of(document: Document, format: Format | None) -> Page:
    """Return the page of a document."""
    found = document.format or format or found_format(document.text)
    return Page(document.text, found, url=document.url)


def batches_of(
    records: Records, format: Format | None, most: int, rejected: list[Rejected]
) -> Iterator[DocumentBatch]:
    """Yield documents in batches of about `most` characters; what is none goes to `rejected`."""
    batch, size, first = DocumentBatch(0, [], []), 0, 0
    for record in records:
        if isinstance(record, Rejected):
            rejected.append(record)
            continue
        batch.documents.append(record)
        batch.pages.append(page_of(record, format))
        size += len(record.text)
        if size >= most:
            yield batch
            first += len(batch.documents)
            batch, size = DocumentBatch(first, [], []), 0
    if batch.documents:
        yield batch
