"""From rows of Arrow tables to documents, and to counts. This module does not use Spark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.parsed_shards import ParsedBatch, parsed_batches
from detector.corpus.steps.count import counts_of
from detector.detector import Detector
from detector.files.limits import ReadLimits
from detector.model.files import Model
from detector.records import Format, Integers
from detector.settings import Columns, CorpusSettings, Settings
from detector.sites.recurrence import NO_COUNTS, LineCounts, merge, pruned
from detector.text.keys import site_id

# Columns in addition to those of a corpus run: why a row is not a page, why nothing is left of its text, the
# filter that a clean text does not pass, with the number of the text, and the format of a page (from
# `read_pages`).
FAULT: Final = "detector_fault"
EMPTY: Final = "detector_empty"
FILTER: Final = "detector_filter"
FILTER_VALUE: Final = "detector_filter_value"
FORMAT: Final = "detector_format"
# By this, `near_duplicates` keeps an article, or the page with the most content.
KEEP_VALUE: Final = "detector_keep_value"
# By these, `passages` finds the lines that other pages have too, and `without_passages` leaves them out.
KEPT_LINES: Final = "detector_kept_lines"
RECORD: Final = "detector_record"
# Of rows of counts: whether they are of pages of an earlier run, and the site is small.
EARLIER: Final = "is_earlier"
# Ids and sources of documents are not used: rows keep their own columns.
ROWS: Final = Part("", "rows", "parquet")


@dataclass(frozen=True)
class PageSpec:
    """How pages are read, scored and decided; see `RunSpec`.

    lines: whether to return each line; keep_value: whether to return the number that `rules.keep` compares
    """

    columns: Columns
    settings: Settings
    rules: CorpusSettings
    format: Format | None
    lines: bool
    keep_value: bool = False

    def detector(self, model: Model) -> Detector:
        """Return a detector with these settings."""
        return Detector(model, self.settings)


def wanted(columns: Columns, there: Sequence[str]) -> list[str]:
    """Return the columns of a table that hold fields with a meaning; `page.html` is in `page`."""
    named = (columns.text, columns.url, columns.site)
    found = (name if name in there else name.split(".", 1)[0] for name in named)
    return list(dict.fromkeys(name for name in found if name in there))


def documents_of(table: pyarrow.Table, columns: Columns, limits: ReadLimits) -> Iterator[Document | Rejected]:
    """Yield a document for each row, numbered like the row, or the reason why there is none."""
    names = wanted(columns, table.column_names)
    known = [name for name in (FORMAT, FAULT) if name in table.column_names]
    for number in range(table.num_rows):
        fields = {name: table.column(name)[number].as_py() for name in (*names, *known)}
        if fault := fields.get(FAULT):
            yield Rejected(ROWS.name, number, fault)
            continue
        found = document_of(fields, ROWS, number, columns._replace(id="", source=""), limits)
        format = fields.get(FORMAT)
        yield replace(found, format=format) if format and isinstance(found, Document) else found


def batches_of(table: pyarrow.Table, spec: PageSpec) -> Iterator[ParsedBatch]:
    """Yield the rows of a table as parsed pages."""
    documents = documents_of(table, spec.columns, spec.rules.limits())
    return parsed_batches(documents, spec.format, spec.settings.batch_bytes)


@dataclass(frozen=True)
class GivenCounts:
    """Counts that come with a table.

    counts: of sites whose pages are not all in the table; `site`: the ids of these sites
    earlier: of earlier pages of other sites, which are in no table of this run
    """

    counts: LineCounts
    earlier: LineCounts = NO_COUNTS

    def with_those_of(self, batches: Sequence[ParsedBatch]) -> LineCounts:
        """Return the counts of all sites of some pages.

        For all other sites, all pages must be in the table.
        """
        given = set(self.counts.site.tolist())
        others = (batch.without(lambda document: site_id(document.site) in given) for batch in batches)
        local = [part for batch in others for part in counts_of(batch)]
        return pruned(merge([merge(local), self.counts, self.earlier]))


def given_counts(table: pyarrow.Table) -> GivenCounts:
    """Return the counts in rows of `sites.NAMES` and `EARLIER`; rows may be repeated."""
    earlier = table.column(EARLIER)
    return GivenCounts(_counts(table.filter(pc.invert(earlier))), _counts(table.filter(earlier)))


def _counts(table: pyarrow.Table) -> LineCounts:
    site, key, pages, is_site = (table.column(at).to_numpy() for at in range(4))
    is_site = is_site.astype(np.bool_)
    lines, sites = _first(key[~is_site], pages[~is_site]), _first(site[is_site], pages[is_site])
    return LineCounts(lines[0], lines[1], sites[0], sites[1])


def _first(keys: Integers, values: Integers) -> tuple[Integers, NDArray[np.int32]]:
    """Return distinct keys in ascending order, with the first value of each."""
    found, at = np.unique(keys.astype(np.int64), return_index=True)
    return found, values[at].astype(np.int32)
