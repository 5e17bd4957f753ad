"""Passages in rows of Arrow tables: found among the kept lines of pages, and left out. No Spark in here."""

import json
from typing import Any, Final

import numpy as np
import pyarrow

from detector.corpus.formats.parquet_writers import lines_type
from detector.corpus.line_records import LineRecord, clean_again
from detector.corpus.steps.kept_lines import KeptLines
from detector.corpus.steps.left_out import ALL_ELSEWHERE
from detector.corpus.steps.originals import digests
from detector.corpus.steps.passages import passages_of, without_passages
from detector.corpus.token_counts import TokenCounter
from detector.results.column_names import CONTENT_SHARE, LINES_COLUMN, VERDICT
from detector.settings import CorpusSettings
from detector.spark.row_results import lines_of, measured, measured_columns, with_columns
from detector.spark.rows import EMPTY, KEPT_LINES, LISTING, RECORD
from detector.spark.time_zones import in_utc
from detector.text.decoding import without_surrogates

# Of a page with lines that another page has, too: these lines (`segment`), and the page that each stays on
# (`original`).
ELSEWHERE: Final = "elsewhere"
# The passages to leave out of a page: `first_line` and `lines` of each.
CUTS: Final = "_detector_cuts"
# The pages with one headline: `id` and `KEPT_LINES` of each.
PAGES: Final = "pages"


def passages_in(batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
    """Return the passages of pages, a row each.

    batch: `id`, `KEPT_LINES` and `ELSEWHERE` of each page
    """
    batch = in_utc(batch)
    rows: list[tuple[int, int, int, int]] = []
    originals: list[Any] = []
    numbers: list[int] = []
    columns = (batch.column(KEPT_LINES).to_pylist(), batch.column(ELSEWHERE).to_pylist())
    for page, (lines, elsewhere) in enumerate(zip(*columns, strict=True)):
        number = dict[int, int]()
        for row in sorted(elsewhere, key=lambda row: row["segment"]):
            # Lines that follow each other and have the same original have the same number.
            if not originals or originals[-1] != row["original"]:
                originals.append(row["original"])
            number[row["segment"]] = len(originals) - 1
        rows += [(line["key"], page, line["segment"], line["words"]) for line in lines]
        numbers += [number.get(line["segment"], -1) for line in lines]
    found = passages_of(KeptLines(*np.array(rows, np.int64).reshape(-1, 4).T), np.array(numbers, np.int64))
    kind = batch.schema.field(ELSEWHERE).type.value_type.field("original").type
    arrays = {
        "id": batch.column("id").take(pyarrow.array(found.page)),
        "first_line": pyarrow.array(found.first),
        "lines": pyarrow.array(found.end - found.first),
        "words": pyarrow.array(found.words),
        "original": pyarrow.array([originals[number] for number in found.original.tolist()], kind),
    }
    return pyarrow.RecordBatch.from_pydict(arrays)


def digests_in(batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
    """Return the `id` of pages that list two others with the same headline; `lists` is true.

    batch: `headline` and `PAGES` of groups of up to four pages
    """
    batch = in_utc(batch)
    groups = batch.column(PAGES).to_pylist()
    rows = [
        (group, member, line["key"], line["words"])
        for group, (pages, headline) in enumerate(
            zip(groups, batch.column("headline").to_pylist(), strict=True)
        )
        for member, page in enumerate(pages)
        for line in page[KEPT_LINES]
        if line["key"] != headline
    ]
    found = digests(np.array(rows, np.int64).reshape(-1, 4)).tolist()
    kind = batch.schema.field(PAGES).type.value_type.field("id").type
    ids = pyarrow.array([groups[group][member]["id"] for group, member in found], kind)
    return pyarrow.RecordBatch.from_pydict({"id": ids, "lists": pyarrow.array([True] * len(ids))})


def without(
    table: pyarrow.Table,
    text: str,
    rules: CorpusSettings,
    *,
    join_lines: bool,
    counter: TokenCounter | None = None,
) -> pyarrow.Table:
    """Return rows without the passages in `CUTS`; their numbers, filters and lines follow.

    text: the column with the clean text; join_lines: see `Settings`
    counter: of tokens, if the rules name a tokenizer
    """
    table = in_utc(table)
    kinds = {text: pyarrow.string(), **measured_columns(rules), LINES_COLUMN: lines_type()}
    columns = {name: table.column(name).to_pylist() for name in kinds if name in table.column_names}
    known = {name: table.column(name) for name in (RECORD, CUTS, VERDICT, CONTENT_SHARE)}
    for at in range(table.num_rows):
        row = {name: column[at].as_py() for name, column in known.items()}
        if not row[CUTS]:
            continue
        fields = json.loads(row[RECORD])
        before = fields.pop("before")
        cuts = [(cut["first_line"], cut["first_line"] + cut["lines"]) for cut in row[CUTS]]
        record = without_passages(LineRecord(**fields), cuts)
        left = clean_again(record, None, join_lines=join_lines)
        if left.strip():
            found = measured(left, before, row[VERDICT], row[CONTENT_SHARE], rules, counter)
        else:
            found = {EMPTY: ALL_ELSEWHERE}
        found[text] = without_surrogates(left)
        if LINES_COLUMN in columns:
            found[LINES_COLUMN] = lines_of(record)
        for name, values in columns.items():
            values[at] = found.get(name)
    changed = {name: pyarrow.array(values, kinds[name]) for name, values in columns.items()}
    gone = [name for name in (KEPT_LINES, LISTING, RECORD, CUTS) if name in table.column_names]
    return with_columns(table, changed).drop_columns(gone)
