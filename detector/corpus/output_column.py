"""The column that the clean texts go to: chosen once for a run, by its first records."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from detector.corpus.first_records import LOOKED_AT
from detector.corpus.formats.documents import Document, Part
from detector.corpus.formats.kinds import TABLES, output_kind
from detector.corpus.formats.readers import read_part
from detector.corpus.inputs import Input
from detector.corpus.run_spec import RunSpec
from detector.errors import SettingsError
from detector.settings import Columns
from detector.text.formats import found_format

# Where the clean text of HTML goes.
TEXT: Final = Columns().text
OPTION: Final = "--output-column"


def with_output_column(inputs: Sequence[Input], spec: RunSpec) -> RunSpec:
    """Return the specification of a run with the column that the clean texts go to.

    Text is replaced by the clean text. HTML from a column that is not called `text` is kept, as is a field
    of a field, and the clean text goes to `text`. Raises `SettingsError` if another value would be lost.
    """
    if spec.columns.output is not None:
        _refuse_unfit(inputs, spec)
        return spec
    column = TEXT if spec.columns.text != TEXT and _is_kept(inputs, spec) else spec.columns.text
    return spec._replace(columns=spec.columns._replace(output=column))


def _refuse_unfit(inputs: Sequence[Input], spec: RunSpec) -> None:
    """Raise `SettingsError` for an output column that would overwrite another, or that no output has."""
    taken = {getattr(spec.columns, name) for name in ("id", "url", "site", "source")}
    if spec.columns.output in taken:
        raise SettingsError(f"{OPTION} {spec.columns.output} would overwrite that field: name another")
    if not any(output_kind(spec.to, input.kind) in TABLES for input in inputs):
        raise SettingsError(
            f"{OPTION}: text and WET files have no columns: use --to jsonl, csv or parquet, "
            f"or leave out {OPTION}"
        )


def _is_kept(inputs: Sequence[Input], spec: RunSpec) -> bool:
    """Tell whether the records of the first file that has any are HTML, or a field of a field."""
    for input in inputs:
        if input.kind not in TABLES or input.fault:
            continue
        # Parquet is read with its column `text` too, if it has one.
        columns = spec.columns._replace(output=TEXT)
        part = Part(input.path, input.name, input.kind)
        records = islice(read_part(part, columns, spec.corpus.limits()), LOOKED_AT)
        documents = [record for record in records if isinstance(record, Document)]
        if not documents:
            continue
        kept = [
            document
            for document in documents
            if spec.columns.text not in document.fields
            or (spec.format or found_format(document.text)) == "html"
        ]
        if 2 * len(kept) <= len(documents):
            return False
        if any(TEXT in document.fields for document in kept):
            raise SettingsError(
                f"{input.name} has a column {TEXT!r} already: name one for the clean text with {OPTION}, "
                f"or write over it with {OPTION} {TEXT}"
            )
        return True
    return False
