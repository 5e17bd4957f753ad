"""Documents of a shard in batches, as the detector takes them."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from detector.corpus.documents import Document, Records, Rejected
from detector.detector import Page
from detector.lines.formats import Format, found_format
from detector.lines.keys import site_id
from detector.records import Integers

FORMATS: Final[tuple[Format, ...]] = ("text", "html")


class DocumentBatch(NamedTuple):
    """Documents of one shard, in order, with their pages and the number of the first."""

    first: int
    documents: list[Document]
    pages: list[Page]

    def of_format(self, format: Format) -> list[int]:
        """Return the positions of pages of a format."""
        return [at for at, page in enumerate(self.pages) if page.format == format]

    def site_ids(self, positions: Sequence[int]) -> Integers:
        """Return int64: the sites of some documents."""
        return np.array([site_id(self.documents[at].site) for at in positions], np.int64)


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
