"""From rows of Arrow tables to documents, and from results to rows. This module does not use Spark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.corpus.document_numbers import columns_of_numbers, first_broken, numbers_of
from detector.corpus.formats.documents import Document, Part, Rejected
from detector.corpus.formats.fields import document_of
from detector.corpus.formats.parquet_writers import lines_type
from detector.corpus.line_records import LineRecord, pieces
from detector.corpus.parsed_shards import ParsedBatch, parsed_batches
from detector.corpus.report.line_tally import LineTally
from detector.corpus.rules import Rules
from detector.corpus.steps.clean import Cleaner, CleanPage, verdict_name
from detector.corpus.steps.count import counts_of
from detector.detector import Detector
from detector.files.json_lines import json_line
from detector.files.limits import ReadLimits
from detector.model.files import Model
from detector.records import Format, Integers
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.settings import Columns, CorpusSettings, Settings
from detector.sites.recurrence import NO_COUNTS, LineCounts, merge, pruned
from detector.spark.time_zones import in_utc
from detector.text.decoding import text_of, without_surrogates
from detector.text.keys import site_id

# Columns in addition to those of a corpus run: why a row is not a page, the filter that a clean text does not
# pass, and the format of a page (from `read_pages`).
FAULT: Final = "detector_fault"
FILTER: Final = "detector_filter"
FORMAT: Final = "detector_format"
# By these, `passages` finds the lines that other pages have too, and `without_passages` leaves them out.
KEPT_LINES: Final = "detector_kept_lines"
RECORD: Final = "detector_record"
# Of rows of counts: whether they are of pages of an earlier run, and the site is small.
EARLIER: Final = "is_earlier"
# Ids and sources of documents are not used: rows keep their own columns.
ROWS: Final = Part("", "rows", "parquet")


@dataclass(frozen=True)
class PageSpec:
    """How pages are read, scored and decided; see `RunSpec`. lines: whether to return each line."""

    columns: Columns
    settings: Settings
    rules: CorpusSettings
    format: Format | None
    lines: bool

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


# Types of added columns, in Arrow.
ARROW: Final = {str: pyarrow.string(), float: pyarrow.float64(), int: pyarrow.int64()}


def added_columns(rules: CorpusSettings) -> dict[str, type]:
    """Return the columns that a cleaned table gets, and their types, except lines."""
    filters = {FILTER: str} if rules.filters.are_there() else {}
    numbers = columns_of_numbers() if rules.numbers else {}
    return {VERDICT: str, CONTENT_SHARE: float, FAULT: str, **filters, **numbers}


def passage_columns(rules: CorpusSettings) -> dict[str, pyarrow.DataType]:
    """Return the columns that a cleaned table gets if passages are to be found, and their types."""
    if rules.passages == "keep":
        return {}
    line = pyarrow.struct(
        [("key", pyarrow.int64()), ("segment", pyarrow.int64()), ("words", pyarrow.int64())]
    )
    record = {RECORD: pyarrow.binary()} if rules.passages == "drop" else {}
    return {KEPT_LINES: pyarrow.list_(line), **record}


def _for_passages(page: CleanPage) -> dict[str, Any]:
    """Return the values of `passage_columns`."""
    assert page.line_words is not None
    key, words = page.line_words
    at = np.flatnonzero(key)
    record = {"before": page.before, **replace(page.lines, fields={}).as_dict()}
    kept = zip(key[at].tolist(), at.tolist(), words[at].tolist(), strict=True)
    return {KEPT_LINES: list(kept), RECORD: json_line(record)}


def measured(text: str, before: int, verdict: str, share: float, rules: CorpusSettings) -> dict[str, Any]:
    """Return the numbers of a clean text, and the filter that it does not pass, if there is text.

    before: bytes of the page's lines
    """
    if not text.strip():
        return {}
    numbers = numbers_of(text, before)
    # As a corpus run stores it.
    broken = first_broken(rules.filters, numbers, verdict, float(np.float32(share)))
    return {**numbers.columns(), FILTER: None if broken is None else broken.filter}


def _measured(page: CleanPage | None, rules: CorpusSettings) -> dict[str, Any]:
    if page is None:
        return {}
    return measured(text_of(page.text), page.before, verdict_name(page.verdict), page.share, rules)


@dataclass(frozen=True)
class RowResults:
    """The results for the rows of a table, in order; None if a row is not a page."""

    pages: list[CleanPage | None]
    faults: list[str | None]

    def columns(self, spec: PageSpec) -> dict[str, pyarrow.Array]:
        """Return the columns to add, by name, in the order of `added_columns`."""
        found: dict[str, Any] = {
            VERDICT: [None if page is None else verdict_name(page.verdict) for page in self.pages],
            CONTENT_SHARE: [None if page is None else round(float(page.share), 3) for page in self.pages],
            FAULT: self.faults,
        }
        types = added_columns(spec.rules)
        if len(types) > len(found):
            measured = [_measured(page, spec.rules) for page in self.pages]
            found |= {name: [row.get(name) for row in measured] for name in types if name not in found}
        columns = {name: pyarrow.array(values, ARROW[types[name]]) for name, values in found.items()}
        if spec.lines:
            lines = [None if page is None else lines_of(page.lines) for page in self.pages]
            columns[LINES_COLUMN] = pyarrow.array(lines, lines_type())
        if wanted := passage_columns(spec.rules):
            rows = [{} if page is None else _for_passages(page) for page in self.pages]
            columns |= {
                name: pyarrow.array([row.get(name) for row in rows], kind) for name, kind in wanted.items()
            }
        return columns

    def texts(self) -> pyarrow.Array:
        """Return the clean texts, with lone surrogates, which Arrow does not allow, as U+FFFD."""
        texts = [None if page is None else without_surrogates(text_of(page.text)) for page in self.pages]
        return pyarrow.array(texts, pyarrow.string())


def lines_of(record: LineRecord) -> list[dict[str, Any]]:
    """Return the rows of `LINES_COLUMN`; lone surrogates as U+FFFD."""
    found = (piece._asdict() for piece in pieces(record))
    return [
        {name: without_surrogates(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in found
    ]


def cleaned(table: pyarrow.Table, spec: PageSpec, model: Model, given: GivenCounts | None) -> pyarrow.Table:
    """Return the rows of a table with clean texts, and the results for each page.

    given: counts of large sites; None if each page is judged on its own
    """
    table = in_utc(table)
    batches = list(batches_of(table, spec))
    counts = NO_COUNTS if given is None else given.with_those_of(batches)
    find_passages = spec.rules.passages != "keep"
    cleaner = Cleaner(spec.detector(model), counts, Rules.of(spec.rules), LineTally(), find_passages)
    found = RowResults([None] * table.num_rows, [None] * table.num_rows)
    for batch in batches:
        pages, rejected = cleaner.clean(batch, set())
        for page in pages:
            found.pages[batch.documents[page.number - batch.first].number] = page
        for record in rejected:
            found.faults[record.record] = record.reason
    return with_columns(table, {spec.columns.target(): found.texts(), **found.columns(spec)})


def with_columns(table: pyarrow.Table, columns: dict[str, pyarrow.Array]) -> pyarrow.Table:
    """Return a table with columns set, at their position or at the end."""
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
    return table


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
