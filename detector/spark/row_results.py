"""From clean pages to the columns of rows. This module does not use Spark."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow

from detector.corpus.document_numbers import columns_of_numbers, first_broken, numbers_of
from detector.corpus.formats.parquet_writers import lines_type
from detector.corpus.line_records import LineRecord, pieces
from detector.corpus.report.line_tally import LineTally
from detector.corpus.rules import Rules
from detector.corpus.steps.clean import Cleaner, CleanPage, CleanPages, verdict_name
from detector.corpus.steps.near_duplicates import keep_value
from detector.corpus.token_counts import TOKENS, TokenCounter
from detector.files.json_lines import json_line
from detector.model.files import Model
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.settings import CorpusSettings
from detector.sites.recurrence import NO_COUNTS
from detector.sites.standing import IS_LISTING
from detector.spark.rows import (
    EMPTY,
    FAULT,
    FILTER,
    FILTER_VALUE,
    KEEP_VALUE,
    KEPT_LINES,
    LISTING,
    RECORD,
    GivenCounts,
    PageSpec,
    batches_of,
)
from detector.spark.time_zones import in_utc
from detector.text.decoding import text_of, without_surrogates

# Types of columns, in Arrow.
ARROW: Final = {str: pyarrow.string(), float: pyarrow.float64(), int: pyarrow.int64()}


def token_counter(rules: CorpusSettings) -> TokenCounter | None:
    """Return the counter of tokens for the rules, read from the file that they name."""
    return None if rules.tokenizer is None else TokenCounter(rules.tokenizer)


def measured_columns(rules: CorpusSettings) -> dict[str, pyarrow.DataType]:
    """Return the columns that follow from a clean text, and their types."""
    filters = {FILTER: str, FILTER_VALUE: str} if rules.filters.are_there() else {}
    numbers = columns_of_numbers() if rules.numbers else {}
    tokens = {TOKENS: int} if rules.tokenizer is not None else {}
    return {name: ARROW[kind] for name, kind in {EMPTY: str, **filters, **numbers, **tokens}.items()}


def result_columns(spec: PageSpec) -> dict[str, pyarrow.DataType]:
    """Return the columns that a cleaned table gets in addition to the clean text, and their types."""
    found = {VERDICT: ARROW[str], CONTENT_SHARE: ARROW[float], FAULT: ARROW[str]}
    keep_value = {KEEP_VALUE: ARROW[float]} if spec.keep_value else {}
    lines = {LINES_COLUMN: lines_type()} if spec.lines else {}
    return {**found, **measured_columns(spec.rules), **keep_value, **lines, **_passage_columns(spec.rules)}


def _passage_columns(rules: CorpusSettings) -> dict[str, pyarrow.DataType]:
    """Return the columns that a cleaned table gets if passages are to be found, and their types."""
    if rules.passages == "keep":
        return {}
    line = pyarrow.struct(
        [("key", pyarrow.int64()), ("segment", pyarrow.int64()), ("words", pyarrow.int64())]
    )
    record = {RECORD: pyarrow.binary()} if rules.passages == "drop" else {}
    return {KEPT_LINES: pyarrow.list_(line), LISTING: pyarrow.bool_(), **record}


def _for_passages(page: CleanPage) -> dict[str, Any]:
    """Return the values of `_passage_columns`."""
    assert page.line_words is not None
    key, words = page.line_words
    at = np.flatnonzero(key)
    record = {"before": page.before, **replace(page.lines, fields={}).as_dict()}
    kept = zip(key[at].tolist(), at.tolist(), words[at].tolist(), strict=True)
    return {KEPT_LINES: list(kept), LISTING: page.standing <= IS_LISTING, RECORD: json_line(record)}


def measured(
    text: str, before: int, verdict: str, share: float, rules: CorpusSettings, counter: TokenCounter | None
) -> dict[str, Any]:
    """Return the values of `measured_columns`, except `EMPTY`, for a clean text that is not empty.

    before: bytes of the page's lines; counter: of tokens, if these are wanted
    """
    found: dict[str, Any] = {}
    if rules.numbers or rules.filters.are_there():
        numbers = numbers_of(text, before)
        # As a corpus run stores it.
        broken = first_broken(rules.filters, numbers, verdict, float(np.float32(share)))
        found = numbers.columns()
        if broken is not None:
            found |= {FILTER: broken.filter, FILTER_VALUE: str(broken.value)}
    return found if counter is None else {**found, TOKENS: counter.count(text)}


def _row_of(page: CleanPage, spec: PageSpec, counter: TokenCounter | None) -> dict[str, Any]:
    """Return the values of `result_columns` for a page, except `KEEP_VALUE`."""
    verdict, rules, text = verdict_name(page.verdict), spec.rules, text_of(page.text)
    row = {VERDICT: verdict, CONTENT_SHARE: round(float(page.share), 3)}
    if text.strip():
        row |= measured(text, page.before, verdict, page.share, rules, counter)
    else:
        row[EMPTY] = page.empty
    if spec.lines:
        row[LINES_COLUMN] = lines_of(page.lines)
    return row if rules.passages == "keep" else {**row, **_for_passages(page)}


@dataclass(frozen=True)
class RowResults:
    """The results for the rows of a table, in order; None if a row is not a page."""

    pages: list[CleanPage | None]
    faults: list[str | None]

    def columns(self, spec: PageSpec, counter: TokenCounter | None) -> dict[str, pyarrow.Array]:
        """Return the columns of `result_columns`."""
        rows: list[dict[str, Any]] = [
            {FAULT: fault} if page is None else _row_of(page, spec, counter)
            for page, fault in zip(self.pages, self.faults, strict=True)
        ]
        if spec.keep_value:
            pages = [page for page in self.pages if page is not None]
            values = iter(keep_value(spec.rules.keep, CleanPages.of(pages)).tolist())
            for page, row in zip(self.pages, rows, strict=True):
                row[KEEP_VALUE] = None if page is None else float(next(values))
        return {
            name: pyarrow.array([row.get(name) for row in rows], kind)
            for name, kind in result_columns(spec).items()
        }

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


def cleaned(
    table: pyarrow.Table,
    spec: PageSpec,
    model: Model,
    given: GivenCounts | None,
    counter: TokenCounter | None = None,
) -> pyarrow.Table:
    """Return the rows of a table with clean texts, and the results for each page.

    given: counts of large sites; None if each page is judged on its own
    counter: of tokens, if the rules name a tokenizer
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
    return with_columns(table, {spec.columns.target(): found.texts(), **found.columns(spec, counter)})


def with_columns(table: pyarrow.Table, columns: dict[str, pyarrow.Array]) -> pyarrow.Table:
    """Return a table with columns set, at their position or at the end."""
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
    return table
